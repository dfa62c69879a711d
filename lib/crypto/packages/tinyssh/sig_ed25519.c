/*
 * sig_ed25519.c - Ed25519 signatures of a SHA-256. SPDX-License-Identifier: Apache-2.0
 */
#include "ed25519.h"

#define HASH_LEN 32

static twin_proof_t verify(const struct twin_pubkey *key, const uint8_t *hash, struct twin_span sig)
{
    return twin_ed25519_verify(key, (struct twin_span){hash, HASH_LEN}, sig);
}

const struct twin_sig_alg twin_sig_ed25519 = {.tlv = ED25519_TLV,
                                              .sig_len_max = ED25519_SIG_LEN,
                                              .hash = &twin_hash_sha256,
                                              .verify = verify};
