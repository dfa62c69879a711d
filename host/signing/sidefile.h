/*
 * sidefile.h - small side files: key encryption keys and signatures.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/*
 * Each reads a file of at most 4096 bytes and returns CLI_DONE, or an exit code after the message.
 */

/* An AES key: 16 or 32 bytes, raw or as hex digits. */
int twin_kek_load(const char *path, struct twin_buf *kek);

/* A signature in base64; white space in it does not matter. */
int twin_signature_load(const char *path, struct twin_buf *sig);
