/*
 * retained.c - why the processor started, in a few words of RAM that survive a reset. They lie
 * above the memory of bootloader and application, where neither start-up clears them
 * (cortex_m.ld.in). SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "twin/hangs.h"
#include "twin_config.h"

#define RETAINED_MAGIC 0x5457494eu

/* At the same place for bootloader and application. */
extern volatile struct {
    uint32_t magic; /* RETAINED_MAGIC: the rest holds. After power on it is whatever the RAM is. */
    uint32_t next;  /* enum twin_board_start: what the next start will be due to */
    uint16_t cause; /* the same: what the present start is due to */
    uint16_t slot;  /* that the image in RAM came from */
    struct twin_boot_hangs hangs;
} retained;
_Static_assert(sizeof(retained) <= 16, "tests use what is behind it (BOARD_QEMU_CUT)");

/* Right below it, with CONFIG_TWIN_BOOT_SHARE. */
extern uint8_t shared_ram[];

void twin_board_start_settle(void)
{
    retained.cause =
        (uint16_t)(retained.magic == RETAINED_MAGIC ? retained.next : TWIN_BOARD_START_POWER);
    cortex_m_next_cause(TWIN_BOARD_START_POWER); /* unless somebody says otherwise before */
}

void cortex_m_next_cause(enum twin_board_start cause)
{
    retained.next = cause;
    retained.magic = RETAINED_MAGIC;
}

enum twin_board_start twin_board_start_cause(void)
{
    return (enum twin_board_start)retained.cause;
}

void cortex_m_leave_slot(unsigned slot)
{
    retained.slot = (uint16_t)slot;
}

unsigned cortex_m_left_slot(void)
{
    return retained.slot;
}

/* Not volatile: who calls this has it between two starts to himself. */
struct twin_boot_hangs *twin_board_hangs(void)
{
    return (struct twin_boot_hangs *)(uintptr_t)&retained.hangs;
}

struct twin_shared twin_board_shared(void)
{
    return (struct twin_shared){shared_ram, TWIN_SHARED_LEN};
}

_Noreturn void cortex_m_restart(enum twin_board_start cause)
{
    cortex_m_next_cause(cause);
    __asm volatile("dsb" : : : "memory");
    REG(SCB_AIRCR) = SCB_AIRCR_RESET;
    for (;;) {
    }
}

_Noreturn void twin_board_reset(void)
{
    cortex_m_restart(TWIN_BOARD_START_SOFTWARE);
}

_Noreturn void twin_board_reset_to_recovery(void)
{
    cortex_m_restart(TWIN_BOARD_START_RECOVERY);
}
