/*
 * retained.h - the few words of RAM that survive a reset and are zero when power comes on. They
 * stand for the reset-reason and general-purpose retention registers of a real part.
 *
 * They lie above the memory of bootloader and application (board.ld.in), at fixed addresses.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdint.h>

#define RETAINED_ADDR  0x2003ffe0u
#define RETAINED_MAGIC 0x5457494eu

/*
 * For tests: flash words that may still be written or erased in this power-on; 0 = no limit. The
 * emulator's loader puts it here, and puts it here again at each reset of the processor, so it is
 * copied to retained.words_left once, when power comes on.
 */
#define CUT_BUDGET_ADDR 0x2003ffd0u

struct retained {
    uint32_t magic;      /* RETAINED_MAGIC: the rest holds */
    uint32_t next;       /* enum twin_board_start: what the next start will be due to */
    uint32_t cause;      /* the same: what the present start is due to */
    uint32_t words_left; /* before the power is cut; 0 = never */
};

#define retained (*(volatile struct retained *)RETAINED_ADDR)
