/*
 * aes_ctr.c - AES in counter mode, with BearSSL's bitsliced AES. The counter is the number of the
 * block; what stands before it is zero. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/unwrap.h"
#include <bearssl.h>
#include <string.h>

#define BLOCK  16
#define IV_LEN 12

_Static_assert(sizeof(br_aes_ct_ctr_keys) <= sizeof(struct twin_aes_ctr),
               "the state must fit into the public struct");

static const uint8_t iv[IV_LEN];

void twin_aes_ctr_init(struct twin_aes_ctr *ctr, const uint8_t *key, size_t len)
{
    br_aes_ct_ctr_init((br_aes_ct_ctr_keys *)(void *)ctr->priv, key, len);
}

void twin_aes_ctr_run(const struct twin_aes_ctr *ctr, uint32_t off, uint8_t *data, size_t len)
{
    const br_aes_ct_ctr_keys *keys = (const br_aes_ct_ctr_keys *)(const void *)ctr->priv;
    const uint32_t into = off % BLOCK;

    if (into != 0) { /* it begins inside a block */
        uint8_t block[BLOCK] = {0};
        const size_t part = len < BLOCK - into ? len : BLOCK - into;
        memcpy(&block[into], data, part);
        (void)br_aes_ct_ctr_run(keys, iv, off / BLOCK, block, BLOCK);
        memcpy(data, &block[into], part);
        off += (uint32_t)part;
        data += part;
        len -= part;
    }
    (void)br_aes_ct_ctr_run(keys, iv, off / BLOCK, data, len);
}
