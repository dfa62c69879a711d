/*
 * x25519.h - ECIES on X25519, whatever the hash is. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "ecies.h"

/* As struct twin_unwrap_alg's unwrap(). */
TWIN_MUST_CHECK twin_err_t twin_x25519_unwrap(const struct twin_hash_alg *hash,
                                              struct twin_span own, struct twin_span wrapped,
                                              uint8_t *key, size_t key_len);
