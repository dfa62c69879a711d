/*
 * wrap.c - wrapping image keys: by RSA-OAEP, by ECIES on P-256 or X25519, or by AES key wrap.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/wrap.h"
#include "base/secret.h"
#include "signing/encrypt.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>
#include <string.h>

#define SHARED_MAX  32
#define RSA_LEN     256
#define KW_OVERHEAD 8

/* ECIES: a throw-away key pair agrees with the receiver's key on a secret. */
struct ecies {
    uint16_t tlv;
    enum twin_key_id receiver;
    enum twin_hash_id hash; /* of key derivation and tag */
    uint8_t ephemeral_len;  /* bytes of the throw-away public key */
};

static const struct ecies ecies_list[] = {
    {TWIN_TLV_ENC_EC256, TWIN_KEY_P256, TWIN_HASH_SHA256, 65},
    {TWIN_TLV_ENC_X25519, TWIN_KEY_X25519, TWIN_HASH_SHA256, 32},
    {TWIN_TLV_ENC_X25519_SHA512, TWIN_KEY_X25519, TWIN_HASH_SHA512, 32},
};
#define ECIES_COUNT (sizeof(ecies_list) / sizeof(ecies_list[0]))

static const struct ecies *ecies_for(const struct twin_key *receiver, const struct twin_hash *hash)
{
    for (size_t i = 0; i < ECIES_COUNT; i++) {
        if (&twin_key_types[ecies_list[i].receiver] == receiver->type &&
            &twin_hashes[ecies_list[i].hash] == hash) {
            return &ecies_list[i];
        }
    }
    return NULL;
}

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t shared[SHARED_MAX])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
    size_t len = SHARED_MAX;
    bool good = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
                EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
                EVP_PKEY_derive(ctx, shared, &len) == 1 && len == SHARED_MAX;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

/* From the shared secret: the key that wraps, then the key of the tag. */
static bool derive(const struct twin_hash *hash, uint8_t shared[SHARED_MAX], uint8_t *out,
                   size_t out_len)
{
    char info[] = "MCUBoot_ECIES_v1"; /* OpenSSL wants to write to it */
    char digest[16];
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[4] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared, SHARED_MAX),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info) - 1),
        OSSL_PARAM_construct_end(),
    };

    memcpy(digest, hash->name, strlen(hash->name) + 1);
    bool good = ctx != NULL && EVP_KDF_derive(ctx, out, out_len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return good;
}

/* What both sides do after agreeing: cipher the image key, and compute the tag of its cipher. */
struct ecies_keys {
    uint8_t derived[TWIN_AES_KEY_MAX + TWIN_HASH_LEN_MAX];
    uint8_t shared[SHARED_MAX];
};

static bool ecies_derive(const struct ecies *ecies, EVP_PKEY *own, EVP_PKEY *peer, size_t key_len,
                         struct ecies_keys *keys)
{
    const struct twin_hash *hash = &twin_hashes[ecies->hash];

    return agree(own, peer, keys->shared) &&
           derive(hash, keys->shared, keys->derived, key_len + hash->len);
}

static bool ecies_tag(const struct ecies *ecies, const struct ecies_keys *keys,
                      const uint8_t *wrapped, size_t key_len, uint8_t tag[TWIN_HASH_LEN_MAX])
{
    const struct twin_hash *hash = &twin_hashes[ecies->hash];

    return HMAC(hash->md(), keys->derived + key_len, hash->len, wrapped, key_len, tag, NULL) !=
           NULL;
}

static bool ecies_wrap(const struct ecies *ecies, const struct twin_key *receiver,
                       const uint8_t *image_key, size_t key_len, struct twin_buf *value)
{
    const struct twin_key_type *type = receiver->type;
    EVP_PKEY *own = type->curve != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", type->curve)
                                        : EVP_PKEY_Q_keygen(NULL, NULL, type->algorithm);
    struct ecies_keys keys;
    unsigned char *public = NULL;
    uint8_t wrapped[TWIN_AES_KEY_MAX], tag[TWIN_HASH_LEN_MAX];

    memcpy(wrapped, image_key, key_len);
    bool good = own != NULL &&
                EVP_PKEY_get1_encoded_public_key(own, &public) == ecies->ephemeral_len &&
                ecies_derive(ecies, own, receiver->pkey, key_len, &keys) &&
                twin_payload_cipher(keys.derived, key_len, wrapped, key_len) &&
                ecies_tag(ecies, &keys, wrapped, key_len, tag);
    if (good) {
        twin_buf_add(value, public, ecies->ephemeral_len);
        twin_buf_add(value, tag, twin_hashes[ecies->hash].len);
        twin_buf_add(value, wrapped, key_len);
    }
    twin_wipe(&keys, sizeof(keys));
    OPENSSL_free(public);
    EVP_PKEY_free(own);
    return good;
}

static EVP_PKEY *public_from(const struct twin_key *like, const uint8_t *bytes, size_t len)
{
    EVP_PKEY *peer = EVP_PKEY_new();

    if (peer != NULL && (EVP_PKEY_copy_parameters(peer, like->pkey) != 1 ||
                         EVP_PKEY_set1_encoded_public_key(peer, bytes, len) != 1)) {
        EVP_PKEY_free(peer);
        peer = NULL;
    }
    return peer;
}

static size_t ecies_unwrap(const struct ecies *ecies, struct twin_span value,
                           const struct twin_key *receiver, uint8_t out[TWIN_AES_KEY_MAX])
{
    size_t tag_len = twin_hashes[ecies->hash].len, before = ecies->ephemeral_len + tag_len;
    size_t key_len = value.len - before;
    struct ecies_keys keys;
    uint8_t tag[TWIN_HASH_LEN_MAX];

    if (value.len < before || (key_len != 16 && key_len != 32) || receiver == NULL ||
        receiver->type != &twin_key_types[ecies->receiver]) {
        return 0;
    }
    EVP_PKEY *peer = public_from(receiver, value.ptr, ecies->ephemeral_len);
    const uint8_t *wrapped = value.ptr + before;
    bool good = peer != NULL && ecies_derive(ecies, receiver->pkey, peer, key_len, &keys) &&
                ecies_tag(ecies, &keys, wrapped, key_len, tag) &&
                CRYPTO_memcmp(tag, value.ptr + ecies->ephemeral_len, tag_len) == 0;
    memcpy(out, wrapped, key_len);
    good = good && twin_payload_cipher(keys.derived, key_len, out, key_len);
    twin_wipe(&keys, sizeof(keys));
    EVP_PKEY_free(peer);
    return good ? key_len : 0;
}

static EVP_PKEY_CTX *oaep_begin(EVP_PKEY *pkey, int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);

    if (ctx != NULL && init(ctx) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
        EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1) {
        return ctx;
    }
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

static bool rsa_wrap(const struct twin_key *receiver, const uint8_t *image_key, size_t key_len,
                     struct twin_buf *value)
{
    EVP_PKEY_CTX *ctx = oaep_begin(receiver->pkey, EVP_PKEY_encrypt_init);
    uint8_t wrapped[RSA_LEN];
    size_t len = sizeof(wrapped);
    bool good = ctx != NULL && EVP_PKEY_encrypt(ctx, wrapped, &len, image_key, key_len) == 1;

    if (good) {
        twin_buf_add(value, wrapped, len);
    }
    EVP_PKEY_CTX_free(ctx);
    return good;
}

static size_t rsa_unwrap(struct twin_span value, const struct twin_key *receiver,
                         uint8_t out[TWIN_AES_KEY_MAX])
{
    uint8_t plain[RSA_LEN];
    size_t len = sizeof(plain);

    if (receiver == NULL || receiver->type != &twin_key_types[TWIN_KEY_RSA2048] ||
        value.len != RSA_LEN) {
        return 0;
    }
    EVP_PKEY_CTX *ctx = oaep_begin(receiver->pkey, EVP_PKEY_decrypt_init);
    bool good = ctx != NULL && EVP_PKEY_decrypt(ctx, plain, &len, value.ptr, value.len) == 1 &&
                (len == 16 || len == 32);
    if (good) {
        memcpy(out, plain, len);
    }
    twin_wipe(plain, sizeof(plain));
    EVP_PKEY_CTX_free(ctx);
    return good ? len : 0;
}

/* RFC 3394, in either direction; in and out differ by 8 bytes. */
static bool key_wrap(struct twin_span kek, bool wrap, const uint8_t *in, size_t in_len,
                     uint8_t *out, size_t out_len)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;

    if (ctx == NULL) {
        return false;
    }
    EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    bool good = EVP_CipherInit_ex(ctx, kek.len == 16 ? EVP_aes_128_wrap() : EVP_aes_256_wrap(),
                                  NULL, kek.ptr, NULL, wrap) == 1 &&
                EVP_CipherUpdate(ctx, out, &len, in, (int)in_len) == 1 && (size_t)len == out_len;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static bool kw_wrap(struct twin_span kek, const uint8_t *image_key, size_t key_len,
                    struct twin_buf *value)
{
    uint8_t wrapped[TWIN_AES_KEY_MAX + 2 * KW_OVERHEAD];
    bool good = key_wrap(kek, true, image_key, key_len, wrapped, key_len + KW_OVERHEAD);

    if (good) {
        twin_buf_add(value, wrapped, key_len + KW_OVERHEAD);
    }
    return good;
}

static size_t kw_unwrap(struct twin_span value, struct twin_span kek, uint8_t out[TWIN_AES_KEY_MAX])
{
    uint8_t plain[TWIN_AES_KEY_MAX + 2 * KW_OVERHEAD];
    size_t len = value.len - KW_OVERHEAD;

    if (value.len < KW_OVERHEAD || (len != 16 && len != 32) || len != kek.len ||
        !key_wrap(kek, false, value.ptr, value.len, plain, len)) {
        return 0;
    }
    memcpy(out, plain, len);
    twin_wipe(plain, sizeof(plain));
    return len;
}

size_t twin_unwrap_key(uint16_t type, struct twin_span value, const struct twin_key *key,
                       struct twin_span kek, uint8_t out[TWIN_AES_KEY_MAX])
{
    if (type == TWIN_TLV_ENC_RSA2048) {
        return rsa_unwrap(value, key, out);
    }
    if (type == TWIN_TLV_ENC_KW) {
        return kw_unwrap(value, kek, out);
    }
    for (size_t i = 0; i < ECIES_COUNT; i++) {
        if (ecies_list[i].tlv == type) {
            return ecies_unwrap(&ecies_list[i], value, key, out);
        }
    }
    return 0;
}

bool twin_wrap_can(const struct twin_key *receiver, const struct twin_hash *hash)
{
    return receiver->type == &twin_key_types[TWIN_KEY_RSA2048]
               ? hash == &twin_hashes[TWIN_HASH_SHA256]
               : ecies_for(receiver, hash) != NULL;
}

bool twin_wrap_key(const struct twin_key *receiver, const struct twin_hash *hash,
                   struct twin_span kek, struct twin_span image_key, struct twin_tlv_area *area)
{
    struct twin_buf value = {0};
    uint16_t type;
    bool good;

    if (receiver == NULL) {
        type = TWIN_TLV_ENC_KW;
        good = kw_wrap(kek, image_key.ptr, image_key.len, &value);
    } else if (receiver->type == &twin_key_types[TWIN_KEY_RSA2048]) {
        type = TWIN_TLV_ENC_RSA2048;
        good = rsa_wrap(receiver, image_key.ptr, image_key.len, &value);
    } else {
        const struct ecies *ecies = ecies_for(receiver, hash);
        type = ecies->tlv;
        good = ecies_wrap(ecies, receiver, image_key.ptr, image_key.len, &value);
    }
    area->entries.failed = area->entries.failed || value.failed;
    if (good) {
        twin_tlv_add(area, type, value.data, value.len);
    }
    twin_buf_free(&value);
    return good;
}
