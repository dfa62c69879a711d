/*
 * secret.c - reading passphrases and PINs, and leaving none behind.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "keys/secret.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#define INTERRUPT 3 /* what Ctrl-C sends while signals are off */

/* Byte by byte, so that nothing behind the line is taken from a pipe. */
int twin_secret_read(int fd, char *out, size_t cap)
{
    size_t len = 0;
    bool any = false, usable = true;

    for (;;) {
        char c;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got > 0 && c == INTERRUPT) {
            return TWIN_SECRET_NONE;
        }
        any = any || got > 0;
        if (got <= 0 || c == '\n') {
            break;
        }
        usable = usable && len + 1 < cap && c != '\0';
        if (usable) {
            out[len++] = c;
        }
    }
    if (len > 0 && out[len - 1] == '\r') {
        len--;
    }
    out[len] = '\0';
    return !any ? TWIN_SECRET_NONE : usable ? (int)len : TWIN_SECRET_UNUSABLE;
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
    int len = twin_secret_read(fd, out, cap);
    dprintf(fd, "\n");
    if (changed) {
        tcsetattr(fd, TCSAFLUSH, &before);
    }
    return len;
}

int twin_secret_ask(const char *prompt, char *out, size_t cap)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int len;

    twin_secret_no_dumps();
    fflush(stdout);
    if (tty >= 0) {
        len = ask_silently(tty, prompt, out, cap);
        close(tty);
    } else {
        fputs(prompt, stderr);
        len = twin_secret_read(STDIN_FILENO, out, cap);
    }
    if (len == TWIN_SECRET_NONE) {
        fputs("Aborted!\n", stderr);
    } else if (len == TWIN_SECRET_UNUSABLE) {
        cli_fail(CLI_REFUSED, "more than %zu bytes, or a zero byte among them", cap - 1);
    }
    return len;
}

int twin_secret_from_env(const char *variable, char *out, size_t cap)
{
    char *value = getenv(variable);
    size_t len = value != NULL ? strlen(value) : 0;

    if (value == NULL) {
        return TWIN_SECRET_NONE;
    }
    if (len >= cap) {
        return TWIN_SECRET_UNUSABLE;
    }
    memcpy(out, value, len + 1);
    OPENSSL_cleanse(value, len);
    unsetenv(variable);
    return (int)len;
}

void twin_secret_no_dumps(void)
{
    const struct rlimit none = {0, 0};

    /* The limit does not hold where a core goes to a program; the flag does. */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void *wiped_alloc(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(len);
}

static void wiped_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    if (at != NULL) {
        OPENSSL_cleanse(at, malloc_usable_size(at));
        free(at);
    }
}

static void *wiped_realloc(void *at, size_t len, const char *file, int line)
{
    size_t before = at != NULL ? malloc_usable_size(at) : 0;
    void *longer = len > 0 ? wiped_alloc(len, file, line) : NULL;

    if (at != NULL && longer != NULL) {
        memcpy(longer, at, before < len ? before : len);
    }
    if (longer != NULL || len == 0) {
        wiped_free(at, file, line);
    }
    return longer;
}

void twin_secret_wipe_on_free(void)
{
    (void)CRYPTO_set_mem_functions(wiped_alloc, wiped_realloc, wiped_free);
}
