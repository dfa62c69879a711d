/*
 * flash.c - the two stores of the flash driver (../common/nor.c), on memory that QEMU keeps in a
 * file: every word reaches it, so a killed emulator leaves what a power cut would leave, a page
 * erased or a unit written up to some word. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "twin/bytes.h"

#define ERASED_WORD 0xffffffffu
#define POWER_CUT   10u /* the emulator's exit status when the budget is used up */

/*
 * For tests: flash words that may be written or erased in this power-on, and how many were; a
 * budget of 0 is no limit. They lie in RAM that survives a reset and is zero when power comes on,
 * where the emulator's loader puts the budget.
 */
struct cut {
    uint32_t budget, used;
};
#define cut (*(volatile struct cut *)BOARD_QEMU_CUT)

/* Ask QEMU to end (semihosting: extended exit). Only ever reached when a test set a budget. */
static void power_cut(void)
{
    static const uint32_t reason_and_status[2] = {0x20026, POWER_CUT};
    register uint32_t operation __asm("r0") = 0x20;
    register const uint32_t *argument __asm("r1") = reason_and_status;

    __asm volatile("bkpt 0xab" : : "r"(operation), "r"(argument) : "memory");
}

static void store(uint32_t addr, uint32_t value)
{
    REG(addr) = value;
    if (cut.budget != 0 && ++cut.used == cut.budget) {
        power_cut();
    }
}

void board_flash_write(uint32_t addr, const uint8_t *unit)
{
    store(addr, twin_get_le32(unit));
}

void board_flash_erase(uint32_t addr)
{
    for (uint32_t off = 0; off < BOARD_PAGE_BYTES; off += sizeof(uint32_t)) {
        store(addr + off, ERASED_WORD);
    }
}
