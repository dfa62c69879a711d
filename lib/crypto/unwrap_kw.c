/*
 * unwrap_kw.c - AES key wrap, RFC 3394 section 2.2.2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/unwrap.h"
#include <bearssl.h>
#include <string.h>

#define HALF   8 /* bytes of the units that it works on: half an AES block */
#define BLOCK  16
#define ROUNDS 6
#define FIRST  0xa6 /* each byte of the first unit, by which a key is known to be right */

_Static_assert(TWIN_AES_KEY_MAX / HALF * ROUNDS < 256, "steps are counted in one byte");

static void decrypt_block(const br_aes_ct_cbcdec_keys *keys, uint8_t block[BLOCK])
{
    uint8_t iv[BLOCK] = {0}; /* one block of CBC with this is the block cipher itself */

    br_aes_ct_cbcdec_run(keys, iv, block, BLOCK);
}

static twin_err_t unwrap(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len)
{
    br_aes_ct_cbcdec_keys keys;
    uint8_t block[BLOCK], wrong = 0;

    if (own.len != key_len || wrapped.len != key_len + HALF) {
        return TWIN_E_FORMAT;
    }
    br_aes_ct_cbcdec_init(&keys, own.ptr, own.len);
    memcpy(block, wrapped.ptr, HALF);
    memcpy(key, wrapped.ptr + HALF, key_len);
    for (size_t step = key_len / HALF * ROUNDS; step > 0; step--) {
        uint8_t *unit = &key[(step - 1) % (key_len / HALF) * HALF];
        block[HALF - 1] ^= (uint8_t)step;
        memcpy(&block[HALF], unit, HALF);
        decrypt_block(&keys, block);
        memcpy(unit, &block[HALF], HALF);
    }
    for (size_t i = 0; i < HALF; i++) {
        wrong |= block[i] ^ FIRST;
    }
    twin_erase_secret(&keys, sizeof(keys));
    twin_erase_secret(block, sizeof(block));
    return wrong == 0 ? TWIN_OK : TWIN_E_VERIFY;
}

const struct twin_unwrap_alg twin_unwrap_kw = {.tlv = 0x31, .unwrap = unwrap};
