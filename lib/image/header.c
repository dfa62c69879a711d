/*
 * header.c - the image header, and opening an image in flash.
 * Spec: docs/spec-image.md section 1. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

#define ENCRYPTED_BOTH  (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)
#define COMPRESSED_BOTH (TWIN_IMAGE_LZMA1 | TWIN_IMAGE_LZMA2)

/* The parts must add up without overflow, and flags must not exclude each other. */
static bool header_is_sound(const struct twin_image_header *h)
{
    uint64_t hashed = (uint64_t)h->hdr_size + h->img_size + h->protect_tlv_size;

    return h->hdr_size >= TWIN_IMAGE_HEADER_LEN && hashed <= UINT32_MAX &&
           (h->flags & ENCRYPTED_BOTH) != ENCRYPTED_BOTH &&
           (h->flags & COMPRESSED_BOTH) != COMPRESSED_BOTH;
}

twin_err_t twin_image_header_parse(const uint8_t raw[TWIN_IMAGE_HEADER_LEN],
                                   struct twin_image_header *header)
{
    if (twin_get_le32(raw) != TWIN_IMAGE_MAGIC) {
        return TWIN_E_NOT_FOUND;
    }
    header->load_addr = twin_get_le32(&raw[4]);
    header->hdr_size = twin_get_le16(&raw[8]);
    header->protect_tlv_size = twin_get_le16(&raw[10]);
    header->img_size = twin_get_le32(&raw[12]);
    header->flags = twin_get_le32(&raw[16]);
    twin_version_get(&raw[20], &header->version);
    return header_is_sound(header) ? TWIN_OK : TWIN_E_FORMAT;
}

/* Read one TLV info header: its magic and the length of its area, itself included. */
static twin_err_t read_info(const struct twin_image *image, uint32_t at, uint32_t max_len,
                            uint16_t *magic, uint16_t *total)
{
    uint8_t raw[TWIN_TLV_HEADER_LEN];

    if (at > max_len || max_len - at < sizeof(raw)) {
        return TWIN_E_SPACE;
    }
    TWIN_TRY(twin_area_read(image->area, image->off + at, raw, sizeof(raw)));
    *magic = twin_get_le16(raw);
    *total = twin_get_le16(&raw[2]);
    if (*total < sizeof(raw)) {
        return TWIN_E_FORMAT;
    }
    return *total <= max_len - at ? TWIN_OK : TWIN_E_SPACE;
}

/* The protected area is there exactly when the header says so, and as long as it says. */
static twin_err_t check_protected(const struct twin_image *image, uint32_t max_len)
{
    const struct twin_image_header *h = &image->header;
    uint16_t magic, total;

    if (h->protect_tlv_size == 0) {
        return TWIN_OK;
    }
    TWIN_TRY(read_info(image, (uint32_t)h->hdr_size + h->img_size, max_len, &magic, &total));
    return magic == TWIN_TLV_MAGIC_PROT && total == h->protect_tlv_size ? TWIN_OK : TWIN_E_FORMAT;
}

/* Every entry must end inside the area being walked. */
static twin_err_t check_entries(const struct twin_image *image)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    twin_err_t err;

    do {
        err = twin_image_tlv_next(image, &cursor, &tlv);
    } while (err == TWIN_OK);
    return err == TWIN_E_NOT_FOUND ? TWIN_OK : err;
}

twin_err_t twin_image_open(struct twin_image *image, const struct twin_area *area, uint32_t off,
                           uint32_t max_len)
{
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];
    uint16_t magic, total;

    if (off > area->len || max_len > area->len - off || max_len < sizeof(raw)) {
        return TWIN_E_ARG;
    }
    TWIN_TRY(twin_area_read(area, off, raw, sizeof(raw)));
    image->area = area;
    image->off = off;
    TWIN_TRY(twin_image_header_parse(raw, &image->header));
    TWIN_TRY(check_protected(image, max_len));
    image->hashed_len =
        (uint32_t)image->header.hdr_size + image->header.img_size + image->header.protect_tlv_size;
    TWIN_TRY(read_info(image, image->hashed_len, max_len, &magic, &total));
    if (magic != TWIN_TLV_MAGIC) {
        return TWIN_E_FORMAT;
    }
    image->total_len = image->hashed_len + total;
    return check_entries(image);
}
