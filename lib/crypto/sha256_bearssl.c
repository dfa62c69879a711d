/*
 * sha256_bearssl.c - twin/crypto.h's SHA-256 on BearSSL's round function. What is around it takes a
 * third of the code that BearSSL has for it, with its table of functions for generic callers.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crypto.h"
#include <string.h>

#define BLOCK_LEN   64
#define LENGTH_LEN  8 /* of the count of bits, which ends the last block */
#define STATE_WORDS 8
#define PAD_BEGIN   0x80

/* BearSSL's, exported by the library, but in no header that is installed. */
extern const uint32_t br_sha256_IV[STATE_WORDS];
void br_sha2small_round(const unsigned char *block, uint32_t *value);
void br_range_enc32be(void *out, const uint32_t *words, size_t count);

struct state {
    uint64_t count; /* bytes */
    uint32_t value[STATE_WORDS];
    uint8_t block[BLOCK_LEN];
};

_Static_assert(sizeof(struct state) <= sizeof(struct twin_sha256) &&
                   sizeof(struct twin_sha256) <= sizeof(struct twin_hash_state),
               "the state must fit into the public structs");

void twin_sha256_init(struct twin_sha256 *ctx)
{
    struct state *state = (struct state *)(void *)ctx->priv;

    state->count = 0;
    memcpy(state->value, br_sha256_IV, sizeof(state->value));
}

void twin_sha256_update(struct twin_sha256 *ctx, const void *data, size_t len)
{
    struct state *state = (struct state *)(void *)ctx->priv;
    const uint8_t *in = data;

    while (len > 0) {
        size_t at = (size_t)(state->count % BLOCK_LEN);
        size_t part = len < BLOCK_LEN - at ? len : BLOCK_LEN - at;
        memcpy(&state->block[at], in, part);
        state->count += part;
        in += part;
        len -= part;
        if (at + part == BLOCK_LEN) {
            br_sha2small_round(state->block, state->value);
        }
    }
}

void twin_sha256_final(struct twin_sha256 *ctx, uint8_t out[TWIN_SHA256_LEN])
{
    struct state *state = (struct state *)(void *)ctx->priv;
    const uint32_t bits[] = {(uint32_t)(state->count >> 29), (uint32_t)(state->count << 3)};
    uint8_t pad = PAD_BEGIN, length[LENGTH_LEN];

    br_range_enc32be(length, bits, 2);
    do {
        twin_sha256_update(ctx, &pad, 1);
        pad = 0;
    } while (state->count % BLOCK_LEN != BLOCK_LEN - LENGTH_LEN);
    twin_sha256_update(ctx, length, sizeof(length));
    br_range_enc32be(out, state->value, STATE_WORDS);
}

/* Any hash's state has room for this one's. */
static void init(struct twin_hash_state *any)
{
    twin_sha256_init((struct twin_sha256 *)(void *)any);
}

static void update(struct twin_hash_state *any, const void *data, size_t len)
{
    twin_sha256_update((struct twin_sha256 *)(void *)any, data, len);
}

static void final(struct twin_hash_state *any, uint8_t *out)
{
    twin_sha256_final((struct twin_sha256 *)(void *)any, out);
}

const struct twin_hash_alg twin_hash_sha256 = {
    .tlv = 0x10, .len = TWIN_SHA256_LEN, .init = init, .update = update, .final = final};
