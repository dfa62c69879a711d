/*
 * console.h - what a device says on its console, line by line, so that many can share one output.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>

struct console {
    int out;         /* where it goes */
    char prefix[16]; /* of each line */
    char line[512];  /* a longer one is shown as several */
    size_t len;
};

/* Take bytes that the device has written. */
void console_take(struct console *console, const char *bytes, size_t len);

/* Add a line of our own; text with its newline. */
void console_say(struct console *console, const char *text);
