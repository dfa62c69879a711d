/*
 * map_loaded.c - the flash map, as an image sees it that runs in RAM: it is the same image in
 * either slot, and the bootloader says which of them it is. SPDX-License-Identifier: Apache-2.0
 */
#define twin_board_map   bootloader_map
#define twin_board_slots bootloader_slots
#include "map.c"
#undef twin_board_map
#undef twin_board_slots

static struct twin_slots seen[1];
const struct twin_map twin_board_map = {seen, TWIN_COUNT(seen)};

void cortex_m_begin(void)
{
    seen[0] = twin_slots_seen_from(&bootloader_slots[0], (enum twin_slot)twin_board_running_slot());
}

unsigned twin_board_running_slot(void)
{
    return cortex_m_left_slot() == TWIN_SECONDARY ? TWIN_SECONDARY : TWIN_PRIMARY;
}
