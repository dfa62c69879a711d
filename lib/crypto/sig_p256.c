/*
 * sig_p256.c - ECDSA signatures on P-256 over SHA-256. BearSSL does the arithmetic.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ecdsa_bearssl.h"
#include "p256_key.h"

static twin_proof_t p256_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                struct twin_span sig)
{
    const uint8_t *xy = twin_ecdsa_point(key, p256_key_head, sizeof(p256_key_head), P256_COORD);

    return twin_ecdsa_bearssl(BR_EC_secp256r1, P256_COORD, xy,
                              (struct twin_span){hash, TWIN_SHA256_LEN}, sig);
}

const struct twin_sig_alg twin_sig_p256 = {.tlv = ECDSA_TLV,
                                           .sig_len_max = P256_SIG_MAX,
                                           .hash = &twin_hash_sha256,
                                           .verify = p256_verify};
