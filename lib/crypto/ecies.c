/*
 * ecies.c - key derivation (HKDF, RFC 5869), tag (HMAC, RFC 2104) and the key that they protect.
 * Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#include "ecies.h"
#include <string.h>

#define BLOCK_MAX 128 /* bytes of a hash's block: SHA-512 */
#define INNER     0x36
#define OUTER     0x5c
#define PARTS_MAX 3

static const uint8_t info[16] = "MCUBoot_ECIES_v1";

static size_t block_len(const struct twin_hash_alg *hash)
{
    return hash->len <= TWIN_SHA256_LEN ? BLOCK_MAX / 2 : BLOCK_MAX;
}

/* One of the two hashes of an HMAC: of the padded key and what comes behind it. */
static void keyed(const struct twin_hash_alg *hash, const uint8_t *key, uint8_t pad,
                  const struct twin_span parts[PARTS_MAX], uint8_t *out)
{
    struct twin_hash_state state;
    uint8_t block[BLOCK_MAX];

    memset(block, pad, sizeof(block));
    for (size_t i = 0; i < hash->len; i++) {
        block[i] ^= key[i];
    }
    hash->init(&state);
    hash->update(&state, block, block_len(hash));
    for (size_t i = 0; i < PARTS_MAX; i++) {
        hash->update(&state, parts[i].ptr, parts[i].len);
    }
    hash->final(&state, out);
    twin_erase_secret(block, sizeof(block));
    twin_erase_secret(&state, sizeof(state));
}

/* The key has the length of the hash. */
static void hmac(const struct twin_hash_alg *hash, const uint8_t *key,
                 const struct twin_span parts[PARTS_MAX], uint8_t *out)
{
    uint8_t inner[TWIN_HASH_MAX];

    keyed(hash, key, INNER, parts, inner);
    keyed(hash, key, OUTER, (const struct twin_span[PARTS_MAX]){{inner, hash->len}}, out);
}

/* Two blocks of it, which are enough for both keys. */
static void derive(const struct twin_hash_alg *hash, const uint8_t shared[ECIES_SHARED_LEN],
                   uint8_t out[2 * TWIN_HASH_MAX])
{
    uint8_t key[TWIN_HASH_MAX] = {0}, number = 1;

    hmac(hash, key, (const struct twin_span[PARTS_MAX]){{shared, ECIES_SHARED_LEN}}, key);
    hmac(hash, key, (const struct twin_span[PARTS_MAX]){{info, sizeof(info)}, {&number, 1}}, out);
    number = 2;
    hmac(hash, key,
         (const struct twin_span[PARTS_MAX]){{out, hash->len}, {info, sizeof(info)}, {&number, 1}},
         &out[hash->len]);
    twin_erase_secret(key, sizeof(key));
}

bool twin_ecies_has_len(struct twin_span wrapped, size_t public_len,
                        const struct twin_hash_alg *hash, size_t key_len)
{
    return wrapped.len == public_len + hash->len + key_len;
}

twin_err_t twin_ecies_open(uint8_t shared[ECIES_SHARED_LEN], const uint8_t *tag,
                           const struct twin_hash_alg *hash, uint8_t *key, size_t key_len)
{
    const uint8_t *wrapped = tag + hash->len;
    uint8_t derived[2 * TWIN_HASH_MAX], have[TWIN_HASH_MAX], wrong = 0;
    struct twin_aes_ctr ctr;

    derive(hash, shared, derived);
    hmac(hash, &derived[key_len], (const struct twin_span[PARTS_MAX]){{wrapped, key_len}}, have);
    for (size_t i = 0; i < hash->len; i++) {
        wrong |= have[i] ^ tag[i];
    }
    memcpy(key, wrapped, key_len);
    twin_aes_ctr_init(&ctr, derived, key_len);
    twin_aes_ctr_run(&ctr, 0, key, key_len);
    twin_erase_secret(&ctr, sizeof(ctr));
    twin_erase_secret(derived, sizeof(derived));
    twin_erase_secret(shared, ECIES_SHARED_LEN);
    return wrong == 0 ? TWIN_OK : TWIN_E_VERIFY;
}
