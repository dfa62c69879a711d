/*
 * twin/unwrap.h - what encrypted images need of cryptography: unwrapping the key of an image with
 * the key of the device, and AES in counter mode with it.
 *
 * Constant time: neither addresses nor branches depend on a key. Spec: docs/spec-image.md
 * section 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"

TWIN_C_BEGIN

#define TWIN_AES_KEY_MAX 32  /* bytes: AES-256 */
#define TWIN_WRAPPED_MAX 256 /* bytes of the longest wrapped key: RSA-2048 */

/* One kind of wrapping. The linker takes in only the ones that a program names. */
struct twin_unwrap_alg {
    uint16_t tlv; /* type of the TLV that holds the wrapped key */
    /*
     * Unwrap the key of an image.
     *
     * own      the secret of the device; in what form, each kind says below.
     * wrapped  the TLV's value: exactly as long as the kind has it for a key of key_len bytes.
     * key      out: key_len bytes, 16 or 32; undefined but for TWIN_OK.
     *
     * Returns TWIN_OK; TWIN_E_FORMAT for a secret or a value that is not of this kind;
     * TWIN_E_VERIFY if the value was not made for this device, or changed.
     */
    twin_err_t (*unwrap)(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len);
};

/* AES key wrap (RFC 3394). The secret: an AES key as long as the image's. 24 or 40 bytes. */
extern const struct twin_unwrap_alg twin_unwrap_kw;

/* ECIES on P-256; twin_unwrap_ec256m does the same with p256-m.c of Mbed TLS 3, for whoever links
 * that (cmake/verifiers.cmake). The secret: the private key as a number of 32 bytes, the highest
 * first. 113 or 129 bytes. Stack: 3 KB. */
extern const struct twin_unwrap_alg twin_unwrap_ec256, twin_unwrap_ec256m;

/* RSA-OAEP with SHA-256 on 2048 bits. The secret: the private key as PKCS#1 has it, in DER, with
 * all its numbers. 256 bytes. Stack: 4 KB. */
extern const struct twin_unwrap_alg twin_unwrap_rsa2048;

/* ECIES on X25519, with SHA-256 or SHA-512. The secret: the private key, 32 bytes as RFC 7748 has
 * them. 80 or 96 bytes; with SHA-512 112 or 128. Stack: 2 KB. */
extern const struct twin_unwrap_alg twin_unwrap_x25519, twin_unwrap_x25519_sha512;

/* AES in counter mode, from block 0 on: the key, expanded. */
struct twin_aes_ctr {
    uint64_t priv[32];
};

/* len: 16 or 32 bytes. */
void twin_aes_ctr_init(struct twin_aes_ctr *ctr, const uint8_t *key, size_t len);

/* Encrypt or decrypt, which is the same, what stands off bytes behind the beginning. */
void twin_aes_ctr_run(const struct twin_aes_ctr *ctr, uint32_t off, uint8_t *data, size_t len);

/* Overwrite what must not stay in memory; no compiler leaves it out. */
void twin_erase_secret(void *secret, size_t len);

/* The same for what functions that have returned left below on the stack: 2 KB of it. */
void twin_erase_stack(void);

TWIN_C_END
