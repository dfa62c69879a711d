/*
 * unpack.c - the image that a compressed one will be: its header, its payload, and its TLVs.
 *
 * It is what imgtool would have made without compression: the flags are gone, and so are the TLVs
 * that tell of it; hash and signature are those that the packed image has of it.
 * Spec: docs/spec-image.md section 6. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/unpack.h"
#include "stream.h"
#include <string.h>

#define PACKED (TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER)

/* A part of the image that somebody reads, and how much of the image went by. */
struct reader {
    uint8_t *buf;
    uint32_t from, to; /* bytes of the image */
    uint32_t at;       /* where the next bytes stand in it */
};

/* What of the next len bytes is wanted: bytes to skip, bytes to copy. */
static uint32_t wanted(const struct reader *reader, uint32_t len, uint32_t *skip)
{
    const uint32_t from = reader->from > reader->at ? reader->from : reader->at;
    const uint32_t end = reader->at + len, to = reader->to < end ? reader->to : end;

    *skip = from - reader->at;
    return to > from ? to - from : 0;
}

static uint8_t *place(const struct reader *reader, uint32_t skip)
{
    return reader->buf + (reader->at + skip - reader->from);
}

static void put(struct reader *reader, const uint8_t *bytes, uint32_t len)
{
    uint32_t skip, part = wanted(reader, len, &skip);

    if (part != 0) {
        memcpy(place(reader, skip), bytes + skip, part);
    }
    reader->at += len;
}

/* The same with bytes of the packed image. */
static twin_err_t put_packed(struct reader *reader, const struct twin_image *packed, uint32_t off,
                             uint32_t len)
{
    uint32_t skip, part = wanted(reader, len, &skip);

    if (part != 0) {
        TWIN_TRY(twin_area_read(packed->area, packed->off + off + skip, place(reader, skip), part));
    }
    reader->at += len;
    return TWIN_OK;
}

/* Two numbers, as every TLV and every area of TLVs begins. */
static void put_pair(struct reader *reader, uint16_t first, uint16_t second)
{
    uint8_t raw[TWIN_TLV_HEADER_LEN];

    twin_put_le16(raw, first);
    twin_put_le16(raw + 2, second);
    put(reader, raw, sizeof(raw));
}

static bool tells_of_packing(uint16_t type)
{
    return type >= TWIN_TLV_DECOMP_SIZE && type <= TWIN_TLV_COMP_DEC_SIZE;
}

/* The TLVs of one area, with what stands for hash and signature of the packed image. */
static twin_err_t put_entries(const struct twin_unpack *unpack, bool is_protected,
                              struct reader *reader)
{
    const struct twin_image *packed = &unpack->priv.packed;
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(packed, &cursor, &tlv)) == TWIN_OK) {
        if (tlv.is_protected != is_protected || tells_of_packing(tlv.type)) {
            continue;
        }
        const struct twin_tlv *value = is_protected                      ? &tlv
                                       : twin_tlv_is_hash(tlv.type)      ? &unpack->priv.hash
                                       : twin_tlv_is_signature(tlv.type) ? &unpack->priv.signature
                                                                         : &tlv;
        put_pair(reader, tlv.type, value->len);
        TWIN_TRY(put_packed(reader, packed, value->off, value->len));
    }
    return err == TWIN_E_NOT_FOUND ? TWIN_OK : err;
}

static twin_err_t put_tlvs(const struct twin_unpack *unpack, struct reader *reader)
{
    if (unpack->priv.protected_len != 0) {
        put_pair(reader, TWIN_TLV_MAGIC_PROT, unpack->priv.protected_len);
        TWIN_TRY(put_entries(unpack, true, reader));
    }
    put_pair(reader, TWIN_TLV_MAGIC, unpack->priv.unprotected_len);
    return put_entries(unpack, false, reader);
}

static twin_err_t put_header(const struct twin_unpack *unpack, struct reader *reader)
{
    const struct twin_image *packed = &unpack->priv.packed;
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];

    TWIN_TRY(twin_area_read(packed->area, packed->off, raw, sizeof(raw)));
    twin_put_le16(&raw[10], unpack->priv.protected_len);
    twin_put_le32(&raw[12], unpack->priv.payload_len);
    twin_put_le32(&raw[16], packed->header.flags & ~(uint32_t)PACKED);
    put(reader, raw, sizeof(raw));
    return put_packed(reader, packed, sizeof(raw), packed->header.hdr_size - (uint32_t)sizeof(raw));
}

static twin_err_t put_payload(struct twin_unpack *unpack, struct reader *reader)
{
    uint32_t skip, part = wanted(reader, unpack->priv.payload_len, &skip);

    if (part != 0) {
        TWIN_TRY(twin_unpack_stream_read(unpack, skip, place(reader, skip), part));
    }
    reader->at += unpack->priv.payload_len;
    return TWIN_OK;
}

/* A flash driver's read function. */
static twin_err_t read_unpacked(void *ctx, uint32_t addr, void *buf, size_t len)
{
    struct twin_unpack *unpack = ctx;
    struct reader reader = {buf, addr, addr + (uint32_t)len, 0};
    const uint32_t tlvs = unpack->priv.packed.header.hdr_size + unpack->priv.payload_len;

    TWIN_TRY(put_header(unpack, &reader));
    TWIN_TRY(put_payload(unpack, &reader));
    return reader.to > tlvs ? put_tlvs(unpack, &reader) : TWIN_OK;
}

/* ---- What the packed image says of the other one ---- */

struct told {
    struct twin_tlv size, hash, signature;
    unsigned sizes, hashes, signatures;     /* how many of each, */
    unsigned packed_hashes, own_signatures; /* and of those of the packed image */
    uint16_t hash_len;
    bool is_bad;
};

static void hear(struct told *told, const struct twin_tlv *tlv)
{
    switch (tlv->type) {
    case TWIN_TLV_DECOMP_SIZE:
        told->size = *tlv;
        told->sizes++;
        break;
    case TWIN_TLV_DECOMP_SHA:
        told->hash = *tlv;
        told->hashes++;
        break;
    case TWIN_TLV_DECOMP_SIGNATURE:
        told->signature = *tlv;
        told->signatures++;
        break;
    default:
        break;
    }
    told->is_bad |= tells_of_packing(tlv->type) && !tlv->is_protected;
    if (twin_tlv_is_hash(tlv->type)) {
        told->packed_hashes++;
        told->hash_len = tlv->len;
    }
    told->own_signatures += twin_tlv_is_signature(tlv->type);
}

/* Everything once, in the signed area. One signature stands for one: with several it would not be
 * known whose it is. */
static bool is_complete(const struct told *told)
{
    return !told->is_bad && told->sizes == 1 && told->size.len == 4 && told->hashes == 1 &&
           told->packed_hashes == 1 && told->hash.len == told->hash_len && told->signatures == 1 &&
           told->own_signatures == 1;
}

static twin_err_t read_told(struct twin_unpack *unpack)
{
    const struct twin_image *packed = &unpack->priv.packed;
    struct told told = {.sizes = 0};
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    uint8_t size[4];
    twin_err_t err;

    while ((err = twin_image_tlv_next(packed, &cursor, &tlv)) == TWIN_OK) {
        hear(&told, &tlv);
    }
    if (err != TWIN_E_NOT_FOUND) {
        return err;
    }
    if (!is_complete(&told)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_area_read(packed->area, packed->off + told.size.off, size, sizeof(size)));
    unpack->priv.payload_len = twin_get_le32(size);
    unpack->priv.hash = told.hash;
    unpack->priv.signature = told.signature;
    return TWIN_OK;
}

/* Bytes of an area of TLVs; 0 for one that would be empty and need not be there. */
static twin_err_t measure(struct twin_unpack *unpack, bool is_protected, uint16_t *len)
{
    struct reader nobody = {.buf = NULL};

    TWIN_TRY(put_entries(unpack, is_protected, &nobody));
    if (nobody.at > UINT16_MAX - TWIN_TLV_HEADER_LEN) {
        return TWIN_E_FORMAT;
    }
    *len = (uint16_t)nobody.at;
    if (!is_protected || nobody.at != 0) {
        *len = (uint16_t)(*len + TWIN_TLV_HEADER_LEN);
    }
    return TWIN_OK;
}

/* Is it packed as is known here? */
static bool is_known(const struct twin_image_header *header)
{
    const uint32_t flags = header->flags;
    const uint32_t others =
        TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256 | TWIN_IMAGE_LZMA1;

    return (flags & TWIN_IMAGE_LZMA2) != 0 && (flags & others) == 0 &&
           ((flags & TWIN_IMAGE_THUMB_FILTER) == 0 || header->hdr_size % 2 == 0);
}

twin_err_t twin_unpack_open(struct twin_unpack *unpack, const struct twin_image *packed,
                            const struct twin_area *target, uint32_t max_len,
                            struct twin_image *image)
{
    if (!is_known(&packed->header)) {
        return TWIN_E_UNSUPPORTED;
    }
    memset(&unpack->priv, 0,
           offsetof(struct twin_unpack, priv.ram) - offsetof(struct twin_unpack, priv));
    unpack->priv.packed = *packed;
    unpack->priv.target = target;
    unpack->priv.is_filtered = (packed->header.flags & TWIN_IMAGE_THUMB_FILTER) != 0;
    TWIN_TRY(read_told(unpack));
    if (unpack->priv.payload_len == 0) {
        return TWIN_E_FORMAT;
    }
    if (unpack->priv.payload_len > max_len) {
        return TWIN_E_SPACE;
    }
    TWIN_TRY(measure(unpack, true, &unpack->priv.protected_len));
    TWIN_TRY(measure(unpack, false, &unpack->priv.unprotected_len));
    unpack->flash = (struct twin_flash){.ctx = unpack, .read = read_unpacked};
    unpack->area = (struct twin_area){&unpack->flash, 0, max_len};
    TWIN_TRY(twin_image_open(image, &unpack->area, 0, max_len));
    return twin_unpack_stream_check(unpack);
}
