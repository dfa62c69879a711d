/*
 * image_file.c - image files in and out. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/image_file.h"
#include "base/file.h"
#include "signing/hexfile.h"
#include "signing/trailer.h"
#include <errno.h>
#include <string.h>
#include <strings.h>

#define IMAGE_OK_SET 0x01

bool twin_image_file_is_hex(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');

    return dot != NULL && strcasecmp(dot, ".hex") == 0;
}

static enum twin_error_code read_hex(const char *path, struct twin_span text,
                                     struct twin_image_file *file, struct twin_error *error)
{
    unsigned line;
    enum twin_hexfile_fault fault = twin_hexfile_read(text, &file->bytes, &file->addr, &line);

    if (fault != TWIN_HEXFILE_OK) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s, line %u: %s", path, line,
                              twin_hexfile_fault_text[fault]);
    }
    file->has_addr = true;
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_image_file_read(const char *path, size_t room, uint8_t fill,
                                          struct twin_image_file *file, struct twin_error *error)
{
    struct twin_buf hex = {0};
    bool is_hex = twin_image_file_is_hex(path);
    enum twin_error_code code = TWIN_ERROR_NONE;

    memset(file, 0, sizeof(*file));
    twin_buf_fill(&file->bytes, fill, room);
    int err = twin_file_read(path, TWIN_IMAGE_FILE_MAX, is_hex ? &hex : &file->bytes);
    if (err == ENOENT) {
        code = twin_error_set(error, TWIN_ERROR_USAGE, "Input file not found: %s", path);
    } else if (err != 0) {
        code = twin_error_set(error, TWIN_ERROR_REFUSED, "cannot read %s: %s", path, strerror(err));
    } else if (is_hex) {
        code = read_hex(path, twin_buf_span(&hex), file, error);
    }
    twin_buf_free(&hex);
    return code != TWIN_ERROR_NONE ? code : twin_buf_check(&file->bytes, error);
}

/* The image, then image_ok if the slot is to be confirmed or tested, then the magic: no filler. */
static enum twin_error_code make_hex(const char *path, const struct twin_sign_spec *spec,
                                     const struct twin_image_file *file, struct twin_buf *text,
                                     struct twin_error *error)
{
    struct twin_hexfile_segment segments[3] = {{file->addr, twin_buf_span(&file->bytes)}};
    uint64_t end = (uint64_t)file->addr + (spec->pad ? spec->slot_size : file->bytes.len);
    uint8_t magic[TWIN_MAGIC_LEN], flag[32];
    size_t count = 1;

    if (!file->has_addr) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "%s: Intel HEX needs an address, which the input does not have",
                              path);
    }
    if (end > (uint64_t)UINT32_MAX + 1) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "%s: the image would end above the 32-bit address space", path);
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
            (struct twin_hexfile_segment){end - TWIN_MAGIC_LEN, {magic, TWIN_MAGIC_LEN}};
    }
    twin_hexfile_write(text, segments, count);
    return TWIN_ERROR_NONE;
}

static enum twin_error_code pad_to_slot(const struct twin_sign_spec *spec, struct twin_buf *bytes,
                                        struct twin_error *error)
{
    uint32_t image_ok = twin_slot_trailer_image_ok(spec->max_align);

    if (spec->slot_size < image_ok || bytes->len > spec->slot_size - image_ok) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "the slot has no room for a trailer");
    }
    twin_buf_fill(bytes, spec->erased, spec->slot_size - bytes->len);
    if (bytes->failed) {
        return twin_error_no_memory(error);
    }
    twin_slot_trailer_magic(spec->max_align, spec->big_endian,
                            bytes->data + bytes->len - TWIN_MAGIC_LEN);
    if (spec->confirm && !spec->overwrite_only) {
        bytes->data[bytes->len - image_ok] = IMAGE_OK_SET;
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_image_file_write(const char *path, const struct twin_sign_spec *spec,
                                           struct twin_image_file *file, struct twin_error *error)
{
    bool is_hex = twin_image_file_is_hex(path);
    struct twin_buf text = {0};
    struct twin_buf *out = is_hex ? &text : &file->bytes;
    enum twin_error_code code = TWIN_ERROR_NONE;

    if (is_hex) {
        code = make_hex(path, spec, file, &text, error);
    } else if (spec->pad) {
        code = pad_to_slot(spec, out, error);
    }
    if (code == TWIN_ERROR_NONE) {
        code = twin_buf_check(out, error);
    }
    if (code == TWIN_ERROR_NONE) {
        int err = twin_file_write(path, out->data, out->len, TWIN_FILE_REPLACE);
        code = err == 0 ? TWIN_ERROR_NONE
                        : twin_error_set(error, TWIN_ERROR_REFUSED, "cannot write %s: %s", path,
                                         strerror(err));
    }
    twin_buf_free(&text);
    return code;
}
