/*
 * secret.c - reading passphrases and PINs, and leaving none behind.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "base/secret.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define INTERRUPT 3

/* Byte by byte, so that nothing behind the line is taken from a pipe. */
enum twin_secret_state twin_secret_read(int fd, struct twin_secret *secret)
{
    bool any = false, usable = true;

    secret->len = 0;
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
        usable = usable && secret->len + 1 < sizeof(secret->text) && c != '\0';
        if (usable) {
            secret->text[secret->len++] = c;
        }
    }
    if (secret->len > 0 && secret->text[secret->len - 1] == '\r') {
        secret->len--;
    }
    secret->text[secret->len] = '\0';
    return !any ? TWIN_SECRET_NONE : usable ? TWIN_SECRET_READ : TWIN_SECRET_UNUSABLE;
}

enum twin_secret_state twin_secret_from_env(const char *variable, struct twin_secret *secret)
{
    char *value = getenv(variable);
    size_t len = value != NULL ? strlen(value) : 0;

    if (value == NULL) {
        return TWIN_SECRET_NONE;
    }
    if (len >= sizeof(secret->text)) {
        return TWIN_SECRET_UNUSABLE;
    }
    memcpy(secret->text, value, len + 1);
    secret->len = len;
    twin_wipe(value, len);
    unsetenv(variable);
    return TWIN_SECRET_READ;
}

void twin_secret_no_dumps(void)
{
    const struct rlimit none = {0, 0};

    /* The limit does not hold where a core goes to a program; the flag does. */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void twin_wipe(void *at, size_t len)
{
    memset(at, 0, len);
    __asm__ volatile("" : : "r"(at) : "memory"); /* somebody may look: it has to be done */
}
