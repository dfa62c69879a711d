/*
 * emit.h - bytes as source text. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "buf.h"

/* `const unsigned char NAME[] = {...};` and `const unsigned int NAME_len = N;` */
void emit_c(struct buf *out, const char *name, struct twin_span bytes);

/* `static NAME: &[u8] = &[...];` */
void emit_rust(struct buf *out, const char *name, struct twin_span bytes);

/* To a file, or stdout if path is NULL. Returns CLI_DONE, or an exit code after the message. */
int emit_output(const char *path, struct twin_span bytes);
