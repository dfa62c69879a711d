/*
 * sig_p256.c - ECDSA signatures on P-256 over SHA-256, DER encoded. BearSSL does the arithmetic.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crypto.h"
#include <bearssl.h>
#include <string.h>

#define POINT_LEN 65 /* 04, x, y */
#define SIG_MAX   72
#define TLV_ECDSA 0x22

/* Every key of this kind has these bytes before the point, so nothing needs to be parsed:
 * SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of an uncompressed point }. */
static const uint8_t der_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

/* Old tools pad the signature with zeros: its own length says where it ends. 0 if that is wrong. */
static size_t signature_len(struct twin_span sig)
{
    if (sig.len < 2 || sig.ptr[0] != 0x30 || sig.ptr[1] > sig.len - 2 || sig.ptr[1] >= 0x80) {
        return 0;
    }
    return (size_t)sig.ptr[1] + 2;
}

static twin_proof_t p256_verify(const struct twin_pubkey *key, const uint8_t hash[TWIN_SHA256_LEN],
                                struct twin_span sig)
{
    uint8_t point[POINT_LEN];
    size_t len = signature_len(sig);

    if (key->len != sizeof(der_head) + POINT_LEN ||
        memcmp(key->der, der_head, sizeof(der_head)) != 0 || len == 0) {
        return TWIN_E_FORMAT;
    }
    /* BearSSL takes a pointer to a non-const point, though it does not change it. */
    memcpy(point, &key->der[sizeof(der_head)], sizeof(point));
    br_ec_public_key ec = {.curve = BR_EC_secp256r1, .q = point, .qlen = sizeof(point)};
    uint32_t good =
        br_ecdsa_i31_vrfy_asn1(&br_ec_prime_i31, hash, TWIN_SHA256_LEN, &ec, sig.ptr, len);
    return good == 1 ? TWIN_PROVEN : TWIN_E_VERIFY;
}

const struct twin_sig_alg twin_sig_p256 = {
    .tlv = TLV_ECDSA, .sig_len_max = SIG_MAX, .verify = p256_verify};
