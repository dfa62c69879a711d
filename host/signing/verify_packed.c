/*
 * verify_packed.c - does a compressed payload give the image that it says it was? That one had a
 * hash and a signature of its own. Spec: docs/spec-image.md section 6.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/lzma.h"
#include "signing/verify_priv.h"
#include <inttypes.h>
#include <string.h>

#define UNPACKED_MAX 0x10000000u /* bytes that a small file may decompress to */
#define COMPRESSED   (TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER)
#define SIZES_OFF    10 /* in a header: of protected TLVs, payload, flags */

/* Header and protected TLVs as they were before compression. */
static void add_original_frame(const struct twin_view *view, uint32_t len, struct twin_buf *out)
{
    struct twin_tlv_area area = {TWIN_TLV_MAGIC_PROT, view->big_endian, {0}};
    struct twin_buf sizes = {0};
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected &&
            (tlv.type < TWIN_TLV_DECOMP_SIZE || tlv.type > TWIN_TLV_COMP_DEC_SIZE)) {
            twin_tlv_add(&area, tlv.type, tlv.value.ptr, tlv.value.len);
        }
    }
    twin_buf_add_u16(&sizes, view->big_endian, (uint16_t)twin_tlv_area_len(&area));
    twin_buf_add_u32(&sizes, view->big_endian, len);
    twin_buf_add_u32(&sizes, view->big_endian, view->header.flags & ~(uint32_t)COMPRESSED);
    if (!out->failed && !sizes.failed) {
        memcpy(out->data + SIZES_OFF, sizes.data, sizes.len);
    }
    twin_tlv_area_append(&area, out);
    twin_buf_free(&area.entries);
    twin_buf_free(&sizes);
}

/* By the hash and the signature that it had. */
static bool check_original(struct twin_check *check, const struct twin_buf *original)
{
    const struct twin_hash *hash = check->result->hash;
    uint8_t digest[TWIN_HASH_LEN_MAX];
    struct twin_view_tlv wanted, sig;
    struct twin_span message = {digest, hash->len};

    if (twin_buf_check(original, check->error) != TWIN_ERROR_NONE) {
        return false;
    }
    if (!twin_view_find(&check->view, TWIN_TLV_DECOMP_SHA, true, &wanted) ||
        wanted.value.len != hash->len) {
        return twin_check_fail(check, TWIN_FAULT_HASH,
                               "the hash of the decompressed image is missing");
    }
    if (twin_hash_compute(hash, twin_buf_span(original), digest, check->error) != TWIN_ERROR_NONE) {
        return false;
    }
    if (memcmp(digest, wanted.value.ptr, hash->len) != 0) {
        return twin_check_fail(check, TWIN_FAULT_HASH,
                               "the decompressed image does not match its hash");
    }
    if (check->input->key_count == 0) {
        return true;
    }
    if (check->result->pure) {
        message = twin_buf_span(original);
    }
    bool found = twin_view_find(&check->view, TWIN_TLV_DECOMP_SIGNATURE, true, &sig);
    for (size_t i = 0; found && i < check->input->key_count; i++) {
        if (twin_key_verify(&check->input->keys[i], hash, message, sig.value)) {
            return true;
        }
    }
    return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                           "the signature of the decompressed image does not match");
}

/* The payload without the padding of encryption. */
static struct twin_span packed_payload(const struct twin_check *check)
{
    const struct twin_view *view = &check->view;
    struct twin_span payload = {twin_check_hashed(check).ptr + view->payload_off,
                                view->payload_len};
    struct twin_view_tlv len;

    if (twin_view_find(view, TWIN_TLV_COMP_DEC_SIZE, true, &len) &&
        twin_view_get_u32(view, len.value.ptr) <= payload.len) {
        payload.len = twin_view_get_u32(view, len.value.ptr);
    }
    return payload;
}

bool twin_check_packed(struct twin_check *check)
{
    const struct twin_view *view = &check->view;
    bool thumb = (view->header.flags & TWIN_IMAGE_THUMB_FILTER) != 0;
    struct twin_buf original = {0};
    struct twin_view_tlv size;

    if ((view->header.flags & (COMPRESSED | TWIN_IMAGE_LZMA1)) == 0) {
        return true;
    }
    check->result->compressed = true;
    if ((view->header.flags & TWIN_IMAGE_LZMA2) == 0 ||
        !twin_view_find(view, TWIN_TLV_DECOMP_SIZE, true, &size)) {
        return twin_check_fail(check, TWIN_FAULT_PACKED, "only LZMA2 with its TLVs can be");
    }
    uint32_t len = twin_view_get_u32(view, size.value.ptr);
    if (len > UNPACKED_MAX) {
        return twin_check_fail(check, TWIN_FAULT_PACKED, "%" PRIu32 " bytes are too many", len);
    }
    twin_buf_add(&original, twin_check_hashed(check).ptr, view->payload_off);
    bool good = twin_lzma_unpack(thumb, packed_payload(check), len, &original);
    if (good || original.failed) {
        add_original_frame(view, len, &original);
        good = check_original(check, &original);
    } else {
        twin_check_fail(check, TWIN_FAULT_PACKED, "the stream is damaged");
    }
    twin_buf_free(&original);
    return good;
}
