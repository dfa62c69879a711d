/*
 * keys/hash.h - the hash functions of images: the one table of them.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "twin/bytes.h"
#include <openssl/evp.h>

#define TWIN_HASH_LEN_MAX 64

enum twin_hash_id { TWIN_HASH_SHA256, TWIN_HASH_SHA384, TWIN_HASH_SHA512, TWIN_HASH_COUNT };

struct twin_hash {
    const char *name; /* "SHA256" */
    const char *bits; /* "256", as --sha takes it */
    uint16_t tlv;     /* of a digest in an image */
    uint8_t len;      /* bytes of a digest */
    const EVP_MD *(*md)(void);
};

extern const struct twin_hash twin_hashes[TWIN_HASH_COUNT];

/* The one whose TLV this is; NULL if none. */
const struct twin_hash *twin_hash_by_tlv(uint16_t tlv);

/*
 * Hash bytes. out gets hash->len of them. TWIN_ERROR_REFUSED: OpenSSL cannot, for lack of memory or
 * because it is not installed whole; out is all zeros then.
 */
enum twin_error_code twin_hash_compute(const struct twin_hash *hash, struct twin_span bytes,
                                       uint8_t out[TWIN_HASH_LEN_MAX], struct twin_error *error);
