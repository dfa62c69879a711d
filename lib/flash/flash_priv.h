/*
 * flash_priv.h - what the files of lib/flash share. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/mode.h"

/* slots.c: is this area a part of its device, in whole sectors? */
bool twin_slots_area_is_valid(const struct twin_slots *slots, enum twin_slot slot);

/* For struct twin_mode: slots.c, of modes in which no image shares a sector with a trailer; */
uint32_t twin_sectors_image_max(const struct twin_slots *slots);
/* scratch.c, of swap-scratch, where it may. */
uint32_t twin_scratch_image_max(const struct twin_slots *slots);
uint32_t twin_scratch_free_from(const struct twin_slots *slots, enum twin_slot slot);
