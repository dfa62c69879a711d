/*
 * hash.c - the hash functions of images. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hash.h"
#include "twin/image.h"

const struct twin_hash twin_hashes[TWIN_HASH_COUNT] = {
    [TWIN_HASH_SHA256] = {"SHA256", "256", TWIN_TLV_SHA256, 32, EVP_sha256},
    [TWIN_HASH_SHA384] = {"SHA384", "384", TWIN_TLV_SHA384, 48, EVP_sha384},
    [TWIN_HASH_SHA512] = {"SHA512", "512", TWIN_TLV_SHA512, 64, EVP_sha512},
};

const struct twin_hash *twin_hash_by_tlv(uint16_t tlv)
{
    for (int i = 0; i < TWIN_HASH_COUNT; i++) {
        if (twin_hashes[i].tlv == tlv) {
            return &twin_hashes[i];
        }
    }
    return NULL;
}

enum twin_error_code twin_hash_compute(const struct twin_hash *hash, struct twin_span bytes,
                                       uint8_t out[TWIN_HASH_LEN_MAX], struct twin_error *error)
{
    if (EVP_Digest(bytes.ptr, bytes.len, out, NULL, hash->md(), NULL) != 1) {
        memset(out, 0, TWIN_HASH_LEN_MAX);
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "OpenSSL cannot compute %s; is libcrypto installed whole?",
                              hash->name);
    }
    return TWIN_ERROR_NONE;
}
