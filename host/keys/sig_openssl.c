/*
 * sig_openssl.c - twin/crypto.h on OpenSSL: signatures. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/der.h"
#include "twin/crypto.h"
#include "twin/image.h"
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define RSA_LEN      256
#define P256_DER     91 /* bytes of a SubjectPublicKeyInfo with an uncompressed point */
#define P256_SIG_MAX 72

static twin_proof_t verify(EVP_PKEY *key, const uint8_t *hash, struct twin_span sig, bool pss)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1;

    if (pss) {
        good = good && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, TWIN_SHA256_LEN) == 1;
    }
    good = good && EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
           EVP_PKEY_verify(ctx, sig.ptr, sig.len, hash, TWIN_SHA256_LEN) == 1;
    EVP_PKEY_CTX_free(ctx);
    return good ? TWIN_PROVEN : TWIN_E_VERIFY;
}

static twin_proof_t rsa2048_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                   struct twin_span sig)
{
    const unsigned char *at = key->der;
    EVP_PKEY *rsa = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)key->len);
    twin_proof_t proof = TWIN_E_FORMAT;

    if (rsa != NULL && at == key->der + key->len && EVP_PKEY_get_bits(rsa) == 2048 &&
        sig.len == RSA_LEN) {
        proof = verify(rsa, hash, sig, true);
    }
    EVP_PKEY_free(rsa);
    return proof;
}

static twin_proof_t p256_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                struct twin_span sig)
{
    const unsigned char *at = key->der;
    char curve[32] = "";
    twin_proof_t proof = TWIN_E_FORMAT;

    if (key->len != P256_DER || sig.len > P256_SIG_MAX || !twin_der_trim(&sig)) {
        return TWIN_E_FORMAT;
    }
    EVP_PKEY *ec = d2i_PUBKEY(NULL, &at, (long)key->len);
    if (ec != NULL && EVP_PKEY_get_group_name(ec, curve, sizeof(curve), NULL) == 1 &&
        strcmp(curve, "prime256v1") == 0) {
        proof = verify(ec, hash, sig, false);
    }
    EVP_PKEY_free(ec);
    return proof;
}

const struct twin_sig_alg twin_sig_rsa2048 = {.tlv = TWIN_TLV_RSA2048,
                                              .sig_len_max = RSA_LEN,
                                              .hash = &twin_hash_sha256,
                                              .verify = rsa2048_verify};
const struct twin_sig_alg twin_sig_p256 = {.tlv = TWIN_TLV_ECDSA,
                                           .sig_len_max = P256_SIG_MAX,
                                           .hash = &twin_hash_sha256,
                                           .verify = p256_verify};
