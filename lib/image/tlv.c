/*
 * tlv.c - walking the TLV areas of an image: the protected one, then the unprotected one.
 * Spec: docs/spec-image.md section 1.2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

/* Start of the first TLV area: behind the payload. */
static uint32_t tlv_start(const struct twin_image *image)
{
    return (uint32_t)image->header.hdr_size + image->header.img_size;
}

/*
 * The cursor is the offset, from the first area's start, of the next entry header. Where an area
 * begins there stands its info header, already checked by twin_image_open.
 */
static uint32_t skip_info(const struct twin_image *image, uint32_t at)
{
    bool at_start = at == tlv_start(image) || at == image->hashed_len;

    return at_start ? at + TWIN_TLV_HEADER_LEN : at;
}

twin_err_t twin_image_tlv_next(const struct twin_image *image, uint32_t *cursor,
                               struct twin_tlv *tlv)
{
    uint8_t raw[TWIN_TLV_HEADER_LEN];
    /* Twice: a protected area may be without entries. */
    uint32_t at = skip_info(image, skip_info(image, tlv_start(image) + *cursor));

    if (at == image->total_len) {
        return TWIN_E_NOT_FOUND;
    }
    uint32_t end = at < image->hashed_len ? image->hashed_len : image->total_len;
    if (at > end || end - at < sizeof(raw)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_area_read(image->area, image->off + at, raw, sizeof(raw)));
    tlv->type = twin_get_le16(raw);
    tlv->len = twin_get_le16(&raw[2]);
    tlv->off = at + TWIN_TLV_HEADER_LEN;
    tlv->is_protected = at < image->hashed_len;
    if (tlv->len > end - tlv->off) {
        return TWIN_E_FORMAT;
    }
    *cursor = tlv->off + tlv->len - tlv_start(image);
    return TWIN_OK;
}
