/*
 * processor.c - rest, and the hand-over to an image. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

void twin_board_halt(void)
{
    __asm volatile("wfi");
}

/* An image begins with its vector table. */
_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover)
{
    uint32_t vectors = BOARD_FLASH_ADDR + handover->image_addr;
    uint32_t stack = REG(vectors), entry = REG(vectors + 4);

    REG(SCB_VTOR) = vectors;
    __asm volatile("dsb\n"
                   "isb\n"
                   "msr msp, %0\n"
                   "bx %1\n"
                   :
                   : "r"(stack), "r"(entry)
                   : "memory");
    __builtin_unreachable();
}
