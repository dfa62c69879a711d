/*
 * map.c - the flash map of a board with one image, from its board.cmake. A board with several
 * writes a table like this one itself. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "twin_config.h"

#define SECTORS (BOARD_SLOT_LEN / BOARD_PAGE_BYTES)

const struct twin_slots twin_board_slots[] = {{
    .mode = &TWIN_MODE,
    .area = {[TWIN_PRIMARY] = {&cortex_m_flash, BOARD_PRIMARY_OFF, BOARD_SLOT_LEN},
             [TWIN_SECONDARY] = {&cortex_m_flash, BOARD_SECONDARY_OFF, BOARD_SLOT_LEN}},
    .sector_bytes = BOARD_PAGE_BYTES,
    .max_sectors = SECTORS > 128 ? SECTORS : 128,               /* 128: MCUboot's default */
    .max_align = BOARD_WRITE_BYTES > 8 ? BOARD_WRITE_BYTES : 8, /* 8: its least */
    .image = 0,
}};
const struct twin_map twin_board_map = {twin_board_slots, TWIN_COUNT(twin_board_slots)};
