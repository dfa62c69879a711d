/*
 * unwrap_ec256.c - ECIES on P-256. BearSSL does the arithmetic. SPDX-License-Identifier: Apache-2.0
 */
#include "ecies.h"
#include "p256_key.h"
#include <bearssl.h>
#include <string.h>

#define POINT_LEN (1 + 2 * P256_COORD) /* 4, x, y */

static twin_err_t unwrap(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len)
{
    uint8_t point[POINT_LEN];

    if (own.len != P256_COORD ||
        !twin_ecies_has_len(wrapped, POINT_LEN, &twin_hash_sha256, key_len)) {
        return TWIN_E_FORMAT;
    }
    memcpy(point, wrapped.ptr, POINT_LEN);
    /* It refuses what is no point of the curve. */
    if (br_ec_prime_i31.mul(point, POINT_LEN, own.ptr, own.len, BR_EC_secp256r1) != 1) {
        return TWIN_E_VERIFY;
    }
    return twin_ecies_open(&point[1], wrapped.ptr + POINT_LEN, &twin_hash_sha256, key, key_len);
}

const struct twin_unwrap_alg twin_unwrap_ec256 = {.tlv = 0x32, .unwrap = unwrap};
