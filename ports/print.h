/*
 * print.h - text and numbers on the board's console. Blocks as twin_board_write() does.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"

void twin_print(const char *text);
void twin_print_dec(uint32_t value);
void twin_print_hex(uint32_t value); /* eight digits */
void twin_print_version(const struct twin_version *version);
