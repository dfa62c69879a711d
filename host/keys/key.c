/*
 * key.c - the kinds of keys, and signatures. Files are key_pem.c, tokens hsm*.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key.h"
#include "keys/der.h"
#include "keys/hsm.h"
#include "keys/key_pem.h"
#include "twin/image.h"
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define SALT_LEN      32
#define SHA256_ONLY   (1 << TWIN_HASH_SHA256)
#define SHA384_ONLY   (1 << TWIN_HASH_SHA384)
#define SHA256_OR_512 (1 << TWIN_HASH_SHA256 | 1 << TWIN_HASH_SHA512)

const struct twin_key_type twin_key_types[TWIN_KEY_TYPE_COUNT] = {
    [TWIN_KEY_RSA2048] = {"rsa-2048", "rsa", "RSA", NULL, 2048, TWIN_SCHEME_PSS, TWIN_TLV_RSA2048,
                          256, 0, SHA256_ONLY, SHA256_ONLY, TWIN_HASH_SHA256},
    [TWIN_KEY_RSA3072] = {"rsa-3072", "rsa", "RSA", NULL, 3072, TWIN_SCHEME_PSS, TWIN_TLV_RSA3072,
                          384, 0, SHA256_ONLY, SHA256_ONLY, TWIN_HASH_SHA256},
    [TWIN_KEY_P256] = {"ecdsa-p256", "ecdsa", "EC", "prime256v1", 0, TWIN_SCHEME_ECDSA,
                       TWIN_TLV_ECDSA, 72, 72, SHA256_ONLY, SHA256_OR_512, TWIN_HASH_SHA256},
    [TWIN_KEY_P384] = {"ecdsa-p384", "ecdsap384", "EC", "secp384r1", 0, TWIN_SCHEME_ECDSA,
                       TWIN_TLV_ECDSA, 104, 103, SHA384_ONLY, SHA384_ONLY, TWIN_HASH_SHA384},
    [TWIN_KEY_ED25519] = {"ed25519", "ed25519", "ED25519", NULL, 0, TWIN_SCHEME_EDDSA,
                          TWIN_TLV_ED25519, 64, 0, SHA256_OR_512, SHA256_OR_512, TWIN_HASH_SHA256},
    [TWIN_KEY_X25519] = {"x25519", "x25519", "X25519", NULL, 0, TWIN_SCHEME_NONE, 0, 0, 0, 0, 0,
                         TWIN_HASH_SHA256},
};

const struct twin_key_type *twin_key_type_by_name(const char *name)
{
    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        if (strcmp(twin_key_types[i].name, name) == 0) {
            return &twin_key_types[i];
        }
    }
    return NULL;
}

const struct twin_key_type *twin_key_type_of(const EVP_PKEY *pkey)
{
    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        const struct twin_key_type *type = &twin_key_types[i];
        char curve[40] = "";
        if (!EVP_PKEY_is_a(pkey, type->algorithm)) {
            continue;
        }
        if (type->bits != 0 && EVP_PKEY_get_bits(pkey) != type->bits) {
            continue;
        }
        if (type->curve != NULL &&
            (EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), NULL) != 1 ||
             strcmp(curve, type->curve) != 0)) {
            continue;
        }
        return type;
    }
    return NULL;
}

/* Loaders are built for e = 65537 and for uncompressed points. */
static bool normalise(EVP_PKEY *pkey, const struct twin_key_type *type)
{
    BIGNUM *e = NULL;

    if (type->curve != NULL) {
        return EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                              "uncompressed") == 1;
    }
    if (type->bits == 0) {
        return true;
    }
    bool good =
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_word(e, RSA_F4);
    BN_free(e);
    return good;
}

static bool make_der(EVP_PKEY *pkey, const struct twin_key_type *type, struct twin_buf *out)
{
    unsigned char *der = NULL;
    int len = type->bits != 0 ? i2d_PublicKey(pkey, &der) : i2d_PUBKEY(pkey, &der);

    if (len <= 0) {
        return false;
    }
    twin_buf_add(out, der, (size_t)len);
    OPENSSL_free(der);
    return true;
}

/* "EC brainpoolP256t1 (256 bits)" */
static void describe(const EVP_PKEY *pkey, char *out, size_t cap)
{
    const char *algorithm = EVP_PKEY_get0_type_name(pkey);
    char curve[60] = "";

    if (EVP_PKEY_is_a(pkey, "EC")) {
        (void)EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), NULL);
    }
    snprintf(out, cap, "%s%s%s (%d bits)", algorithm != NULL ? algorithm : "unknown",
             curve[0] != '\0' ? " " : "", curve, EVP_PKEY_get_bits(pkey));
}

static enum twin_error_code hash_public(struct twin_key *key, struct twin_error *error)
{
    enum twin_error_code code = twin_buf_check(&key->der, error);

    for (int i = 0; code == TWIN_ERROR_NONE && i < TWIN_HASH_COUNT; i++) {
        code = twin_hash_compute(&twin_hashes[i], twin_buf_span(&key->der), key->hashes[i], error);
    }
    return code;
}

enum twin_error_code twin_key_adopt(struct twin_key *key, EVP_PKEY *pkey, bool is_private,
                                    const char *name, struct twin_error *error)
{
    const struct twin_key_type *type = twin_key_type_of(pkey);
    char what[100];

    *key = (struct twin_key){.pkey = pkey, .is_private = is_private, .name = name};
    if (type == NULL) {
        describe(pkey, what, sizeof(what));
        return twin_error_set(
            error, TWIN_ERROR_REFUSED,
            "%s: this is a key of type %s, which is not used for images; use RSA with "
            "2048 or 3072 bits, EC P-256 or P-384, Ed25519 or X25519",
            name, what);
    }
    if (!normalise(pkey, type) || !make_der(pkey, type, &key->der)) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: unusual parameters (RSA needs e = 65537)", name);
    }
    key->type = type;
    return hash_public(key, error);
}

enum twin_error_code twin_key_load(struct twin_key *key, const char *name,
                                   const struct twin_ask *ask, struct twin_error *error)
{
    EVP_PKEY *pkey = NULL;
    bool is_private = false;

    *key = (struct twin_key){0};
    if (twin_hsm_is_uri(name)) {
        return twin_hsm_key_open(key, name, ask, error);
    }
    enum twin_error_code code = twin_pem_load(name, ask, &pkey, &is_private, error);
    return code == TWIN_ERROR_NONE ? twin_key_adopt(key, pkey, is_private, name, error) : code;
}

void twin_key_free(struct twin_key *key)
{
    twin_hsm_key_close(key->hsm);
    EVP_PKEY_free(key->pkey);
    twin_buf_free(&key->der);
    *key = (struct twin_key){0};
}

enum twin_error_code twin_key_generate(const struct twin_key_type *type, EVP_PKEY **pkey,
                                       struct twin_error *error)
{
    if (type->bits != 0) {
        *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)type->bits);
    } else if (type->curve != NULL) {
        *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", type->curve);
    } else {
        *pkey = EVP_PKEY_Q_keygen(NULL, NULL, type->algorithm);
    }
    if (*pkey == NULL) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "OpenSSL could not make a key of type %s",
                              type->name);
    }
    return TWIN_ERROR_NONE;
}

struct twin_span twin_key_hash(const struct twin_key *key, const struct twin_hash *hash)
{
    return (struct twin_span){key->hashes[hash - twin_hashes], hash->len};
}

/* PSS parameters of images. ECDSA over a digest needs none, of whatever length it is. */
static bool set_scheme(EVP_PKEY_CTX *ctx, const struct twin_key_type *type,
                       const struct twin_hash *hash)
{
    return type->scheme != TWIN_SCHEME_PSS ||
           (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(ctx, hash->md()) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, SALT_LEN) == 1);
}

static bool sign_digest(const struct twin_key *key, const struct twin_hash *hash,
                        struct twin_span message, uint8_t *sig, size_t *sig_len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && set_scheme(ctx, key->type, hash) &&
                EVP_PKEY_sign(ctx, sig, sig_len, message.ptr, message.len) == 1;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

static bool sign_message(const struct twin_key *key, struct twin_span message, uint8_t *sig,
                         size_t *sig_len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
                EVP_DigestSign(ctx, sig, sig_len, message.ptr, message.len) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

enum twin_error_code twin_key_sign(const struct twin_key *key, const struct twin_hash *hash,
                                   struct twin_span message, uint8_t *sig, size_t *sig_len,
                                   struct twin_error *error)
{
    enum twin_error_code code = TWIN_ERROR_NONE;
    bool good = true;

    *sig_len = TWIN_SIG_LEN_MAX;
    if (key->hsm != NULL) {
        code = twin_hsm_sign(key, message, sig, sig_len, error);
    } else if (key->type->scheme == TWIN_SCHEME_EDDSA) {
        good = sign_message(key, message, sig, sig_len);
    } else {
        good = sign_digest(key, hash, message, sig, sig_len);
    }
    if (!good) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: OpenSSL could not sign with this key",
                              key->name);
    }
    if (code == TWIN_ERROR_NONE &&
        !twin_key_verify(key, hash, message, (struct twin_span){sig, *sig_len})) {
        code = twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: the signature just made does not match its own public key; "
                              "nothing was written",
                              key->name);
        twin_error_hint(error, "Is the key file damaged?");
    }
    return code;
}

static bool verify_digest(const struct twin_key *key, const struct twin_hash *hash,
                          struct twin_span message, struct twin_span sig)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 && set_scheme(ctx, key->type, hash) &&
                EVP_PKEY_verify(ctx, sig.ptr, sig.len, message.ptr, message.len) == 1;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

static bool verify_message(const struct twin_key *key, struct twin_span message,
                           struct twin_span sig)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
                EVP_DigestVerify(ctx, sig.ptr, sig.len, message.ptr, message.len) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

bool twin_key_verify(const struct twin_key *key, const struct twin_hash *hash,
                     struct twin_span message, struct twin_span sig)
{
    const struct twin_key_type *type = key->type;

    if (sig.len > type->sig_len) {
        return false;
    }
    if (type->scheme == TWIN_SCHEME_ECDSA) {
        return twin_der_trim(&sig) && verify_digest(key, hash, message, sig);
    }
    if (sig.len != type->sig_len) {
        return false;
    }
    return type->scheme == TWIN_SCHEME_EDDSA ? verify_message(key, message, sig)
                                             : verify_digest(key, hash, message, sig);
}
