/*
 * flash_priv.h - what the files of lib/flash share. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/mode.h"

/* Is this area a part of its device, in whole sectors? Inlined, because of a constant the compiler
 * knows it. */
#if defined(__GNUC__)
__attribute__((always_inline))
#endif
static inline bool
area_is_valid(const struct twin_slots *slots, enum twin_slot slot)
{
    const struct twin_area *area = &slots->area[slot];
    uint32_t page = area->flash->page_bytes;

    return page != 0 && slots->sector_bytes != 0 && slots->sector_bytes % page == 0 &&
           area->addr % page == 0 && area->len % slots->sector_bytes == 0 &&
           area->addr <= area->flash->size && area->len <= area->flash->size - area->addr;
}

/* layout.c: below all fields; where a status area ends. */
uint32_t twin_trailer_status_end(const struct twin_slots *slots, enum twin_slot slot);

/* For struct twin_mode: slots.c, of modes in which no image shares a sector with a trailer; */
uint32_t twin_sectors_image_max(const struct twin_slots *slots);
/* of those in which no trailer is ever erased for a request: all below the first field that they do
 * without; */
uint32_t twin_flags_image_max(const struct twin_slots *slots);
/* scratch.c, of swap-scratch, where it may. */
uint32_t twin_scratch_image_max(const struct twin_slots *slots);
uint32_t twin_scratch_free_from(const struct twin_slots *slots, enum twin_slot slot);
