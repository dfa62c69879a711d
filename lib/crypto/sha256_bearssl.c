/*
 * sha256_bearssl.c - twin/crypto.h's SHA-256 on BearSSL. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crypto.h"
#include <bearssl.h>

_Static_assert(sizeof(br_sha256_context) <= sizeof(struct twin_sha256),
               "the backend's state must fit into the public struct");

static br_sha256_context *state(struct twin_sha256 *ctx)
{
    return (br_sha256_context *)(void *)ctx->priv;
}

void twin_sha256_init(struct twin_sha256 *ctx)
{
    br_sha256_init(state(ctx));
}

void twin_sha256_update(struct twin_sha256 *ctx, const void *data, size_t len)
{
    br_sha256_update(state(ctx), data, len);
}

void twin_sha256_final(struct twin_sha256 *ctx, uint8_t out[TWIN_SHA256_LEN])
{
    br_sha256_out(state(ctx), out);
}
