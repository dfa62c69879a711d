/*
 * ed25519.c - Ed25519 (RFC 8032) of a short message. TinySSH does the arithmetic, on the SHA-512
 * that is here anyway. SPDX-License-Identifier: Apache-2.0
 */
#include "ed25519.h"
#include <stdbool.h>
#include <string.h>

#define KEY_LEN    32
#define SCALAR_LEN 32

/* Every key begins so: SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING }. */
static const uint8_t key_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* The order of the base point, least significant byte first. */
static const uint8_t order[SCALAR_LEN] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                          0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                          0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

/* Of crypto_sign_ed25519.h: takes a signature with its message behind it; 0 if it matches, else
 * -1. */
int crypto_sign_ed25519_tinyssh_open(unsigned char *message, unsigned long long *message_len,
                                     const unsigned char *signed_message, unsigned long long len,
                                     const unsigned char *key);

/* What TinySSH calls. */
int crypto_hash_sha512_tinyssh(unsigned char *out, const unsigned char *in, unsigned long long len);
int crypto_hash_sha512_tinyssh(unsigned char *out, const unsigned char *in, unsigned long long len)
{
    struct twin_hash_state state;

    twin_hash_sha512.init(&state);
    twin_hash_sha512.update(&state, in, (size_t)len);
    twin_hash_sha512.final(&state, out);
    return 0;
}

/* s plus the order would be another signature that matches, so s must be below (RFC 8032, 5.1.7).
 */
static bool is_below_order(const uint8_t s[SCALAR_LEN])
{
    for (unsigned i = SCALAR_LEN; i-- > 0;) {
        if (s[i] != order[i]) {
            return s[i] < order[i];
        }
    }
    return false;
}

struct question {
    uint8_t given[ED25519_SIG_LEN + TWIN_HASH_MAX];
    size_t len; /* of what is given: the signature, and the hash behind it */
    const uint8_t *key;
};

static uint32_t differs(const void *ctx)
{
    const struct question *q = ctx;
    uint8_t room[sizeof(q->given)];
    unsigned long long room_len;

    return (uint32_t)crypto_sign_ed25519_tinyssh_open(room, &room_len, q->given, q->len, q->key);
}

twin_proof_t twin_ed25519_verify(const struct twin_pubkey *key, struct twin_span hash,
                                 struct twin_span sig)
{
    struct question question = {.len = ED25519_SIG_LEN + hash.len,
                                .key = &key->der[sizeof(key_head)]};

    if (key->len != sizeof(key_head) + KEY_LEN ||
        memcmp(key->der, key_head, sizeof(key_head)) != 0 || sig.len != ED25519_SIG_LEN) {
        return TWIN_E_FORMAT;
    }
    if (!is_below_order(&sig.ptr[SCALAR_LEN])) {
        return TWIN_E_VERIFY;
    }
    memcpy(question.given, sig.ptr, ED25519_SIG_LEN);
    memcpy(&question.given[ED25519_SIG_LEN], hash.ptr, hash.len);
    return twin_proof_ask(differs, &question);
}
