/*
 * hash.c - the hash functions of images. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hash.h"
#include "cli/cli.h"
#include "twin/image.h"
#include <stdlib.h>

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

void twin_hash_compute(const struct twin_hash *alg, struct twin_span first, struct twin_span second,
                       uint8_t out[TWIN_HASH_LEN_MAX])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, alg->md(), NULL) != 1 ||
        EVP_DigestUpdate(ctx, first.ptr, first.len) != 1 ||
        EVP_DigestUpdate(ctx, second.ptr, second.len) != 1 ||
        EVP_DigestFinal_ex(ctx, out, NULL) != 1) {
        exit(cli_fail(CLI_REFUSED, "OpenSSL cannot compute %s; is libcrypto installed whole?",
                      alg->name));
    }
    EVP_MD_CTX_free(ctx);
}
