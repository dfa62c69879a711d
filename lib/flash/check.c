/*
 * check.c - can a bootloader and its mode work with this geometry?
 *
 * Where the map is a constant and the program is linked as one piece, the compiler knows the answer
 * and nothing of this is left (ports/common). SPDX-License-Identifier: Apache-2.0
 */
#include "flash_priv.h"

static uint32_t sector_count(const struct twin_slots *slots, enum twin_slot slot)
{
    return slots->area[slot].len / slots->sector_bytes;
}

/* A power of two in this range. */
static bool is_power(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most && (value & (value - 1)) == 0;
}

static bool align_is_valid(const struct twin_slots *slots)
{
    const struct twin_flash *primary = slots->area[TWIN_PRIMARY].flash;
    const struct twin_flash *secondary = slots->area[TWIN_SECONDARY].flash;

    return is_power(slots->max_align, 8, 32) &&
           is_power(primary->write_bytes, 1, slots->max_align) &&
           secondary->write_bytes == primary->write_bytes && secondary->erased == primary->erased;
}

twin_err_t twin_slots_check(const struct twin_slots *slots)
{
    if (slots->mode == NULL || !area_is_valid(slots, TWIN_PRIMARY) ||
        !area_is_valid(slots, TWIN_SECONDARY) || !align_is_valid(slots)) {
        return TWIN_E_ARG;
    }
    uint32_t primary = sector_count(slots, TWIN_PRIMARY);
    uint32_t secondary = sector_count(slots, TWIN_SECONDARY);
    const uint8_t *spare = slots->mode->spare;
    if ((primary < secondary ? primary : secondary) > slots->max_sectors ||
        (primary - secondary != spare[TWIN_PRIMARY] &&
         secondary - primary != spare[TWIN_SECONDARY])) {
        return TWIN_E_ARG;
    }
    /* The trailer, what the mode keeps free, and one sector of image must fit. */
    uint32_t len = slots->area[TWIN_PRIMARY].len;
    return twin_trailer_status_off(slots, TWIN_PRIMARY) < len &&
                   twin_slots_image_max(slots) >= slots->sector_bytes
               ? TWIN_OK
               : TWIN_E_ARG;
}

twin_err_t twin_map_check(const struct twin_map *map)
{
    if (map->count < 1 || map->count > TWIN_IMAGES_MAX) {
        return TWIN_E_ARG;
    }
    for (unsigned i = 0; i < map->count; i++) {
        TWIN_TRY(twin_slots_check(&map->images[i]));
        /* Whether a scratch area is in use, one image does not see of another. */
        if (map->count > 1 && map->images[i].mode->id == TWIN_MODE_SWAP_SCRATCH) {
            return TWIN_E_ARG;
        }
        if (i > 0 && map->images[i].image <= map->images[i - 1].image) {
            return TWIN_E_ARG;
        }
    }
    return TWIN_OK;
}
