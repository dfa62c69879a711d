/*
 * console.c - see console.h. SPDX-License-Identifier: Apache-2.0
 */
#include "console.h"
#include "complain.h"
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int console_open(struct console *console, const char *path)
{
    *console = (struct console){.out = STDOUT_FILENO};
    if (strcmp(path, "-") != 0) {
        console->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }
    return console->out < 0 ? complain("cannot open", path) : 0;
}

static void show(struct console *console, char *bytes, size_t len)
{
    struct iovec parts[] = {{.iov_base = console->prefix, .iov_len = strlen(console->prefix)},
                            {.iov_base = bytes, .iov_len = len}};

    if (len != 0 && writev(console->out, parts, 2) < 0) {
        complain("no more from here on:", "console");
        console->out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    console->in_line = len != 0 && bytes[len - 1] != '\n';
}

void console_take(struct console *console, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        console->line[console->len++] = bytes[i];
        if (bytes[i] == '\n' || console->len == sizeof(console->line)) {
            show(console, console->line, console->len);
            console->len = 0;
        }
    }
    if (console->prefix[0] == '\0' && console->len != 0) {
        show(console, console->line, console->len);
        console->len = 0;
    }
}

void console_take_from(struct console *console, int fd)
{
    char bytes[4096];
    ssize_t len;

    while ((len = read(fd, bytes, sizeof(bytes))) > 0) {
        console_take(console, bytes, (size_t)len);
    }
}

void console_say(struct console *console, const char *text)
{
    if (console->len != 0 || console->in_line) {
        console_take(console, "\n", 1);
    }
    console_take(console, text, strlen(text));
}
