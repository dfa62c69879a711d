/*
 * slot_second.c - for programs that are linked for slot 1. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"

unsigned twin_board_running_slot(void)
{
    return TWIN_SECONDARY;
}
