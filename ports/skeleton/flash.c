/*
 * flash.c - the two stores of the flash driver; its rules are in ../common/nor.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

/* TODO: write BOARD_WRITE_BYTES bytes to an erased unit of flash, and wait until that is done. */
void board_flash_write(uint32_t addr, const uint8_t *unit)
{
    (void)addr;
    (void)unit;
}

/* TODO: erase the page at this address, and wait until that is done; feed the watchdog then. */
void board_flash_erase(uint32_t addr)
{
    (void)addr;
    twin_board_watchdog_feed();
}
