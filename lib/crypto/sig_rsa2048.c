/*
 * sig_rsa2048.c - RSA-2048 signatures, PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes.
 *
 * BearSSL gives the modular exponentiation; the encoding check of RFC 8017 section 9.1.2 is here.
 * Everything it looks at is public, so it need not take constant time.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crypto.h"
#include <bearssl.h>
#include <stdbool.h>
#include <string.h>

#define MODULUS_LEN 256
#define SALT_LEN    32
#define MASKED_LEN  (MODULUS_LEN - TWIN_SHA256_LEN - 1) /* zeros, 01, salt */
#define ZEROS_LEN   (MASKED_LEN - SALT_LEN - 1)
#define TRAILER     0xbc
#define TLV_RSA2048 0x20

/*
 * Every key of this kind has these bytes around the modulus: SEQUENCE, INTEGER n (with the
 * leading zero of a positive number), INTEGER 65537. So nothing needs to be parsed.
 */
static const uint8_t der_head[] = {0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};
static const uint8_t der_tail[] = {0x02, 0x03, 0x01, 0x00, 0x01};
static const uint8_t exponent[] = {0x01, 0x00, 0x01};

#define DER_LEN (sizeof(der_head) + MODULUS_LEN + sizeof(der_tail))

static const uint8_t *modulus_of(const struct twin_pubkey *key)
{
    if (key->len != DER_LEN || memcmp(key->der, der_head, sizeof(der_head)) != 0 ||
        memcmp(&key->der[sizeof(der_head) + MODULUS_LEN], der_tail, sizeof(der_tail)) != 0) {
        return NULL;
    }
    return &key->der[sizeof(der_head)];
}

/* XOR the MGF1 mask that grows from seed over data. */
static void unmask(uint8_t *data, size_t len, const uint8_t seed[TWIN_SHA256_LEN])
{
    uint8_t counter[4] = {0}, block[TWIN_SHA256_LEN];
    struct twin_sha256 sha;

    for (size_t done = 0; done < len; done++) {
        if (done % TWIN_SHA256_LEN == 0) {
            counter[3] = (uint8_t)(done / TWIN_SHA256_LEN);
            twin_sha256_init(&sha);
            twin_sha256_update(&sha, seed, TWIN_SHA256_LEN);
            twin_sha256_update(&sha, counter, sizeof(counter));
            twin_sha256_final(&sha, block);
        }
        data[done] ^= block[done % TWIN_SHA256_LEN];
    }
}

/* The unmasked data block must be zeros, one 01, then the salt. */
static bool block_is_padded(const uint8_t *block)
{
    for (size_t i = 0; i < ZEROS_LEN; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return block[ZEROS_LEN] == 0x01;
}

static twin_proof_t pss_check(uint8_t em[MODULUS_LEN], const uint8_t hash[TWIN_SHA256_LEN])
{
    static const uint8_t zeros[8] = {0};
    const uint8_t *seed = &em[MASKED_LEN];
    uint8_t want[TWIN_SHA256_LEN];
    struct twin_sha256 sha;

    if (em[MODULUS_LEN - 1] != TRAILER || (em[0] & 0x80) != 0) {
        return TWIN_E_VERIFY;
    }
    unmask(em, MASKED_LEN, seed);
    em[0] &= 0x7f; /* the modulus has 2048 bits, the encoding 2047 */
    if (!block_is_padded(em)) {
        return TWIN_E_VERIFY;
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, zeros, sizeof(zeros));
    twin_sha256_update(&sha, hash, TWIN_SHA256_LEN);
    twin_sha256_update(&sha, &em[MASKED_LEN - SALT_LEN], SALT_LEN);
    twin_sha256_final(&sha, want);
    return twin_proof_compare(want, seed);
}

/* BearSSL takes pointers to non-const numbers, though it does not change them. A copy of the
 * modulus that a fault prevents would leave whatever is there, which somebody may know how to
 * factor. */
static unsigned char *unconst(const uint8_t *number)
{
    return (unsigned char *)(uintptr_t)number;
}

static twin_proof_t rsa2048_verify(const struct twin_pubkey *key,
                                   const uint8_t hash[TWIN_SHA256_LEN], struct twin_span sig)
{
    const uint8_t *modulus = modulus_of(key);
    uint8_t em[MODULUS_LEN];

    if (modulus == NULL || sig.len != MODULUS_LEN) {
        return TWIN_E_FORMAT;
    }
    memcpy(em, sig.ptr, sizeof(em));
    br_rsa_public_key rsa = {.n = unconst(modulus),
                             .nlen = MODULUS_LEN,
                             .e = unconst(exponent),
                             .elen = sizeof(exponent)};
    /* If it did nothing, the signature could be an encoding that anybody can write. */
    if (br_rsa_i31_public(em, sizeof(em), &rsa) != 1 || memcmp(em, sig.ptr, sizeof(em)) == 0) {
        return TWIN_E_VERIFY;
    }
    return pss_check(em, hash);
}

const struct twin_sig_alg twin_sig_rsa2048 = {
    .tlv = TLV_RSA2048, .sig_len_max = MODULUS_LEN, .verify = rsa2048_verify};
