/*
 * x25519.c - see x25519.h. BearSSL does the arithmetic. SPDX-License-Identifier: Apache-2.0
 */
#include "x25519.h"
#include <bearssl.h>
#include <string.h>

#define LEN 32 /* of both kinds of keys */

twin_err_t twin_x25519_unwrap(const struct twin_hash_alg *hash, struct twin_span own,
                              struct twin_span wrapped, uint8_t *key, size_t key_len)
{
    uint8_t point[LEN];

    if (own.len != LEN || !twin_ecies_has_len(wrapped, LEN, hash, key_len)) {
        return TWIN_E_FORMAT;
    }
    memcpy(point, wrapped.ptr, LEN);
    /* Every 32 bytes are a point. */
    return br_ec_c25519_i31.mul(point, LEN, own.ptr, LEN, BR_EC_curve25519) == 1
               ? twin_ecies_open(point, wrapped.ptr + LEN, hash, key, key_len)
               : TWIN_E_VERIFY;
}
