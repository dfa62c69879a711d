/*
 * groups_none.c - for boards that add no groups of commands. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"

size_t twin_board_groups(const struct twin_srv_entry **entries)
{
    *entries = NULL;
    return 0;
}
