/*
 * clock.c - milliseconds out of a counter that runs by itself. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

#define TICKS_MS (BOARD_COUNTER_HZ / 1000u)
_Static_assert(BOARD_COUNTER_HZ % 1000u == 0 && BOARD_COUNTER_HZ <= 35000000u,
               "the counter has no whole milliseconds, or turns over within two minutes");

uint32_t twin_board_now_ms(void)
{
    static uint32_t now_ms, seen_ticks;
    uint32_t passed_ms = (board_counter() - seen_ticks) / TICKS_MS;

    seen_ticks += passed_ms * TICKS_MS;
    now_ms += passed_ms;
    return now_ms;
}
