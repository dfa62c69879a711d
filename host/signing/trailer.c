/*
 * trailer.c - the slot trailer behind an image. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/trailer.h"
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

const char *trailer_check_slots(const struct image_spec *spec, enum swap_mode mode,
                                struct slot_pair slots)
{
    uint32_t primary = slots.primary / slots.sector, secondary = slots.secondary / slots.sector;
    uint32_t most = primary > secondary ? primary : secondary;

    if (primary == 0 || secondary == 0) {
        return "the size of a slot is missing, or below one sector";
    }
    if (slots.primary % slots.sector != 0 || slots.secondary % slots.sector != 0) {
        return "a slot is not a whole number of sectors";
    }
    if (mode == SWAP_MOVE && primary != secondary && primary != secondary + 1) {
        return "the slots have to be equal, or the primary one longer by one sector";
    }
    if (mode == SWAP_OFFSET && primary != secondary && secondary != primary + 1) {
        return "the slots have to be equal, or the secondary one longer by one sector";
    }
    if (mode != SWAP_OVERWRITE && mode != SWAP_XIP && most > spec->max_sectors) {
        return "that is more sectors than the trailer has entries for; set --max-sectors to the "
               "loader's number";
    }
    return NULL;
}

/* In one slot of a loader that swaps over a scratch area, which keeps a small trailer of its own
 * that may not fit beside the last data. */
static uint64_t scratch_max(uint64_t slot, uint32_t sector, uint64_t trailer,
                            uint64_t scratch_trailer)
{
    uint64_t first = sector - minus(slot, trailer) % sector;

    return minus(minus(slot, trailer), minus(scratch_trailer, first));
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t trailer_image_max(const struct image_spec *spec, enum swap_mode mode,
                           struct slot_pair slots, size_t enc_tlv_len)
{
    uint32_t sector = slots.sector;
    uint64_t primary = slots.primary - slots.primary % sector;
    uint64_t secondary = slots.secondary - slots.secondary % sector;
    uint64_t fields = mode == SWAP_OFFSET ? 5 : 4, entries = mode == SWAP_OFFSET ? 2 : 3;
    uint64_t info = key_fields(spec, spec->aes_len, enc_tlv_len) + fields * spec->max_align +
                    magic_field(spec->max_align);
    uint64_t trailer = info + (uint64_t)spec->max_sectors * entries * spec->align;
    uint64_t in_sectors = (trailer + sector - 1) / sector * sector;

    if (mode == SWAP_OVERWRITE || mode == SWAP_XIP) {
        return minus(least(slots.primary, slots.secondary),
                     magic_field(spec->max_align) + 3 * spec->max_align);
    }
    if (mode == SWAP_SCRATCH) {
        uint64_t small = info + entries * spec->align;
        return least(scratch_max(primary, sector, trailer, small),
                     scratch_max(secondary, sector, trailer, small));
    }
    /* One sector stays free for shifting: at the end of the primary slot for moves, at the
     * beginning of the secondary one for the offset. */
    uint64_t in_primary = in_sectors + (mode == SWAP_MOVE ? sector : 0);
    uint64_t in_secondary = in_sectors + (mode == SWAP_OFFSET ? sector : 0);
    return least(minus(primary, in_primary), minus(secondary, in_secondary));
}
