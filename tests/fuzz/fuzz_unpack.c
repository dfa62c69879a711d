/*
 * fuzz_unpack.c - any bytes as a compressed payload, behind a header and TLVs that are right. What
 * comes out is what liblzma makes of them, or both refuse; nothing is read or written elsewhere.
 *
 * The input: a byte of flags, two for the length that comes out, the stream.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "signing/lzma.h"
#include "support/simflash.h"
#include "twin/unpack.h"
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define SLOT_LEN   (80u * 1024)
#define STREAM_MAX 60000
#define TOLD_LEN   (4 + 8 + 36 + 12)
#define OUTER_LEN  (4 + 36 + 12)
#define PARAMETERS 0x66 /* of tables; no decoder here needs them */
#define DICT_MAX   30   /* code of the largest dictionary that the programs on a PC take */

static uint8_t *put_tlv(uint8_t *out, uint16_t type, const void *value, uint16_t len)
{
    twin_put_le16(out, type);
    twin_put_le16(out + 2, len);
    memcpy(out + 4, value, len);
    return out + 4 + len;
}

/* An image around the stream, with hashes and signatures of zeros. */
static void wrap(uint8_t *out, struct twin_span stream, bool thumb, uint32_t unpacked_len)
{
    static const uint8_t zeros[32];
    uint8_t size[4];

    memset(out, 0, TWIN_IMAGE_HEADER_LEN);
    twin_put_le32(out, TWIN_IMAGE_MAGIC);
    twin_put_le16(out + 8, TWIN_IMAGE_HEADER_LEN);
    twin_put_le16(out + 10, TOLD_LEN);
    twin_put_le32(out + 12, (uint32_t)stream.len);
    twin_put_le32(out + 16, TWIN_IMAGE_LZMA2 | (thumb ? (uint32_t)TWIN_IMAGE_THUMB_FILTER : 0));
    memcpy(out + TWIN_IMAGE_HEADER_LEN, stream.ptr, stream.len);
    out += TWIN_IMAGE_HEADER_LEN + stream.len;
    twin_put_le32(size, unpacked_len);
    twin_put_le16(out, TWIN_TLV_MAGIC_PROT);
    twin_put_le16(out + 2, TOLD_LEN);
    out = put_tlv(out + 4, TWIN_TLV_DECOMP_SIZE, size, 4);
    out = put_tlv(out, TWIN_TLV_DECOMP_SHA, zeros, 32);
    out = put_tlv(out, TWIN_TLV_DECOMP_SIGNATURE, zeros, 8);
    twin_put_le16(out, TWIN_TLV_MAGIC);
    twin_put_le16(out + 2, OUTER_LEN);
    out = put_tlv(out + 4, TWIN_TLV_SHA256, zeros, 32);
    (void)put_tlv(out, TWIN_TLV_ECDSA, zeros, 8);
}

/* Unpack as a bootloader does. Returns whether all came out. */
static bool unpack_all(struct sim_flash *sim, uint32_t piece)
{
    static struct twin_unpack unpack;
    const struct twin_area target = {&sim->flash, 0, SLOT_LEN};
    const struct twin_area stored = {&sim->flash, SLOT_LEN, SLOT_LEN};
    struct twin_image packed, image;
    uint8_t buf[TWIN_UNPACK_PIECE];

    MUST(twin_image_open(&packed, &stored, 0, SLOT_LEN) == TWIN_OK);
    if (twin_unpack_open(&unpack, &packed, &target, SLOT_LEN, &image) != TWIN_OK) {
        return false;
    }
    MUST(image.total_len <= SLOT_LEN);
    for (uint32_t off = 0; off < image.total_len; off += piece) {
        uint32_t left = image.total_len - off, part = left < piece ? left : piece;
        if (twin_area_read(&unpack.area, off, buf, part) != TWIN_OK) {
            return false;
        }
        sim_put(sim, target.addr + off, buf, part);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t image[TWIN_IMAGE_HEADER_LEN + STREAM_MAX + TOLD_LEN + OUTER_LEN];
    static uint8_t stream[STREAM_MAX];
    struct sim_flash sim;
    struct twin_buf wanted = {0};

    if (len < 5 || len - 3 > STREAM_MAX) {
        return 0;
    }
    const bool thumb = (data[0] & 1) != 0;
    const uint32_t unpacked_len = twin_get_le16(data + 1), stream_len = (uint32_t)len - 3;
    memcpy(stream, data + 3, stream_len);
    stream[0] %= DICT_MAX + 1;
    stream[1] = PARAMETERS;
    const struct twin_span span = {stream, stream_len};
    wrap(image, span, thumb, unpacked_len);
    sim_init(&sim, 2 * SLOT_LEN, 4096, 1, 0xff);
    sim_put(&sim, SLOT_LEN, image, TWIN_IMAGE_HEADER_LEN + stream_len + TOLD_LEN + OUTER_LEN);
    const bool good = unpack_all(&sim, (data[0] & 2) != 0 ? TWIN_UNPACK_PIECE : 34);
    const bool is_good = twin_lzma_unpack(thumb, span, unpacked_len, &wanted);
    /* A dictionary that is smaller than the image is a limit that liblzma rounds up. */
    const bool is_small = ((2u | (stream[0] & 1u)) << (stream[0] / 2 + 11)) < unpacked_len;
    MUST(good == is_good || (is_good && is_small));
    MUST(!good || memcmp(sim.mem + TWIN_IMAGE_HEADER_LEN, wanted.data, unpacked_len) == 0);
    twin_buf_free(&wanted);
    sim_free(&sim);
    return 0;
}
