/*
 * rsa_pss.c - RSA signatures of any size, PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes.
 *
 * BearSSL gives the modular arithmetic; the power of 65537, and the encoding check of RFC 8017
 * section 9.1.2, are here. Everything it looks at is public, so it need not take constant time.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rsa_pss.h"
#include <stdbool.h>
#include <string.h>

/* BearSSL's, exported by the library, but in no header that is installed. A number is an array: its
 * length, then its value in words of 31 bits, the lowest first. */
void br_i31_decode(uint32_t *x, const void *bytes, size_t len);
uint32_t br_i31_decode_mod(uint32_t *x, const void *bytes, size_t len, const uint32_t *modulus);
void br_i31_encode(void *bytes, size_t len, const uint32_t *x);
uint32_t br_i31_ninv31(uint32_t x);
void br_i31_to_monty(uint32_t *x, const uint32_t *modulus);
void br_i31_montymul(uint32_t *product, const uint32_t *x, const uint32_t *y,
                     const uint32_t *modulus, uint32_t inverse);

#define WORDS    (1 + (8 * TWIN_SIG_MAX + 30) / 31)
#define SALT_LEN 32
#define TRAILER  0xbc

/* Behind the modulus of every key: INTEGER 65537. */
static const uint8_t der_tail[] = {0x02, 0x03, 0x01, 0x00, 0x01};

/* Bytes of an encoding that are masked: zeros, 01, salt. */
static size_t masked_len(size_t modulus_len)
{
    return modulus_len - TWIN_SHA256_LEN - 1;
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
static bool block_is_padded(const uint8_t *block, size_t zeros_len)
{
    for (size_t i = 0; i < zeros_len; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return block[zeros_len] == 0x01;
}

static twin_proof_t pss_check(uint8_t *em, size_t len, const uint8_t *hash)
{
    static const uint8_t zeros[8] = {0};
    const size_t masked = masked_len(len);
    const uint8_t *seed = &em[masked];
    uint8_t want[TWIN_SHA256_LEN];
    struct twin_sha256 sha;

    if (em[len - 1] != TRAILER || (em[0] & 0x80) != 0) {
        return TWIN_E_VERIFY;
    }
    unmask(em, masked, seed);
    em[0] &= 0x7f; /* the encoding is one bit shorter than the modulus */
    if (!block_is_padded(em, masked - SALT_LEN - 1)) {
        return TWIN_E_VERIFY;
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, zeros, sizeof(zeros));
    twin_sha256_update(&sha, hash, TWIN_SHA256_LEN);
    twin_sha256_update(&sha, &em[masked - SALT_LEN], SALT_LEN);
    twin_sha256_final(&sha, want);
    return twin_proof_compare(want, seed);
}

/*
 * Raise a number, len bytes, to the power of 65537. false if it is not below the modulus, or that
 * is even. By Montgomery's multiplication, x y / R: a factor in his form (times R) keeps the form
 * of the other one, so the last product is an ordinary number.
 */
static bool power(uint8_t *bytes, size_t len, const uint8_t *modulus_bytes)
{
    uint32_t modulus[WORDS], x[WORDS], y[WORDS], z[WORDS];

    br_i31_decode(modulus, modulus_bytes, len);
    const uint32_t inverse = br_i31_ninv31(modulus[1]);
    if (inverse == 0 || br_i31_decode_mod(x, bytes, len, modulus) == 0) {
        return false;
    }
    memcpy(y, x, sizeof(y));
    br_i31_to_monty(y, modulus);
    for (unsigned i = 0; i < 8; i++) { /* two of the 16 squarings */
        br_i31_montymul(z, y, y, modulus, inverse);
        br_i31_montymul(y, z, z, modulus, inverse);
    }
    br_i31_montymul(z, y, x, modulus, inverse);
    br_i31_encode(bytes, len, z);
    return true;
}

twin_proof_t twin_rsa_pss_verify(const uint8_t der_head[RSA_DER_HEAD_LEN], size_t len,
                                 const struct twin_pubkey *key, const uint8_t *hash,
                                 struct twin_span sig, uint8_t *em)
{
    if (key->len != RSA_DER_HEAD_LEN + len + sizeof(der_tail) || sig.len != len ||
        memcmp(key->der, der_head, RSA_DER_HEAD_LEN) != 0 ||
        memcmp(&key->der[RSA_DER_HEAD_LEN + len], der_tail, sizeof(der_tail)) != 0) {
        return TWIN_E_FORMAT;
    }
    memcpy(em, sig.ptr, len);
    /* If it did nothing, the signature could be an encoding that anybody can write. */
    if (!power(em, len, &key->der[RSA_DER_HEAD_LEN]) || memcmp(em, sig.ptr, len) == 0) {
        return TWIN_E_VERIFY;
    }
    return pss_check(em, len, hash);
}
