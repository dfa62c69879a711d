/*
 * keys/source.h - keys and hashes as source text, to be compiled into a loader. The layout is the
 * reference tool's, byte for byte, so that generated files under version control do not change.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/* `const unsigned char NAME[] = {...};` and `const unsigned int NAME_len = N;` */
void twin_source_c(struct twin_buf *out, const char *name, struct twin_span bytes);

/* `static NAME: &[u8] = &[...];` */
void twin_source_rust(struct twin_buf *out, const char *name, struct twin_span bytes);
