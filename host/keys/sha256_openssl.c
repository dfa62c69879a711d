/*
 * sha256_openssl.c - twin/crypto.h on OpenSSL: SHA-256.
 *
 * The interface keeps the running state in the caller's struct and has no call to release it. So
 * this takes the functions with a plain struct, which OpenSSL 3 marks as deprecated but keeps,
 * rather than an EVP context on the heap. SPDX-License-Identifier: Apache-2.0
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "twin/crypto.h"
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct twin_sha256), "the state has to fit");

void twin_sha256_init(struct twin_sha256 *ctx)
{
    SHA256_Init((SHA256_CTX *)ctx);
}

void twin_sha256_update(struct twin_sha256 *ctx, const void *data, size_t len)
{
    SHA256_Update((SHA256_CTX *)ctx, data, len);
}

void twin_sha256_final(struct twin_sha256 *ctx, uint8_t out[TWIN_SHA256_LEN])
{
    SHA256_Final(out, (SHA256_CTX *)ctx);
}

/* Any hash's state has room for this one's. */
static void init(struct twin_hash_state *any)
{
    SHA256_Init((SHA256_CTX *)any);
}

static void update(struct twin_hash_state *any, const void *data, size_t len)
{
    SHA256_Update((SHA256_CTX *)any, data, len);
}

static void final(struct twin_hash_state *any, uint8_t *out)
{
    SHA256_Final(out, (SHA256_CTX *)any);
}

const struct twin_hash_alg twin_hash_sha256 = {
    .tlv = 0x10, .len = TWIN_SHA256_LEN, .init = init, .update = update, .final = final};
