/*
 * nor.c - the flash driver of a board whose flash is memory that can be read like any other: the
 * rules of board.h, around the two functions that store. Memory protection lets nothing else write.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include <string.h>

#define IS_POWER_OF_2(n) ((n) != 0 && ((n) & ((n)-1u)) == 0)
_Static_assert(IS_POWER_OF_2(BOARD_PAGE_BYTES) && IS_POWER_OF_2(BOARD_WRITE_BYTES),
               "a page or a write unit is no power of two");

/* Is all of this inside the flash, and aligned? */
static bool in_range(uint32_t addr, size_t len, uint32_t unit)
{
    return ((addr | len) & (unit - 1)) == 0 && addr <= BOARD_FLASH_LEN &&
           len <= BOARD_FLASH_LEN - addr;
}

static const uint8_t *at(uint32_t addr)
{
    return (const uint8_t *)(BOARD_FLASH_ADDR + addr);
}

static twin_err_t nor_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    if (!in_range(addr, len, 1)) {
        return TWIN_E_IO;
    }
    memcpy(buf, at(addr), len);
    return TWIN_OK;
}

/* Only erased units can be written: a second write is a programming error, and is refused. */
static twin_err_t nor_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    const uint8_t *units = buf;

    (void)ctx;
    if (!in_range(addr, len, BOARD_WRITE_BYTES) ||
        !twin_flash_is_erased(&cortex_m_flash, at(addr), len)) {
        return TWIN_E_IO;
    }
    cortex_m_flash_writable(true);
    for (size_t off = 0; off < len; off += BOARD_WRITE_BYTES) {
        board_flash_write(BOARD_FLASH_ADDR + addr + off, units + off);
    }
    cortex_m_flash_writable(false);
    return memcmp(at(addr), buf, len) == 0 ? TWIN_OK : TWIN_E_IO;
}

static twin_err_t nor_erase(void *ctx, uint32_t addr, uint32_t len)
{
    (void)ctx;
    if (!in_range(addr, len, BOARD_PAGE_BYTES)) {
        return TWIN_E_IO;
    }
    cortex_m_flash_writable(true);
    for (uint32_t off = 0; off < len; off += BOARD_PAGE_BYTES) {
        board_flash_erase(BOARD_FLASH_ADDR + addr + off);
    }
    cortex_m_flash_writable(false);
    return TWIN_OK;
}

const struct twin_flash cortex_m_flash = {
    .size = BOARD_FLASH_LEN,
    .page_bytes = BOARD_PAGE_BYTES,
    .write_bytes = BOARD_WRITE_BYTES,
    .erased = 0xff,
    .read = nor_read,
    .write = nor_write,
    .erase = nor_erase,
};
