/*
 * rsa_pss.h - what RSA signatures of all sizes share. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"

#define RSA_DER_HEAD_LEN 9

/*
 * Check a signature.
 *
 * der_head  with these bytes every key of this size begins: SEQUENCE, INTEGER n, and the leading
 *           zero of a positive number. Behind the modulus stands 65537. So nothing needs to be
 * parsed. len       bytes of the modulus. em        room to work in, len bytes.
 *
 * Returns as twin_sig_alg's verify().
 */
twin_proof_t twin_rsa_pss_verify(const uint8_t der_head[RSA_DER_HEAD_LEN], size_t len,
                                 const struct twin_pubkey *key, const uint8_t *hash,
                                 struct twin_span sig, uint8_t *em);
