/*
 * sha512_bearssl.c - twin/crypto.h's SHA-384 and SHA-512 on BearSSL: one algorithm that begins with
 * different values. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crypto.h"
#include <bearssl.h>

_Static_assert(sizeof(br_sha512_context) <= sizeof(struct twin_hash_state) &&
                   sizeof(br_sha384_context) <= sizeof(struct twin_hash_state),
               "the backend's state must fit into the public struct");

static void init_384(struct twin_hash_state *state)
{
    br_sha384_init((br_sha384_context *)(void *)state->priv);
}

static void final_384(struct twin_hash_state *state, uint8_t *out)
{
    br_sha384_out((br_sha384_context *)(void *)state->priv, out);
}

static void init_512(struct twin_hash_state *state)
{
    br_sha512_init((br_sha512_context *)(void *)state->priv);
}

static void final_512(struct twin_hash_state *state, uint8_t *out)
{
    br_sha512_out((br_sha512_context *)(void *)state->priv, out);
}

/* The same function for both in BearSSL. */
static void update(struct twin_hash_state *state, const void *data, size_t len)
{
    br_sha512_update((br_sha512_context *)(void *)state->priv, data, len);
}

const struct twin_hash_alg twin_hash_sha384 = {
    .tlv = 0x11, .len = 48, .init = init_384, .update = update, .final = final_384};
const struct twin_hash_alg twin_hash_sha512 = {
    .tlv = 0x12, .len = 64, .init = init_512, .update = update, .final = final_512};
