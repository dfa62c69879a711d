/*
 * twin/base64.h - base64 (RFC 4648, with padding) over caller-owned buffers.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/err.h"
#include <stddef.h>
#include <stdint.h>

TWIN_C_BEGIN

/* Characters that len bytes become, padding included, no terminator. */
#define TWIN_BASE64_LEN(len) (((len) + 2) / 3 * 4)

/*
 * Encode.
 *
 * in, len   bytes to encode.
 * out       room for TWIN_BASE64_LEN(len) characters; no terminator is written.
 *
 * Returns the number of characters written. Cannot fail.
 */
size_t twin_base64_encode(const uint8_t *in, size_t len, char *out);

/*
 * Decode one complete unit. Decoding in place (out == in) is allowed.
 *
 * in, len   characters; len must be a multiple of 4, '=' only as the last one or two.
 * out, cap  where the bytes go.
 * out_len   out: bytes written.
 *
 * Returns TWIN_OK; TWIN_E_FORMAT for any other character or length; TWIN_E_SPACE if cap is short.
 */
TWIN_MUST_CHECK twin_err_t twin_base64_decode(const char *in, size_t len, uint8_t *out, size_t cap,
                                              size_t *out_len);

/* The six bits that one character stands for; -1 for any other character, '=' too. */
int twin_base64_value(char c);

TWIN_C_END
