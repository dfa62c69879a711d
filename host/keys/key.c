/*
 * key.c - the kinds of keys, and signatures. Files are key_pem.c, tokens hsm*.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key.h"
#include "cli/cli.h"
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
    [TWIN_KEY_RSA2048] = {"rsa-2048", "rsa", "RSA", NULL, 2048, TWIN_SCHEME_PSS, TWIN_TLV_RSA2048, 256,
                          0, SHA256_ONLY, SHA256_ONLY, TWIN_HASH_SHA256},
    [TWIN_KEY_RSA3072] = {"rsa-3072", "rsa", "RSA", NULL, 3072, TWIN_SCHEME_PSS, TWIN_TLV_RSA3072, 384,
                          0, SHA256_ONLY, SHA256_ONLY, TWIN_HASH_SHA256},
    [TWIN_KEY_P256] = {"ecdsa-p256", "ecdsa", "EC", "prime256v1", 0, TWIN_SCHEME_ECDSA, TWIN_TLV_ECDSA,
                       72, 72, SHA256_ONLY, SHA256_OR_512, TWIN_HASH_SHA256},
    [TWIN_KEY_P384] = {"ecdsa-p384", "ecdsap384", "EC", "secp384r1", 0, TWIN_SCHEME_ECDSA,
                       TWIN_TLV_ECDSA, 104, 103, SHA384_ONLY, SHA384_ONLY, TWIN_HASH_SHA384},
    [TWIN_KEY_ED25519] = {"ed25519", "ed25519", "ED25519", NULL, 0, TWIN_SCHEME_EDDSA, TWIN_TLV_ED25519,
                          64, 0, SHA256_OR_512, SHA256_OR_512, TWIN_HASH_SHA256},
    [TWIN_KEY_X25519] = {"x25519", "x25519", "X25519", NULL, 0, TWIN_SCHEME_NONE, 0, 0, 0, 0, 0,
                         TWIN_HASH_SHA256},
};

const char *const twin_key_type_names[TWIN_KEY_TYPE_COUNT + 1] = {
    [TWIN_KEY_RSA2048] = "rsa-2048", [TWIN_KEY_RSA3072] = "rsa-3072",
    [TWIN_KEY_P256] = "ecdsa-p256",  [TWIN_KEY_P384] = "ecdsa-p384",
    [TWIN_KEY_ED25519] = "ed25519",  [TWIN_KEY_X25519] = "x25519",
    [TWIN_KEY_TYPE_COUNT] = NULL,
};

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

static bool make_der(struct twin_key *key)
{
    unsigned char *der = NULL;
    int len = key->type->bits != 0 ? i2d_PublicKey(key->pkey, &der) : i2d_PUBKEY(key->pkey, &der);

    if (len <= 0) {
        return false;
    }
    twin_buf_add(&key->der, der, (size_t)len);
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

int twin_key_adopt(struct twin_key *key, EVP_PKEY *pkey, bool is_private, const char *name)
{
    memset(key, 0, sizeof(*key));
    key->pkey = pkey;
    key->is_private = is_private;
    key->name = name;
    key->type = twin_key_type_of(pkey);
    if (key->type == NULL) {
        char what[100];
        describe(pkey, what, sizeof(what));
        return cli_fail(CLI_REFUSED,
                        "%s: this is a key of type %s, which is not used for images; use RSA with "
                        "2048 or 3072 bits, EC P-256 or P-384, Ed25519 or X25519",
                        name, what);
    }
    if (!normalise(pkey, key->type) || !make_der(key)) {
        return cli_fail(CLI_REFUSED, "%s: unusual parameters (RSA needs e = 65537)", name);
    }
    return CLI_DONE;
}

static int load(struct twin_key *key, const char *name, bool may_ask)
{
    EVP_PKEY *pkey = NULL;
    bool is_private = false;

    memset(key, 0, sizeof(*key));
    if (twin_hsm_is_uri(name)) {
        return twin_hsm_key_open(key, name);
    }
    int rc = twin_pem_load(name, may_ask, &pkey, &is_private);
    return rc == CLI_DONE ? twin_key_adopt(key, pkey, is_private, name) : rc;
}

int twin_key_load(struct twin_key *key, const char *name)
{
    return load(key, name, true);
}

int twin_key_load_quietly(struct twin_key *key, const char *name)
{
    return load(key, name, false);
}

void twin_key_free(struct twin_key *key)
{
    twin_hsm_key_close(key->hsm);
    EVP_PKEY_free(key->pkey);
    twin_buf_free(&key->der);
    memset(key, 0, sizeof(*key));
}

void twin_key_hash(const struct twin_key *key, const struct twin_hash *alg,
                   uint8_t out[TWIN_HASH_LEN_MAX])
{
    twin_hash_compute(alg, twin_buf_span(&key->der), (struct twin_span){NULL, 0}, out);
}

/* PSS parameters of images. ECDSA over a digest needs none, of whatever length it is. */
static bool set_scheme(EVP_PKEY_CTX *ctx, const struct twin_key_type *type,
                       const struct twin_hash *alg)
{
    return type->scheme != TWIN_SCHEME_PSS ||
           (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md(ctx, alg->md()) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, SALT_LEN) == 1);
}

static bool sign_digest(const struct twin_key *key, const struct twin_hash *alg,
                        struct twin_span message, uint8_t *sig, size_t *sig_len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && set_scheme(ctx, key->type, alg) &&
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

int twin_key_sign(const struct twin_key *key, const struct twin_hash *alg, struct twin_span message,
                  uint8_t *sig, size_t *sig_len)
{
    bool good;

    *sig_len = TWIN_SIG_LEN_MAX;
    if (key->hsm != NULL) {
        int rc = twin_hsm_sign(key, message, sig, sig_len);
        if (rc != CLI_DONE) {
            return rc;
        }
        good = true;
    } else if (key->type->scheme == TWIN_SCHEME_EDDSA) {
        good = sign_message(key, message, sig, sig_len);
    } else {
        good = sign_digest(key, alg, message, sig, sig_len);
    }
    if (!good) {
        return cli_fail(CLI_REFUSED, "%s: OpenSSL could not sign with this key", key->name);
    }
    if (!twin_key_verify(key, alg, message, (struct twin_span){sig, *sig_len})) {
        return cli_fail(CLI_REFUSED,
                        "%s: the signature just made does not match its own public key; nothing "
                        "was written. Is the key file damaged?",
                        key->name);
    }
    return CLI_DONE;
}

static bool verify_digest(const struct twin_key *key, const struct twin_hash *alg,
                          struct twin_span message, struct twin_span sig)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 && set_scheme(ctx, key->type, alg) &&
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

/* Cut the zeros that --pad-sig puts behind the DER. Anything else there makes it no signature. */
static bool trim_padding(struct twin_span *sig)
{
    if (sig->len < 2 || sig->ptr[0] != 0x30 || sig->ptr[1] > sig->len - 2) {
        return false;
    }
    size_t len = (size_t)sig->ptr[1] + 2;
    for (size_t i = len; i < sig->len; i++) {
        if (sig->ptr[i] != 0) {
            return false;
        }
    }
    sig->len = len;
    return true;
}

bool twin_key_verify(const struct twin_key *key, const struct twin_hash *alg,
                     struct twin_span message, struct twin_span sig)
{
    const struct twin_key_type *type = key->type;

    if (sig.len > type->sig_len) {
        return false;
    }
    if (type->scheme == TWIN_SCHEME_ECDSA) {
        return trim_padding(&sig) && verify_digest(key, alg, message, sig);
    }
    if (sig.len != type->sig_len) {
        return false;
    }
    return type->scheme == TWIN_SCHEME_EDDSA ? verify_message(key, message, sig)
                                             : verify_digest(key, alg, message, sig);
}
