/*
 * sig_p384.c - ECDSA signatures on P-384 over SHA-384. BearSSL does the arithmetic.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ecdsa_bearssl.h"

#define COORD   48
#define HASH    48
#define SIG_MAX 104

/* Every key begins so: SEQUENCE { SEQUENCE { id-ecPublicKey, secp384r1 }, BIT STRING of an
 * uncompressed point }. */
static const uint8_t key_head[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                   0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                   0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};

static twin_proof_t p384_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                struct twin_span sig)
{
    const uint8_t *xy = twin_ecdsa_point(key, key_head, sizeof(key_head), COORD);

    return twin_ecdsa_bearssl(BR_EC_secp384r1, COORD, xy, (struct twin_span){hash, HASH}, sig);
}

const struct twin_sig_alg twin_sig_p384 = {
    .tlv = ECDSA_TLV, .sig_len_max = SIG_MAX, .hash = &twin_hash_sha384, .verify = p384_verify};
