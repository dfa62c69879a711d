/*
 * map.c - the flash map of a board with one image, from its board.cmake. A board with several
 * writes a table like this one itself. For programs that run from slot 1 it is compiled once more,
 * as they see it. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "twin_config.h"

#define ALIGN   (BOARD_WRITE_BYTES > 8 ? BOARD_WRITE_BYTES : 8) /* 8: MCUboot's least */
#define SECTORS (BOARD_SLOT_LEN / BOARD_PAGE_BYTES)

#ifndef BOARD_SEEN_FROM /* the slot of the program; the bootloader sees what the first one does */
#define BOARD_SEEN_FROM TWIN_PRIMARY
#endif
#define OFF_OF(slot) ((slot) == BOARD_SEEN_FROM ? BOARD_PRIMARY_OFF : BOARD_SECONDARY_OFF)

const struct twin_slots twin_board_slots[] = {{
    .mode = &TWIN_MODE,
    .area = {[TWIN_PRIMARY] = {&cortex_m_flash, OFF_OF(TWIN_PRIMARY), BOARD_SLOT_LEN},
             [TWIN_SECONDARY] = {&cortex_m_flash, OFF_OF(TWIN_SECONDARY), BOARD_SLOT_LEN},
             [TWIN_SCRATCH] = {&cortex_m_flash, BOARD_SCRATCH_OFF, BOARD_SCRATCH_LEN}},
    .sector_bytes = BOARD_PAGE_BYTES,
    .max_sectors = SECTORS > 128 ? SECTORS : 128, /* 128: MCUboot's default */
    .max_align = ALIGN,
    .image = 0,
    .key_room = TWIN_KEY_ROOM(TWIN_BOOT_KEY_LEN, ALIGN),
}};
const struct twin_map twin_board_map = {twin_board_slots, TWIN_COUNT(twin_board_slots)};
