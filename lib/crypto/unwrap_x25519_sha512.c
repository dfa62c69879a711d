/*
 * unwrap_x25519_sha512.c - ECIES on X25519 with SHA-512. SPDX-License-Identifier: Apache-2.0
 */
#include "x25519.h"

static twin_err_t unwrap(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len)
{
    return twin_x25519_unwrap(&twin_hash_sha512, own, wrapped, key, key_len);
}

const struct twin_unwrap_alg twin_unwrap_x25519_sha512 = {.tlv = 0x34, .unwrap = unwrap};
