/*
 * secret.h - passphrases and PINs: asked for without echo, never from the command line.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>

#define SECRET_MAX 1024

/*
 * Ask on the terminal, or read a line of stdin where there is no terminal.
 *
 * out  cap bytes of room; terminated. The caller overwrites it after use.
 *
 * Returns its length, or -1 at the end of input (after the message "Aborted!").
 */
int secret_ask(const char *prompt, char *out, size_t cap);

/* Read a line from a file descriptor, as secret_ask does. -1: nothing there, no message. */
int secret_read(int fd, char *out, size_t cap);
