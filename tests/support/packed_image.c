/*
 * packed_image.c - see packed_image.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/packed_image.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_LEN TWIN_IMAGE_HEADER_LEN
#define SIG_LEN    256
#define TOLD_LEN   (4 + 4 + 4 + 4 + 32 + 4 + SIG_LEN)

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* Some bytes that are like what was before, or not. */
static uint32_t make_some(uint8_t *payload, uint32_t at, uint32_t len, uint32_t *seed)
{
    uint32_t kind = sim_random(seed) % 8, run = 1 + sim_random(seed) % 300;

    run = run < len - at ? run : len - at;
    for (uint32_t i = 0; i < run; i++) {
        uint32_t back = kind < 2 ? at : kind < 4 ? at / 2 + 1 : 1 + sim_random(seed) % 4;
        uint8_t random = (uint8_t)sim_random(seed);
        payload[at + i] =
            kind < 5 && at != 0 ? payload[at + i - (kind == 4 ? 3 % at + 1 : back)] : random;
        if (kind == 6) { /* half of a call, or something like it */
            payload[at + i] = (uint8_t)((at + i) % 4 == 1   ? 0xf0 | random % 8
                                        : (at + i) % 4 == 3 ? 0xf8 | random % 8
                                                            : random);
        }
        if (kind == 7) { /* any number of halves behind each other */
            payload[at + i] = (at + i) % 2 == 1 ? (uint8_t)(0xf0 | random % 16) : random;
        }
    }
    return run;
}

void test_image_make_dull(struct test_image *image, const struct test_key *key)
{
    uint8_t *payload = image->bytes + HEADER_LEN;
    uint32_t len = twin_get_le32(&image->bytes[12]), seed = len + image->bytes[20];

    for (uint32_t at = 0; at < len;) {
        at += make_some(payload, at, len, &seed);
    }
    test_image_sign(image, key, HEADER_LEN + len);
}

static uint8_t *put_tlv(uint8_t *out, uint16_t type, const void *value, uint16_t len)
{
    twin_put_le16(out, type);
    twin_put_le16(out + 2, len);
    memcpy(out + 4, value, len);
    return out + 4 + len;
}

void test_image_pack_stream(struct test_image *packed, const struct test_image *image,
                            const struct test_key *key, struct twin_span stream, uint32_t flags,
                            uint32_t unpacked_len)
{
    const uint32_t len = (uint32_t)stream.len, hashed = HEADER_LEN + len + TOLD_LEN;
    const uint8_t *tlvs = image->bytes + HEADER_LEN + twin_get_le32(&image->bytes[12]);
    uint8_t size[4];

    packed->bytes = malloc(hashed + TEST_IMAGE_TLVS_LEN);
    packed->stored = NULL;
    must(packed->bytes != NULL);
    memcpy(packed->bytes, image->bytes, HEADER_LEN);
    twin_put_le16(&packed->bytes[10], TOLD_LEN);
    twin_put_le32(&packed->bytes[12], len);
    twin_put_le32(&packed->bytes[16], flags);
    memcpy(packed->bytes + HEADER_LEN, stream.ptr, len);
    uint8_t *told = packed->bytes + HEADER_LEN + len;
    twin_put_le16(told, TWIN_TLV_MAGIC_PROT);
    twin_put_le16(told + 2, TOLD_LEN);
    twin_put_le32(size, unpacked_len);
    told = put_tlv(told + 4, TWIN_TLV_DECOMP_SIZE, size, sizeof(size));
    told = put_tlv(told, TWIN_TLV_DECOMP_SHA, tlvs + 4 + 4, 32);
    (void)put_tlv(told, TWIN_TLV_DECOMP_SIGNATURE, tlvs + 4 + 36 + 36 + 4, SIG_LEN);
    test_image_sign(packed, key, hashed);
}

void test_image_pack(struct test_image *packed, const struct test_image *image,
                     const struct test_key *key, enum twin_compression kind)
{
    struct twin_buf stream = {0};
    const struct twin_span payload = {image->bytes + HEADER_LEN, twin_get_le32(&image->bytes[12])};

    twin_buf_reserve(&stream, TWIN_LZMA_HEADER_LEN);
    must(!stream.failed);
    twin_lzma_header(stream.data);
    stream.len = TWIN_LZMA_HEADER_LEN;
    must(twin_lzma_pack(kind, payload, &stream));
    test_image_pack_stream(
        packed, image, key, (struct twin_span){stream.data, stream.len},
        TWIN_IMAGE_LZMA2 |
            (kind == TWIN_COMPRESSION_LZMA2_THUMB ? (uint32_t)TWIN_IMAGE_THUMB_FILTER : 0),
        (uint32_t)payload.len);
    twin_buf_free(&stream);
}

static void pack(struct test_image *packed, struct test_image *image, const struct test_key *key)
{
    test_image_make_dull(image, key);
    test_image_pack(packed, image, key, TWIN_COMPRESSION_LZMA2_THUMB);
}

const struct rig_mode rig_overwrite_lzma = {.facts = &twin_mode_overwrite,
                                            .boot = &twin_boot_overwrite_lzma,
                                            .recover = twin_boot_recover_lzma,
                                            .pack = pack};
