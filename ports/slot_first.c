/*
 * slot_first.c - for boards whose images run from slot 0. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"

unsigned twin_board_running_slot(void)
{
    return TWIN_PRIMARY;
}
