/*
 * processor.c - rest, and the hand-over to an image. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

void twin_board_halt(void)
{
    __asm volatile("wfi");
}

/* An image begins with its vector table; without a proof, that is looked for at another address. */
_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover)
{
    twin_proof_demand(&handover->proof);
    const uint32_t addr = BOARD_FLASH_ADDR + handover->image_addr + handover->proof - TWIN_PROVEN;
    const volatile uint32_t *vectors = &REG(addr);
    const uint32_t stack = vectors[0], entry = vectors[1];

    REG(SCB_VTOR) = addr;
    __asm volatile("dsb\n"
                   "isb\n"
                   "msr msp, %0\n"
                   "bx %1\n"
                   :
                   : "r"(stack), "r"(entry)
                   : "memory");
    __builtin_unreachable();
}
