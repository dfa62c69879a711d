/*
 * emit.h - bytes as source text. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/* `const unsigned char NAME[] = {...};` and `const unsigned int NAME_len = N;` */
void twin_source_c(struct twin_buf *out, const char *name, struct twin_span bytes);

/* `static NAME: &[u8] = &[...];` */
void twin_source_rust(struct twin_buf *out, const char *name, struct twin_span bytes);

/*
 * To a file, or stdout if path is NULL.
 *
 * input  what the bytes were made from: a key or an image, which the output must not replace; NULL:
 *        nothing.
 *
 * Returns CLI_DONE, or an exit code after the message.
 */
int cli_output(const char *path, const char *input, struct twin_span bytes);

/* Is it the same name, or two names of one file? NULL is no file. */
bool twin_file_is_same(const char *a, const char *b);
