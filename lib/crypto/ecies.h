/*
 * ecies.h - from the secret on which a throw-away key and the device's agree to the key of an
 * image: what all curves have in common. Not for anybody else. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"
#include "twin/unwrap.h"

#define ECIES_SHARED_LEN 32

/*
 * The value of a TLV: the throw-away public key of public_len bytes, then a tag over the wrapped
 * key, then that. twin_ecies_has_len() before anything is done with it; then _open() with what was
 * agreed on, which is erased here. TWIN_OK; TWIN_E_VERIFY if the tag does not match.
 */
bool twin_ecies_has_len(struct twin_span wrapped, size_t public_len,
                        const struct twin_hash_alg *hash, size_t key_len);
TWIN_MUST_CHECK twin_err_t twin_ecies_open(uint8_t shared[ECIES_SHARED_LEN], const uint8_t *tag,
                                           const struct twin_hash_alg *hash, uint8_t *key,
                                           size_t key_len);
