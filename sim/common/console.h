/*
 * console.h - what a device says on its console: line by line, if many share one output.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct console {
    int out;         /* where it goes */
    char prefix[16]; /* of each line; empty: nobody shares the output */
    char line[512];  /* with a prefix: what waits for its end; a longer line is shown as several */
    size_t len;
    bool in_line; /* the last byte shown did not end a line */
};

/* Begin; path is a file, made anew, or "-" for standard output. Returns 0, or -1 after saying on
 * stderr what is wrong. */
int console_open(struct console *console, const char *path);

/* Show bytes that the device has written. */
void console_take(struct console *console, const char *bytes, size_t len);

/* The same for all that waits in fd, which does not block. */
void console_take_from(struct console *console, int fd);

/* Add a line of our own; text with its newline. */
void console_say(struct console *console, const char *text);
