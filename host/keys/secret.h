/*
 * secret.h - passphrases and PINs: asked for without echo, never from the command line; and what
 * keeps secrets from staying behind when the program has ended.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define TWIN_SECRET_MAX 1024 /* bytes, with the end of the string */

/* What reading a secret answers instead of its length. */
#define TWIN_SECRET_NONE     (-1) /* end of input, or interrupted */
#define TWIN_SECRET_UNUSABLE (-2) /* longer than there is room for, or a zero byte in it */

/*
 * Ask on the terminal, or read a line of stdin where there is no terminal.
 *
 * out  cap bytes of room; terminated. The caller overwrites it after use.
 *
 * Returns its length, or SECRET_... after a message.
 */
int twin_secret_ask(const char *prompt, char *out, size_t cap);

/* Read a line from a file descriptor, and nothing behind it. No message. */
int twin_secret_read(int fd, char *out, size_t cap);

/* Take a variable out of the environment. TWIN_SECRET_NONE: it is not set. No message. */
int twin_secret_from_env(const char *variable, char *out, size_t cap);

/*
 * Passphrases of key files, and for PINs: from here on a crash leaves no core dump and other
 * processes of the same user cannot look into this one. Called before a secret is read.
 */
void twin_secret_no_dumps(void);

/*
 * All memory that OpenSSL gives back is overwritten first, also where OpenSSL itself does not.
 * To be called before anything of OpenSSL.
 */
void twin_secret_wipe_on_free(void);

/* Where passphrases are to be read from, one line for each protected key; -1: elsewhere. */
void twin_passphrase_set_fd(int fd);
int twin_passphrase_fd(void);

/* Is there a passphrase without asking anybody (descriptor or environment)? */
bool twin_passphrase_is_given(void);

/*
 * The passphrase of a file: a line of the descriptor (the last one again when there are no more),
 * else IMGTOOL_PASSPHRASE, else asked for.
 * Returns its length, or SECRET_... after a message.
 */
int twin_passphrase_get(char out[TWIN_SECRET_MAX]);

/* A new one, not empty: as above, but whoever is asked has to say it twice, until both agree. */
int twin_passphrase_new(char out[TWIN_SECRET_MAX]);

/* Overwrite what was kept. To be called at the end of the program. */
void twin_passphrase_forget(void);
