/*
 * base/secret.h - passphrases and PINs on their way through a program, and leaving none behind.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>

#define TWIN_SECRET_MAX 1024 /* bytes, with the 0 at its end */

/* Whoever has one overwrites it after use, with twin_wipe(). */
struct twin_secret {
    char text[TWIN_SECRET_MAX]; /* ends with 0 */
    size_t len;                 /* bytes before that; none of them is 0 */
};

enum twin_secret_state {
    TWIN_SECRET_READ,
    TWIN_SECRET_NONE,    /* end of input, interrupted, or not set */
    TWIN_SECRET_UNUSABLE /* longer than there is room for, or a zero byte in it */
};

/*
 * Read a line from a file descriptor, and nothing behind it. Its end (also \r\n) is no part of it.
 * A byte 3, which is what Ctrl-C types on a terminal without signals, ends it as interrupted.
 */
enum twin_secret_state twin_secret_read(int fd, struct twin_secret *secret);

/* Take a variable out of the environment, so that no child gets it. Not for threads. */
enum twin_secret_state twin_secret_from_env(const char *variable, struct twin_secret *secret);

/*
 * From here on a crash leaves no core dump, and other processes of the same user cannot look into
 * this one. For programs, before they load a private key or read a secret; no library does it.
 */
void twin_secret_no_dumps(void);

/* Overwrite with zeros, whatever the compiler thinks of the use of that. */
void twin_wipe(void *at, size_t len);
