/*
 * sig_rsa2048.c - RSA-2048 signatures. SPDX-License-Identifier: Apache-2.0
 */
#include "rsa_pss.h"

#define MODULUS_LEN 256
#define TLV_RSA2048 0x20

static twin_proof_t rsa2048_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                   struct twin_span sig)
{
    static const uint8_t der_head[RSA_DER_HEAD_LEN] = {0x30, 0x82, 0x01, 0x0a, 0x02,
                                                       0x82, 0x01, 0x01, 0x00};
    uint8_t em[MODULUS_LEN];

    return twin_rsa_pss_verify(der_head, MODULUS_LEN, key, hash, sig, em);
}

const struct twin_sig_alg twin_sig_rsa2048 = {.tlv = TLV_RSA2048,
                                              .sig_len_max = MODULUS_LEN,
                                              .hash = &twin_hash_sha256,
                                              .verify = rsa2048_verify};
