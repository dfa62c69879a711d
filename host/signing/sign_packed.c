/*
 * sign_packed.c - images with a compressed payload. What the image was before is told by TLVs,
 * whose values come from building it that way first. Spec: docs/spec-image.md section 6.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/sign_priv.h"

static void describe_original(struct twin_making *making, const struct twin_signed *original,
                              size_t packed_len)
{
    struct twin_tlv_area *area = &making->packed;

    area->big_endian = making->spec->big_endian;
    twin_tlv_add_u32(area, TWIN_TLV_DECOMP_SIZE, (uint32_t)original->payload_len);
    twin_tlv_add(area, TWIN_TLV_DECOMP_SHA, original->digest, making->hash->len);
    if (original->sig_len > 0) {
        twin_tlv_add(area, TWIN_TLV_DECOMP_SIGNATURE, original->sig, original->sig_len);
    }
    if (twin_sign_encrypts(making->spec)) {
        twin_tlv_add_u32(area, TWIN_TLV_COMP_DEC_SIZE, (uint32_t)packed_len + TWIN_LZMA_HEADER_LEN);
    }
}

static void replace_payload(struct twin_making *making, const struct twin_buf *packed)
{
    struct twin_buf *bytes = &making->image->bytes;
    uint8_t header[TWIN_LZMA_HEADER_LEN];

    twin_lzma_header(header);
    bytes->len = making->spec->header_size;
    twin_buf_add(bytes, header, sizeof(header));
    twin_buf_append(bytes, packed);
    making->flags = TWIN_IMAGE_LZMA2;
    if (making->spec->compression == TWIN_COMPRESSION_LZMA2_THUMB) {
        making->flags |= TWIN_IMAGE_THUMB_FILTER;
    }
}

static enum twin_error_code pack(const struct twin_making *making, struct twin_buf *packed,
                                 struct twin_error *error)
{
    const struct twin_buf *bytes = &making->image->bytes;
    size_t header_size = making->spec->header_size;
    struct twin_span payload = {bytes->data + header_size, bytes->len - header_size};

    if (twin_lzma_pack(making->spec->compression, payload, packed)) {
        return TWIN_ERROR_NONE;
    }
    return packed->failed ? twin_error_no_memory(error)
                          : twin_error_set(error, TWIN_ERROR_REFUSED,
                                           "liblzma could not compress the payload");
}

/* Put the packed payload in place of the other, or the original in place of the image. */
static void choose(struct twin_making *making, struct twin_signed *original,
                   const struct twin_buf *packed, bool *done)
{
    struct twin_signed *image = making->image;
    size_t values = sizeof(uint32_t) + making->hash->len + original->sig_len;
    bool saves_space = packed->len + values < original->payload_len;

    if (saves_space) {
        describe_original(making, original, packed->len);
        replace_payload(making, packed);
    } else if (!twin_sign_encrypts(making->spec)) {
        struct twin_buf input = image->bytes;
        *image = *original;
        original->bytes = input; /* to be freed */
        *done = true;
    }
    image->signatures = original->signatures;
    image->packed_len = packed->len;
}

enum twin_error_code twin_making_pack(struct twin_making *making, bool *done,
                                      struct twin_error *error)
{
    struct twin_signed original = {0};
    struct twin_making plain = {
        .spec = making->spec, .hash = making->hash, .image = &original, .plain = true};
    struct twin_buf packed = {0};

    twin_buf_append(&original.bytes, &making->image->bytes);
    enum twin_error_code code = twin_buf_check(&original.bytes, error);
    if (code == TWIN_ERROR_NONE) {
        code = twin_making_image(&plain, error);
    }
    /* The loader has to have room for what comes out of the decompression, too. */
    if (code == TWIN_ERROR_NONE) {
        code = twin_making_check_size(&plain, error);
    }
    if (code == TWIN_ERROR_NONE) {
        code = pack(making, &packed, error);
    }
    if (code == TWIN_ERROR_NONE) {
        choose(making, &original, &packed, done);
    }
    twin_signed_free(&original);
    twin_buf_free(&packed);
    return code;
}
