/*
 * trailer.c - the slot trailer behind an image. SPDX-License-Identifier: Apache-2.0
 */
#include "trailer.h"
#include <string.h>

#define DEFAULT_ALIGN 8

const char *const swap_mode_names[SWAP_COUNT + 1] = {
    [SWAP_MOVE] = "move",           [SWAP_OFFSET] = "offset", [SWAP_SCRATCH] = "scratch",
    [SWAP_OVERWRITE] = "overwrite", [SWAP_XIP] = "xip",       [SWAP_COUNT] = NULL,
};

void trailer_magic(uint32_t max_align, bool big_endian, uint8_t magic[MAGIC_LEN])
{
    static const uint8_t plain[MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
                                             0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
    /* The first two bytes are the alignment. */
    static const uint8_t aligned[MAGIC_LEN] = {0x00, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                                               0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

    memcpy(magic, max_align == DEFAULT_ALIGN ? plain : aligned, MAGIC_LEN);
    if (max_align != DEFAULT_ALIGN) {
        magic[big_endian] = (uint8_t)max_align;
    }
}

static uint32_t magic_field(uint32_t max_align)
{
    return twin_align_up(MAGIC_LEN, max_align);
}

uint32_t trailer_image_ok(uint32_t max_align)
{
    return magic_field(max_align) + max_align;
}

/* Both image keys, as kept during a swap. */
static uint64_t key_fields(const struct image_spec *spec, uint32_t key_len, size_t enc_tlv_len)
{
    if (!spec_encrypts(spec)) {
        return 0;
    }
    uint32_t len = spec->save_enctlv ? (uint32_t)enc_tlv_len : key_len;
    return 2 * (uint64_t)twin_align_up(len, spec->max_align);
}

uint64_t trailer_len(const struct image_spec *spec, size_t enc_tlv_len)
{
    if (spec->overwrite_only) {
        return 2 * spec->max_align + magic_field(spec->max_align);
    }
    return (uint64_t)spec->max_sectors * 3 * spec->align + key_fields(spec, 16, enc_tlv_len) +
           4 * spec->max_align + magic_field(spec->max_align);
}

static uint64_t minus(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

uint64_t trailer_image_max(const struct image_spec *spec, enum swap_mode mode,
                           uint32_t sector_bytes, size_t enc_tlv_len)
{
    uint64_t slot = spec->slot_size - spec->slot_size % sector_bytes;
    uint64_t fields = mode == SWAP_OFFSET ? 5 : 4;
    uint64_t info = key_fields(spec, spec->aes_len, enc_tlv_len) + fields * spec->max_align +
                    magic_field(spec->max_align);
    uint64_t entries = mode == SWAP_OFFSET ? 2 : 3;
    uint64_t trailer = info + (uint64_t)spec->max_sectors * entries * spec->align;
    uint64_t in_sectors = (trailer + sector_bytes - 1) / sector_bytes * sector_bytes;

    if (mode == SWAP_OVERWRITE || mode == SWAP_XIP) {
        return minus(spec->slot_size, magic_field(spec->max_align) + 3 * spec->max_align);
    }
    if (mode != SWAP_SCRATCH) {
        /* One more sector stays free for shifting. */
        return minus(slot, in_sectors + sector_bytes);
    }
    /* The scratch area keeps a small trailer of its own, which may not fit beside the last data. */
    uint64_t scratch_trailer = info + entries * spec->align;
    uint64_t first = sector_bytes - minus(slot, trailer) % sector_bytes;
    return minus(minus(slot, trailer), minus(scratch_trailer, first));
}
