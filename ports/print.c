/*
 * print.c - text and numbers on the board's console. Not printf: a bootloader counts bytes.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "print.h"
#include "board.h"
#include <string.h>

void twin_print(const char *text)
{
    twin_board_write(TWIN_BOARD_CONSOLE, text, strlen(text));
}

void twin_print_dec(uint32_t value)
{
    char digits[10];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    twin_board_write(TWIN_BOARD_CONSOLE, &digits[at], sizeof(digits) - at);
}

void twin_print_hex(uint32_t value)
{
    char digits[8];

    for (size_t i = 0; i < sizeof(digits); i++) {
        digits[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
    }
    twin_board_write(TWIN_BOARD_CONSOLE, digits, sizeof(digits));
}

void twin_print_version(const struct twin_version *version)
{
    char text[TWIN_VERSION_STR_MAX];

    twin_board_write(TWIN_BOARD_CONSOLE, text, twin_version_print(version, text));
}
