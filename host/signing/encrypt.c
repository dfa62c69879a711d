/*
 * encrypt.c - encryption of payloads. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/encrypt.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/secret.h"
#include "signing/wrap.h"
#include <ctype.h>
#include <openssl/rand.h>
#include <string.h>

#define KEK_FILE_MAX 4096
#define KEK_DIGITS   (2 * TWIN_AES_KEY_MAX)

bool twin_payload_cipher(const uint8_t *key, size_t key_len, uint8_t *payload, size_t len)
{
    static const uint8_t start[16];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;
    bool good = ctx != NULL && len <= INT32_MAX &&
                EVP_EncryptInit_ex(ctx, key_len == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), NULL,
                                   key, start) == 1 &&
                EVP_EncryptUpdate(ctx, payload, &done, payload, (int)len) == 1 &&
                (size_t)done == len;

    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static bool is_aes_len(size_t len)
{
    return len == 16 || len == 32;
}

/* Without white space, and colons as OpenSSL prints them. False if there are more than fit. */
static bool collect_digits(const struct twin_buf *text, char digits[KEK_DIGITS], size_t *count)
{
    for (size_t i = 0; i < text->len; i++) {
        if (isspace(text->data[i]) || text->data[i] == ':') {
            continue;
        }
        if (*count == KEK_DIGITS) {
            return false;
        }
        digits[(*count)++] = (char)text->data[i];
    }
    return true;
}

/*
 * Hex digits to bytes, in place. Text that is not all digits stays as it is; so do raw keys, since
 * 32 random bytes that all happen to be hex digits do not occur.
 */
static void from_hex(struct twin_buf *text)
{
    char digits[KEK_DIGITS];
    uint8_t bytes[TWIN_AES_KEY_MAX];
    size_t count = 0;

    if (collect_digits(text, digits, &count) && is_aes_len(count / 2) &&
        twin_hex_bytes(digits, count, bytes)) {
        memcpy(text->data, bytes, count / 2);
        text->len = count / 2;
    }
    twin_wipe(digits, sizeof(digits));
    twin_wipe(bytes, sizeof(bytes));
}

enum twin_error_code twin_kek_load(const char *path, struct twin_buf *kek, struct twin_error *error)
{
    int err = twin_file_read(path, KEK_FILE_MAX, kek);

    if (err != 0) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "cannot read %s: %s", path, strerror(err));
    }
    from_hex(kek);
    return is_aes_len(kek->len)
               ? TWIN_ERROR_NONE
               : twin_error_set(error, TWIN_ERROR_USAGE,
                                "%s: an AES key has 16 or 32 bytes, raw or as hex digits", path);
}

static const struct twin_hash *exchange_hash(const struct twin_sign_spec *spec)
{
    return spec->hmac_hash != NULL ? spec->hmac_hash : &twin_hashes[TWIN_HASH_SHA256];
}

/* A loader has the code of one kind of key only, but for Ed25519, which encrypts nothing. */
static bool same_kind(const struct twin_key_type *signer, const struct twin_key_type *receiver)
{
    return signer->scheme == TWIN_SCHEME_EDDSA ||
           (strcmp(signer->algorithm, receiver->algorithm) == 0 &&
            (signer->curve == NULL || strcmp(signer->curve, receiver->curve) == 0));
}

static enum twin_error_code check_receiver(const struct twin_sign_spec *spec,
                                           struct twin_error *error)
{
    const struct twin_key *receiver = spec->enc_key;
    bool is_rsa = receiver->type == &twin_key_types[TWIN_KEY_RSA2048];

    if (!twin_wrap_can(receiver, &twin_hashes[TWIN_HASH_SHA256])) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "%s: no loader can decrypt for a key of type %s; use rsa-2048, "
                              "ecdsa-p256 or x25519",
                              receiver->name, receiver->type->name);
    }
    if (!twin_wrap_can(receiver, exchange_hash(spec))) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              is_rsa ? "HMAC-SHA512 is for X25519 encryption keys only"
                                     : "Currently only ECIES-X25519 supports HMAC-SHA512");
    }
    if (spec->key != NULL && !same_kind(spec->key->type, receiver->type)) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "Signing and encryption must use the same type of key");
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_encrypt_check(const struct twin_sign_spec *spec, struct twin_error *error)
{
    if (!twin_sign_encrypts(spec)) {
        return TWIN_ERROR_NONE;
    }
    if (!is_aes_len(spec->aes_len)) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "an image key has 16 or 32 bytes");
    }
    if (spec->enc_key != NULL) {
        return check_receiver(spec, error);
    }
    if (spec->kek.len != spec->aes_len) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "a key encryption key has to be as long as the image key");
    }
    return exchange_hash(spec) == &twin_hashes[TWIN_HASH_SHA256]
               ? TWIN_ERROR_NONE
               : twin_error_set(error, TWIN_ERROR_USAGE,
                                "HMAC-SHA512 is for X25519 encryption keys only");
}

enum twin_error_code twin_encrypt_payload(const struct twin_sign_spec *spec, uint8_t *payload,
                                          size_t len, struct twin_tlv_area *area,
                                          struct twin_error *error)
{
    uint8_t image_key[TWIN_AES_KEY_MAX];
    struct twin_span span = {image_key, spec->aes_len};
    bool good = RAND_priv_bytes(image_key, spec->aes_len) == 1 &&
                twin_wrap_key(spec->enc_key, exchange_hash(spec), spec->kek, span, area) &&
                (spec->clear || twin_payload_cipher(image_key, spec->aes_len, payload, len));

    twin_wipe(image_key, sizeof(image_key));
    return good ? TWIN_ERROR_NONE
                : twin_error_set(error, TWIN_ERROR_REFUSED,
                                 "OpenSSL could not encrypt the image; nothing was written");
}
