/*
 * twin/crypto.h - the cryptography that boot and image need, and nothing more.
 *
 * Backends: lib/crypto (BearSSL: no malloc, constant time) and host/keys (OpenSSL, host only).
 * A program links one of them. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/proof.h"

TWIN_C_BEGIN

#define TWIN_SHA256_LEN 32

/* A running SHA-256. Private to the backend; lives where the caller puts it. */
struct twin_sha256 {
    uint64_t priv[16];
};

void twin_sha256_init(struct twin_sha256 *ctx);
void twin_sha256_update(struct twin_sha256 *ctx, const void *data, size_t len);
void twin_sha256_final(struct twin_sha256 *ctx, uint8_t out[TWIN_SHA256_LEN]);

/* A public key as `imgtool getpub` prints it: PKCS#1 for RSA, SubjectPublicKeyInfo for the rest. */
struct twin_pubkey {
    const uint8_t *der;
    uint32_t len;
};

/*
 * One kind of signature. The linker takes in only the ones that a program names.
 */
struct twin_sig_alg {
    uint16_t tlv;         /* type of the signature TLV */
    uint16_t sig_len_max; /* bytes */
    /*
     * Check a signature over a SHA-256 digest.
     *
     * Returns TWIN_PROVEN (twin/proof.h); TWIN_E_FORMAT for a key or signature that is not of this
     * kind; anything else if the signature does not match. Where the arithmetic is not ours, its
     * answer is the one place where a single fault counts.
     * Cost on a Cortex-M4: RSA-2048 3.4 million instructions and 3.1 KB of stack, P-256 about 24
     * million and 3.7 KB (docs/performance.md).
     */
    twin_proof_t (*verify)(const struct twin_pubkey *key, const uint8_t hash[TWIN_SHA256_LEN],
                           struct twin_span sig);
};

extern const struct twin_sig_alg twin_sig_rsa2048; /* PSS, SHA-256, MGF1-SHA-256, salt 32 */
extern const struct twin_sig_alg twin_sig_p256;    /* ECDSA, DER encoded */

TWIN_C_END
