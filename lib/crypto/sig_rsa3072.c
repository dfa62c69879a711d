/*
 * sig_rsa3072.c - RSA-3072 signatures. SPDX-License-Identifier: Apache-2.0
 */
#include "rsa_pss.h"

#define MODULUS_LEN 384
#define TLV_RSA3072 0x23

static twin_proof_t rsa3072_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                   struct twin_span sig)
{
    static const uint8_t der_head[RSA_DER_HEAD_LEN] = {0x30, 0x82, 0x01, 0x8a, 0x02,
                                                       0x82, 0x01, 0x81, 0x00};
    uint8_t em[MODULUS_LEN];

    return twin_rsa_pss_verify(der_head, MODULUS_LEN, key, hash, sig, em);
}

const struct twin_sig_alg twin_sig_rsa3072 = {.tlv = TLV_RSA3072,
                                              .sig_len_max = MODULUS_LEN,
                                              .hash = &twin_hash_sha256,
                                              .verify = rsa3072_verify};
