/*
 * scratch.c - the geometry of swap-scratch: an image may reach into the sector that the trailer
 * begins in. Spec: docs/spec-image.md section 7. SPDX-License-Identifier: Apache-2.0
 */
#include "flash_priv.h"
#include "twin/bytes.h"

#define CELLS    8 /* that count starts, of CELL_MIN bytes at least: docs/spec-boot-attempts.md */
#define CELL_MIN 4

/* The scratch area's trailer has the status of one group of sectors only. */
uint32_t twin_scratch_status_off(const struct twin_slots *slots)
{
    const struct twin_flash *flash = slots->area[TWIN_SCRATCH].flash;

    return twin_trailer_status_end(slots, TWIN_SCRATCH) -
           slots->mode->status_per_sector * flash->write_bytes;
}

static bool is_usable(const struct twin_slots *slots)
{
    const struct twin_flash *primary = slots->area[TWIN_PRIMARY].flash;
    const struct twin_area *scratch = &slots->area[TWIN_SCRATCH];

    return scratch->flash != NULL && area_is_valid(slots, TWIN_SCRATCH) &&
           scratch->len >= slots->sector_bytes &&
           scratch->flash->write_bytes == primary->write_bytes &&
           scratch->flash->erased == primary->erased &&
           /* All of the trailer's fields and its status are in the area. */
           twin_scratch_status_off(slots) < scratch->len &&
           slots->area[TWIN_SECONDARY].len == slots->area[TWIN_PRIMARY].len;
}

/*
 * The last sector of an image that reaches into the trailers' sector is kept in scratch together
 * with the trailer of the scratch area. Where that one is longer than what the sector has of the
 * slot's trailer, the difference must stay free.
 */
uint32_t twin_scratch_image_max(const struct twin_slots *slots)
{
    if (!is_usable(slots)) {
        return 0;
    }
    uint32_t end = twin_trailer_status_off(slots, TWIN_PRIMARY);
    uint32_t in_sector = twin_trailer_sector_off(slots, TWIN_PRIMARY) + slots->sector_bytes - end;
    uint32_t in_scratch = slots->area[TWIN_SCRATCH].len - twin_scratch_status_off(slots);

    return in_scratch > in_sector ? end - (in_scratch - in_sector) : end;
}

/*
 * All cells or none. A swap erases what is above the images that it moves, and their extent stands
 * in the trailer; while there is none, nothing is known to be free.
 */
uint32_t twin_scratch_free_from(const struct twin_slots *slots, enum twin_slot slot)
{
    uint32_t end = twin_trailer_status_off(slots, slot);
    uint32_t write = slots->area[slot].flash->write_bytes;
    uint32_t cells = end - CELLS * (write > CELL_MIN ? write : CELL_MIN);
    uint32_t sector = twin_trailer_sector_off(slots, slot);
    struct twin_trailer trailer;

    twin_trailer_read(slots, slot, &trailer);
    if (trailer.swap_size <= sector) {
        return sector;
    }
    return trailer.swap_size <= cells ? trailer.swap_size : end;
}
