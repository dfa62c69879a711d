/*
 * hash.c - the hash functions of images. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hash.h"
#include "cli/cli.h"
#include "twin/image.h"
#include <stdlib.h>

const struct hash_alg hash_algs[HASH_COUNT] = {
    [HASH_SHA256] = {"SHA256", "256", TWIN_TLV_SHA256, 32, EVP_sha256},
    [HASH_SHA384] = {"SHA384", "384", TWIN_TLV_SHA384, 48, EVP_sha384},
    [HASH_SHA512] = {"SHA512", "512", TWIN_TLV_SHA512, 64, EVP_sha512},
};

const struct hash_alg *hash_by_tlv(uint16_t tlv)
{
    for (int i = 0; i < HASH_COUNT; i++) {
        if (hash_algs[i].tlv == tlv) {
            return &hash_algs[i];
        }
    }
    return NULL;
}

void hash_compute(const struct hash_alg *alg, struct twin_span first, struct twin_span second,
                  uint8_t out[HASH_LEN_MAX])
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
