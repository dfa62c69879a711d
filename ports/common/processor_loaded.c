/*
 * processor_loaded.c - rest, and the hand-over to an image that was copied to RAM.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

void twin_board_halt(void)
{
    __asm volatile("wfi");
}

/* As in processor.c, at an address of memory. */
_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover)
{
    twin_proof_demand(&handover->proof);
    cortex_m_leave_slot(handover->slot);
    cortex_m_jump(handover->image_addr + handover->proof - TWIN_PROVEN);
}
