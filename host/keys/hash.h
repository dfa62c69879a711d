/*
 * hash.h - the hash functions of images. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <openssl/evp.h>

#define TWIN_HASH_LEN_MAX 64

enum twin_hash_id { TWIN_HASH_SHA256, TWIN_HASH_SHA384, TWIN_HASH_SHA512, TWIN_HASH_COUNT };

struct twin_hash {
    const char *name; /* "SHA256" */
    const char *bits; /* as --sha takes it */
    uint16_t tlv;
    uint8_t len; /* bytes */
    const EVP_MD *(*md)(void);
};

extern const struct twin_hash twin_hashes[TWIN_HASH_COUNT];

/* The one whose TLV this is; NULL if none. */
const struct twin_hash *twin_hash_by_tlv(uint16_t tlv);

/* Hash one or two pieces after each other. OpenSSL failing here ends the program. */
void twin_hash_compute(const struct twin_hash *alg, struct twin_span first, struct twin_span second,
                       uint8_t out[TWIN_HASH_LEN_MAX]);
