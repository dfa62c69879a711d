/*
 * flash_range.h - what a flash driver has to refuse: see twin_board_map in board.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/flash.h"

/* Is all of this inside the device, and a multiple of `unit`? */
static inline bool flash_in_range(const struct twin_flash *flash, uint32_t addr, size_t len,
                                  uint32_t unit)
{
    return addr % unit == 0 && len % unit == 0 && addr <= flash->size && len <= flash->size - addr;
}
