/*
 * flash.c - the flash driver: NOR rules, word by word, on memory that QEMU keeps in a file.
 *
 * Every store reaches the file, so a killed emulator leaves what a power cut would leave: a page
 * erased or written up to some word. Memory protection lets nothing but this file write.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_range.h"
#include "internal.h"
#include "twin/bytes.h"
#include <string.h>

#define WORD        4u
#define ERASED_WORD 0xffffffffu
#define POWER_CUT   10u /* the emulator's exit status when the budget is used up */

/*
 * For tests: flash words that may still be written or erased in this power-on; 0 = no limit. It
 * lies in RAM that survives a reset and is zero when power comes on. The emulator's loader puts the
 * budget there, and puts it there again at each reset, so it is taken once, when power comes on.
 */
#define CUT_TAKEN 0x5457494eu
struct cut {
    uint32_t budget;
    uint32_t taken; /* CUT_TAKEN: words_left holds */
    uint32_t words_left;
};
#define cut (*(volatile struct cut *)BOARD_QEMU_CUT)

void twin_board_flash_start(void)
{
    if (cut.taken != CUT_TAKEN) {
        cut.words_left = cut.budget;
        cut.taken = CUT_TAKEN;
    }
}

/* Ask QEMU to end (semihosting: extended exit). Only ever reached when a test set a budget. */
static void power_cut(void)
{
    static const uint32_t reason_and_status[2] = {0x20026, POWER_CUT};
    register uint32_t operation __asm("r0") = 0x20;
    register const uint32_t *argument __asm("r1") = reason_and_status;

    __asm volatile("bkpt 0xab" : : "r"(operation), "r"(argument) : "memory");
}

static void store(volatile uint32_t *word, uint32_t value)
{
    *word = value;
    if (cut.words_left != 0 && --cut.words_left == 0) {
        power_cut();
    }
}

static volatile uint32_t *word_at(uint32_t addr)
{
    return (volatile uint32_t *)(BOARD_FLASH_ADDR + addr);
}

static twin_err_t flash_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    if (!flash_in_range(&twin_board_flash, addr, len, 1)) {
        return TWIN_E_IO;
    }
    memcpy(buf, (const void *)(BOARD_FLASH_ADDR + addr), len);
    return TWIN_OK;
}

/* Only an erased word can be written: a second write is a programming error, and is refused. */
static twin_err_t write_words(uint32_t addr, const uint8_t *bytes, size_t len)
{
    for (size_t off = 0; off < len; off += WORD) {
        volatile uint32_t *word = word_at(addr + (uint32_t)off);
        uint32_t value = twin_get_le32(bytes + off);

        if (*word != ERASED_WORD) {
            return TWIN_E_IO;
        }
        store(word, value);
        if (*word != value) {
            return TWIN_E_IO;
        }
    }
    return TWIN_OK;
}

static twin_err_t flash_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    (void)ctx;
    if (!flash_in_range(&twin_board_flash, addr, len, WORD)) {
        return TWIN_E_IO;
    }
    cortex_m_flash_writable(true);
    twin_err_t err = write_words(addr, buf, len);
    cortex_m_flash_writable(false);
    return err;
}

static twin_err_t flash_erase(void *ctx, uint32_t addr, uint32_t len)
{
    (void)ctx;
    if (!flash_in_range(&twin_board_flash, addr, len, twin_board_flash.page_bytes)) {
        return TWIN_E_IO;
    }
    cortex_m_flash_writable(true);
    for (uint32_t off = 0; off < len; off += WORD) {
        store(word_at(addr + off), ERASED_WORD);
    }
    cortex_m_flash_writable(false);
    return TWIN_OK;
}

const struct twin_flash twin_board_flash = {
    .size = BOARD_FLASH_LEN,
    .page_bytes = BOARD_PAGE_BYTES,
    .write_bytes = WORD,
    .erased = 0xff,
    .read = flash_read,
    .write = flash_write,
    .erase = flash_erase,
};
