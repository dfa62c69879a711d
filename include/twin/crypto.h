/*
 * twin/crypto.h - the cryptography that boot and image need, and nothing more.
 *
 * Backends: lib/crypto (no malloc, constant time), and host/keys (OpenSSL, host only), which has
 * SHA-256, RSA-2048 and P-256. A program links one of them. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/proof.h"
#include <stdbool.h>

TWIN_C_BEGIN

#define TWIN_SHA256_LEN 32
#define TWIN_HASH_MAX   64  /* bytes of the longest hash: SHA-512 */
#define TWIN_SIG_MAX    384 /* bytes of the longest signature: RSA-3072 */

/* A running SHA-256. Private to the backend; lives where the caller puts it. */
struct twin_sha256 {
    uint64_t priv[16];
};

void twin_sha256_init(struct twin_sha256 *ctx);
void twin_sha256_update(struct twin_sha256 *ctx, const void *data, size_t len);
void twin_sha256_final(struct twin_sha256 *ctx, uint8_t out[TWIN_SHA256_LEN]);

/* Any running hash, likewise. */
struct twin_hash_state {
    uint64_t priv[27];
};

/* One kind of hash. The linker takes in only the ones that a program names. */
struct twin_hash_alg {
    uint16_t tlv; /* type of the image's hash TLV */
    uint16_t len; /* bytes */
    void (*init)(struct twin_hash_state *state);
    void (*update)(struct twin_hash_state *state, const void *data, size_t len);
    void (*final)(struct twin_hash_state *state, uint8_t *out);
};

extern const struct twin_hash_alg twin_hash_sha256, twin_hash_sha384, twin_hash_sha512;

/* A public key as `imgtool getpub` prints it: PKCS#1 for RSA, SubjectPublicKeyInfo for the rest. */
struct twin_pubkey {
    const uint8_t *der;
    uint32_t len;    /* bytes */
    bool is_revoked; /* what it signed does not count any more */
};

/*
 * One kind of signature. The linker takes in only the ones that a program names.
 */
struct twin_sig_alg {
    uint16_t tlv;         /* type of the signature TLV */
    uint16_t sig_len_max; /* bytes */
    /* What is signed; also the kind of the image's hash TLV, and of the hashes that name keys. */
    const struct twin_hash_alg *hash;
    /*
     * Check a signature over a digest of hash->len bytes.
     *
     * Returns TWIN_PROVEN (twin/proof.h); TWIN_E_FORMAT for a key or signature that is not of this
     * kind; anything else if the signature does not match. Signatures on elliptic curves are
     * computed twice (twin_proof_ask()).
     * Cost on a Cortex-M4: from 2 million instructions (RSA-2048) to 136 million (P-384), and up
     * to 4 KB of stack (docs/performance.md).
     */
    twin_proof_t (*verify)(const struct twin_pubkey *key, const uint8_t *hash,
                           struct twin_span sig);
};

/* RSA: PSS, SHA-256, MGF1-SHA-256, salt 32. */
extern const struct twin_sig_alg twin_sig_rsa2048, twin_sig_rsa3072;

/*
 * ECDSA, DER encoded: P-256 with SHA-256, P-384 with SHA-384. For P-256 there are two that accept
 * the same: twin_sig_p256 is BearSSL's; twin_sig_p256m is smaller and faster, and whoever names it
 * links p256-m.c of Mbed TLS 3 (cmake/verifiers.cmake) as well.
 */
extern const struct twin_sig_alg twin_sig_p256, twin_sig_p256m, twin_sig_p384;

/*
 * Ed25519 whose message is the image's hash, SHA-256 or SHA-512. Whoever names one of these links
 * the Ed25519 of TinySSH as well (cmake/verifiers.cmake).
 */
extern const struct twin_sig_alg twin_sig_ed25519, twin_sig_ed25519_sha512;

TWIN_C_END
