/*
 * hash.h - the hash functions of images. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <openssl/evp.h>

#define HASH_LEN_MAX 64

enum hash_id { HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_COUNT };

struct hash_alg {
    const char *name; /* "SHA256" */
    const char *bits; /* as --sha takes it */
    uint16_t tlv;
    uint8_t len; /* bytes */
    const EVP_MD *(*md)(void);
};

extern const struct hash_alg hash_algs[HASH_COUNT];

/* The one whose TLV this is; NULL if none. */
const struct hash_alg *hash_by_tlv(uint16_t tlv);

/* Hash one or two pieces after each other. OpenSSL failing here ends the program. */
void hash_compute(const struct hash_alg *alg, struct twin_span first, struct twin_span second,
                  uint8_t out[HASH_LEN_MAX]);
