/*
 * fit.c - does an image fit into its slot? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/fit.h"
#include "signing/trailer.h"

const char *const twin_fit_mode_names[TWIN_FIT_COUNT + 1] = {
    [TWIN_FIT_MOVE] = "move",       [TWIN_FIT_OFFSET] = "offset",
    [TWIN_FIT_SCRATCH] = "scratch", [TWIN_FIT_OVERWRITE] = "overwrite",
    [TWIN_FIT_XIP] = "xip",         [TWIN_FIT_COUNT] = NULL,
};

/* Both image keys, as kept during a swap. */
static uint64_t key_fields(const struct twin_sign_spec *spec, uint32_t key_len, size_t enc_tlv_len)
{
    if (!twin_sign_encrypts(spec)) {
        return 0;
    }
    uint32_t len = spec->save_enctlv ? (uint32_t)enc_tlv_len : key_len;
    return 2 * (uint64_t)twin_align_up(len, spec->max_align);
}

uint64_t twin_fit_reserved(const struct twin_sign_spec *spec, size_t enc_tlv_len)
{
    if (spec->overwrite_only) {
        return twin_slot_trailer_image_ok(spec->max_align) + spec->max_align;
    }
    return (uint64_t)spec->max_sectors * 3 * spec->align + key_fields(spec, 16, enc_tlv_len) +
           twin_slot_trailer_image_ok(spec->max_align) + 3 * spec->max_align;
}

static uint64_t minus(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

enum twin_error_code twin_fit_check_slots(const struct twin_sign_spec *spec,
                                          enum twin_fit_mode mode, struct twin_fit_slots slots,
                                          struct twin_error *error)
{
    uint32_t primary = slots.primary / slots.sector, secondary = slots.secondary / slots.sector;
    uint32_t most = primary > secondary ? primary : secondary;
    const struct {
        bool is_broken;
        const char *text, *hint;
    } rules[] = {
        {primary == 0 || secondary == 0, "the size of a slot is missing, or below one sector", ""},
        {slots.primary % slots.sector != 0 || slots.secondary % slots.sector != 0,
         "a slot is not a whole number of sectors", ""},
        {mode == TWIN_FIT_MOVE && primary != secondary && primary != secondary + 1,
         "the slots have to be equal, or the primary one longer by one sector", ""},
        {mode == TWIN_FIT_OFFSET && primary != secondary && secondary != primary + 1,
         "the slots have to be equal, or the secondary one longer by one sector", ""},
        {mode != TWIN_FIT_OVERWRITE && mode != TWIN_FIT_XIP && most > spec->max_sectors,
         "that is more sectors than the trailer has entries for",
         "set max_sectors to the loader's number"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].is_broken) {
            twin_error_set(error, TWIN_ERROR_USAGE, "%s", rules[i].text);
            return twin_error_hint(error, "%s", rules[i].hint);
        }
    }
    return TWIN_ERROR_NONE;
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

uint64_t twin_fit_image_max(const struct twin_sign_spec *spec, enum twin_fit_mode mode,
                            struct twin_fit_slots slots, size_t enc_tlv_len)
{
    uint32_t sector = slots.sector;
    uint64_t primary = slots.primary - slots.primary % sector;
    uint64_t secondary = slots.secondary - slots.secondary % sector;
    uint64_t fields = mode == TWIN_FIT_OFFSET ? 4 : 3, entries = mode == TWIN_FIT_OFFSET ? 2 : 3;
    uint64_t info = key_fields(spec, spec->aes_len, enc_tlv_len) + fields * spec->max_align +
                    twin_slot_trailer_image_ok(spec->max_align);
    uint64_t trailer = info + (uint64_t)spec->max_sectors * entries * spec->align;
    uint64_t in_sectors = (trailer + sector - 1) / sector * sector;

    if (mode == TWIN_FIT_OVERWRITE || mode == TWIN_FIT_XIP) {
        return minus(least(slots.primary, slots.secondary),
                     twin_slot_trailer_image_ok(spec->max_align) + 2 * spec->max_align);
    }
    if (mode == TWIN_FIT_SCRATCH) {
        uint64_t small = info + entries * spec->align;
        return least(scratch_max(primary, sector, trailer, small),
                     scratch_max(secondary, sector, trailer, small));
    }
    /* One sector stays free for shifting: at the end of the primary slot for moves, at the
     * beginning of the secondary one for the offset. */
    uint64_t in_primary = in_sectors + (mode == TWIN_FIT_MOVE ? sector : 0);
    uint64_t in_secondary = in_sectors + (mode == TWIN_FIT_OFFSET ? sector : 0);
    return least(minus(primary, in_primary), minus(secondary, in_secondary));
}
