/*
 * load_ram.c - the RAM that images are copied to, as the bootloader has it: memory like any other.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include <string.h>

_Static_assert(BOARD_LOAD_ADDR >= BOARD_RAM_ADDR + BOARD_RAM_LEN ||
                   BOARD_LOAD_ADDR + BOARD_LOAD_LEN <= BOARD_RAM_ADDR,
               "images would overwrite the bootloader's RAM");

static twin_err_t ram_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, (const void *)addr, len);
    return TWIN_OK;
}

static twin_err_t ram_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    (void)ctx;
    memcpy((void *)addr, buf, len);
    return TWIN_OK;
}

static const struct twin_flash ram = {
    .size = UINT32_MAX, .page_bytes = 1, .write_bytes = 1, .read = ram_read, .write = ram_write};

const struct twin_area twin_board_load_ram = {&ram, BOARD_LOAD_ADDR, BOARD_LOAD_LEN};
