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
    cortex_m_jump(BOARD_FLASH_ADDR + handover->image_addr + handover->proof - TWIN_PROVEN);
}
