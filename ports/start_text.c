/*
 * start_text.c - causes of a start in words, the same on every board.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"

const char *twin_board_start_text(enum twin_board_start cause)
{
    static const char *const texts[] = {[TWIN_BOARD_START_POWER] = "power on",
                                        [TWIN_BOARD_START_SOFTWARE] = "reset on request",
                                        [TWIN_BOARD_START_WATCHDOG] = "watchdog",
                                        [TWIN_BOARD_START_FAULT] = "fault",
                                        [TWIN_BOARD_START_RECOVERY] = "request for recovery"};

    return (unsigned)cause < sizeof(texts) / sizeof(texts[0]) ? texts[cause] : "unknown";
}
