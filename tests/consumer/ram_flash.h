/*
 * ram_flash.h - a flash of two slots in RAM, for the programs in this folder.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/mode.h"
#include <string.h>

enum { PAGE = 4096, SLOT = 8 * PAGE };

static uint8_t cells[2 * SLOT];

static twin_err_t ram_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, &cells[addr], len);
    return TWIN_OK;
}

static twin_err_t ram_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    (void)ctx;
    memcpy(&cells[addr], buf, len);
    return TWIN_OK;
}

static twin_err_t ram_erase(void *ctx, uint32_t addr, uint32_t len)
{
    (void)ctx;
    memset(&cells[addr], 0xff, len);
    return TWIN_OK;
}

static const struct twin_flash flash = {.size = sizeof(cells),
                                        .page_bytes = PAGE,
                                        .write_bytes = 8,
                                        .erased = 0xff,
                                        .read = ram_read,
                                        .write = ram_write,
                                        .erase = ram_erase};

#define RAM_SLOTS                                                                                  \
    {                                                                                              \
        .mode = &twin_mode_swap_offset, .area = {{&flash, 0, SLOT}, {&flash, SLOT, SLOT}},         \
        .sector_bytes = PAGE, .max_sectors = 128, .max_align = 8                                   \
    }
