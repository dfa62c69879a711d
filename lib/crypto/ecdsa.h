/*
 * ecdsa.h - what ECDSA signatures on all curves share. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"

#define ECDSA_TLV       0x22
#define ECDSA_COORD_MAX 48 /* bytes of a coordinate, P-384 */

/*
 * Read a signature: SEQUENCE { INTEGER r, INTEGER s }, in the one way that DER has for it. Zeros
 * behind it are old tools' padding: its own length says where it ends, and what follows is not
 * looked at.
 *
 * coord_len  bytes of a coordinate; rs: out, r and s of that length each, the first bytes first.
 *
 * Returns TWIN_OK; TWIN_E_FORMAT if it is no sequence, or one longer than sig; TWIN_E_VERIFY if
 * what is in it is anything but two numbers, or one that has no room in coord_len bytes.
 */
twin_err_t twin_ecdsa_read(struct twin_span sig, size_t coord_len, uint8_t *rs);

/*
 * The coordinates x and y of a key in DER; NULL if it is not such a key. head: the bytes that every
 * key on this curve has before them, 04 last, so that nothing needs to be parsed.
 */
const uint8_t *twin_ecdsa_point(const struct twin_pubkey *key, const uint8_t *head, size_t head_len,
                                size_t coord_len);
