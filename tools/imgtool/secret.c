/*
 * secret.c - passphrases and PINs. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "secret.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define INTERRUPT 3 /* what Ctrl-C sends while signals are off */

/* Byte by byte, so that nothing behind the line is taken from a pipe. */
int secret_read(int fd, char *out, size_t cap)
{
    size_t len = 0;
    bool any = false;

    for (;;) {
        char c;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got > 0 && c == INTERRUPT) {
            return -1;
        }
        any = any || got > 0;
        if (got <= 0 || c == '\n') {
            break;
        }
        if (len + 1 < cap) {
            out[len++] = c;
        }
    }
    if (len > 0 && out[len - 1] == '\r') {
        len--;
    }
    out[len] = '\0';
    return any ? (int)len : -1;
}

/* Without signals, so that an interrupt cannot leave the terminal silent: it ends the line. */
static int ask_silently(int fd, const char *prompt, char *out, size_t cap)
{
    struct termios before, silent;
    bool changed = tcgetattr(fd, &before) == 0;

    if (changed) {
        silent = before;
        silent.c_lflag &= (tcflag_t) ~(ECHO | ISIG);
        silent.c_cc[VEOL] = INTERRUPT;
        tcsetattr(fd, TCSAFLUSH, &silent);
    }
    dprintf(fd, "%s", prompt); /* only now: what is typed ahead of silence would be thrown away */
    int len = secret_read(fd, out, cap);
    dprintf(fd, "\n");
    if (changed) {
        tcsetattr(fd, TCSAFLUSH, &before);
    }
    return len;
}

int secret_ask(const char *prompt, char *out, size_t cap)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int len;

    fflush(stdout);
    if (tty >= 0) {
        len = ask_silently(tty, prompt, out, cap);
        close(tty);
    } else {
        fputs(prompt, stderr);
        len = secret_read(STDIN_FILENO, out, cap);
    }
    if (len < 0) {
        fputs("Aborted!\n", stderr);
    }
    return len;
}
