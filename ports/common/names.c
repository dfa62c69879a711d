/*
 * names.c - what the device reports about itself, from its board.cmake.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

const struct twin_board_names twin_board_names = {
    .board = BOARD_NAME, .processor = BOARD_PROCESSOR, .arch = "arm"};
