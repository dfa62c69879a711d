/*
 * console.c - see console.h. SPDX-License-Identifier: Apache-2.0
 */
#include "console.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void show(struct console *console)
{
    struct iovec parts[] = {{.iov_base = console->prefix, .iov_len = strlen(console->prefix)},
                            {.iov_base = console->line, .iov_len = console->len}};

    if (writev(console->out, parts, 2) < 0) {
        fprintf(stderr, "twinslot-device: console, no more from here on: %s\n", strerror(errno));
        console->out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    console->len = 0;
}

void console_take(struct console *console, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        console->line[console->len++] = bytes[i];
        if (bytes[i] == '\n' || console->len == sizeof(console->line)) {
            show(console);
        }
    }
}

void console_say(struct console *console, const char *text)
{
    if (console->len != 0) {
        console_take(console, "\n", 1);
    }
    console_take(console, text, strlen(text));
}
