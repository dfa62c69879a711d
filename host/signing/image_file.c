/*
 * image_file.c - image files in and out. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/image_file.h"
#include "base/file.h"
#include "cli/cli.h"
#include "signing/hexfile.h"
#include "signing/trailer.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IMAGE_OK_SET 0x01

bool twin_image_file_is_hex(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');

    return dot != NULL && strcasecmp(dot, ".hex") == 0;
}

static int read_hex(const char *path, struct twin_span text, struct twin_image_file *file)
{
    unsigned line;
    enum twin_hexfile_fault fault = twin_hexfile_read(text, &file->bytes, &file->addr, &line);

    if (fault != TWIN_HEXFILE_OK) {
        return cli_fail(CLI_REFUSED, "%s, line %u: %s", path, line, twin_hexfile_fault_text[fault]);
    }
    file->has_addr = true;
    return CLI_DONE;
}

int twin_image_file_read(const char *path, size_t room, uint8_t fill, int not_found,
                         struct twin_image_file *file)
{
    struct twin_buf hex = {0};
    struct twin_buf *to = twin_image_file_is_hex(path) ? &hex : &file->bytes;
    int rc = CLI_DONE;

    memset(file, 0, sizeof(*file));
    twin_buf_fill(&file->bytes, fill, room);
    int err = twin_file_read(path, TWIN_IMAGE_FILE_MAX, to);
    if (err == ENOENT) {
        return cli_fail(not_found, "Input file not found: %s", path);
    }
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot read %s: %s", path, strerror(err));
    }
    if (to == &hex) {
        rc = read_hex(path, twin_buf_span(&hex), file);
    }
    twin_buf_free(&hex);
    if (rc == CLI_DONE && file->bytes.failed) {
        rc = cli_fail(CLI_REFUSED, "out of memory");
    }
    return rc;
}

/* The image, then image_ok if the slot is to be confirmed or tested, then the magic: no filler. */
static int make_hex(const char *path, const struct twin_sign_spec *spec,
                    const struct twin_image_file *file, struct twin_buf *text)
{
    struct twin_hexfile_segment segments[3] = {{file->addr, twin_buf_span(&file->bytes)}};
    uint64_t end = (uint64_t)file->addr + (spec->pad ? spec->slot_size : file->bytes.len);
    uint8_t magic[TWIN_SLOT_MAGIC_LEN], flag[32];
    size_t count = 1;

    if (end > (uint64_t)UINT32_MAX + 1) {
        return cli_fail(CLI_USAGE, "%s: the image would end above the 32-bit address space", path);
    }
    if (spec->pad && (spec->confirm || spec->test) && !spec->overwrite_only) {
        memset(flag, spec->erased, sizeof(flag));
        if (spec->confirm) {
            flag[0] = IMAGE_OK_SET;
        }
        segments[count++] = (struct twin_hexfile_segment){
            end - twin_slot_trailer_image_ok(spec->max_align), {flag, spec->max_align}};
    }
    if (spec->pad) {
        twin_slot_trailer_magic(spec->max_align, spec->big_endian, magic);
        segments[count++] =
            (struct twin_hexfile_segment){end - TWIN_SLOT_MAGIC_LEN, {magic, TWIN_SLOT_MAGIC_LEN}};
    }
    twin_hexfile_write(text, segments, count);
    return CLI_DONE;
}

static void pad_to_slot(const struct twin_sign_spec *spec, struct twin_buf *bytes)
{
    twin_buf_fill(bytes, spec->erased, spec->slot_size - bytes->len);
    if (bytes->failed) {
        return;
    }
    twin_slot_trailer_magic(spec->max_align, spec->big_endian,
                            bytes->data + bytes->len - TWIN_SLOT_MAGIC_LEN);
    if (spec->confirm && !spec->overwrite_only) {
        bytes->data[bytes->len - twin_slot_trailer_image_ok(spec->max_align)] = IMAGE_OK_SET;
    }
}

int twin_image_file_write(const char *path, const struct twin_sign_spec *spec,
                          struct twin_image_file *file)
{
    struct twin_buf text = {0};
    struct twin_buf *out = &file->bytes;

    if (twin_image_file_is_hex(path)) {
        if (!file->has_addr) {
            return cli_fail(CLI_USAGE, "No address exists in input file neither was it provided by "
                                       "user; give --hex-addr");
        }
        int rc = make_hex(path, spec, file, &text);
        if (rc != CLI_DONE) {
            return rc;
        }
        out = &text;
    } else if (spec->pad) {
        pad_to_slot(spec, out);
    }
    int err = out->failed ? ENOMEM : twin_file_write(path, out->data, out->len, TWIN_FILE_REPLACE);
    twin_buf_free(&text);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot write %s: %s", path, strerror(err));
    }
    return CLI_DONE;
}
