/*
 * base/hex.h - bytes as hex digits: the one printer and the one reader of the host.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <stdbool.h>

/* Write 2 * bytes.len lower-case digits and a 0, which out has room for. Returns out. */
char *twin_hex_text(struct twin_span bytes, char *out);

/* What a digit stands for, in either case of letters; -1 if it is none. */
int twin_hex_digit(char digit);

/* Read len digits, an even number, into len / 2 bytes. False if there is anything else. */
bool twin_hex_bytes(const char *digits, size_t len, uint8_t *out);
