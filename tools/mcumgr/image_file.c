/*
 * image_file.c - read and check an image file: the file is looked at as if it were flash.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "image_file.h"
#include "image_list.h"
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (256u * 1024 * 1024)
#define HIDDEN   (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)

static twin_err_t read_memory(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct image_file *file = ctx;

    memcpy(buf, file->bytes.data + addr, len);
    return TWIN_OK;
}

static bool is_hash(uint16_t type)
{
    return type == TWIN_TLV_SHA256 || type == TWIN_TLV_SHA384 || type == TWIN_TLV_SHA512;
}

/* Copy the hash TLV, whichever it is: devices list the image under it. */
static void find_hash(struct image_file *file, const struct twin_image *image)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    while (twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        if (is_hash(tlv.type) && tlv.len <= sizeof(file->hash)) {
            memcpy(file->hash, file->bytes.data + tlv.off, tlv.len);
            file->hash_len = tlv.len;
            return;
        }
    }
}

static bool is_signed(const struct twin_image *image)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    while (twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        if (tlv.type == TWIN_TLV_RSA2048 || tlv.type == TWIN_TLV_RSA3072 ||
            tlv.type == TWIN_TLV_ECDSA || tlv.type == TWIN_TLV_ED25519) {
            return true;
        }
    }
    return false;
}

/* An encrypted image's hash is over what is inside; a hash other than SHA-256 is not computed. */
static bool is_damaged(const struct twin_image *image)
{
    uint8_t told[TWIN_SHA256_LEN], computed[TWIN_SHA256_LEN];

    if ((image->header.flags & HIDDEN) != 0 || twin_image_hash_read(image, told) != TWIN_OK) {
        return false;
    }
    return twin_image_hash_compute(image, computed) != TWIN_OK ||
           memcmp(told, computed, sizeof(told)) != 0;
}

static int check(struct image_file *file, const char *path)
{
    const uint32_t len = (uint32_t)file->bytes.len;
    const struct twin_flash memory = {
        .ctx = file, .size = len, .page_bytes = 1, .write_bytes = 1, .read = read_memory};
    const struct twin_area area = {.flash = &memory, .len = len};
    struct twin_image image;

    const twin_err_t err = twin_image_open(&image, &area, 0, len);
    if (err == TWIN_E_NOT_FOUND || len < TWIN_IMAGE_HEADER_LEN) {
        return cli_fail(CLI_VERIFY,
                        "%s is not an MCUboot image. Is it the unsigned file? 'imgtool sign' makes "
                        "one that devices take. Nothing was sent",
                        path);
    }
    if (err != TWIN_OK) {
        return cli_fail(CLI_VERIFY,
                        "%s is cut short or damaged: its header and TLVs do not fit its %u bytes. "
                        "Build or copy it again. Nothing was sent",
                        path, (unsigned)len);
    }
    if (is_damaged(&image)) {
        return cli_fail(CLI_VERIFY,
                        "%s is damaged: its content does not match its hash. Build or copy it "
                        "again. Nothing was sent",
                        path);
    }
    if (!is_signed(&image)) { /* there are bootloaders that want no signature */
        cli_warn("%s is not signed: a bootloader that checks signatures will refuse it", path);
    }
    find_hash(file, &image);
    file->version = image.header.version;
    return CLI_DONE;
}

int image_file_load(struct image_file *file, const char *path)
{
    struct twin_sha256 sha;

    memset(file, 0, sizeof(*file));
    const int why = cli_file_read(path, FILE_MAX, &file->bytes);
    if (why != 0) {
        return cli_fail(CLI_USAGE, "cannot read the image file %s: %s", path, strerror(why));
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, file->bytes.data, file->bytes.len);
    twin_sha256_final(&sha, file->sha);
    return check(file, path);
}

void image_file_free(struct image_file *file)
{
    free(file->bytes.data);
    file->bytes.data = NULL;
}

static twin_err_t read_part(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct cli_bytes *bytes = ctx;

    (void)len; /* the upload asks for nothing behind the length that it was told */
    *data = bytes->data + off;
    return TWIN_OK;
}

void image_file_describe(struct image_file *file, struct twin_upload_config *config)
{
    config->len = (uint32_t)file->bytes.len;
    config->sha = file->sha;
    config->image_hash = (struct twin_span){file->hash, file->hash_len};
    config->read = read_part;
    config->ctx = &file->bytes;
}
