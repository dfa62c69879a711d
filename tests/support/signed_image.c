/*
 * signed_image.c - see signed_image.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/signed_image.h"
#include "support/simflash.h"
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LEN 32
#define SIG_LEN    256

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

void test_key_make(struct test_key *key)
{
    EVP_PKEY *pkey = EVP_RSA_gen(2048);
    uint8_t *end = key->der;

    must(pkey != NULL);
    int len = i2d_PublicKey(pkey, NULL);
    must(len > 0 && (size_t)len <= sizeof(key->der) && i2d_PublicKey(pkey, &end) == len);
    key->pkey = pkey;
    key->public = (struct twin_pubkey){key->der, (uint32_t)len};
}

void test_key_free(struct test_key *key)
{
    EVP_PKEY_free(key->pkey);
}

static void sign(const struct test_key *key, const uint8_t *data, size_t len, uint8_t sig[SIG_LEN])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;
    size_t sig_len = SIG_LEN;

    must(EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key->pkey) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32) == 1 &&
         EVP_DigestSign(ctx, sig, &sig_len, data, len) == 1 && sig_len == SIG_LEN);
    EVP_MD_CTX_free(ctx);
}

static uint8_t *put_tlv(uint8_t *out, uint16_t type, const uint8_t *value, uint16_t len)
{
    twin_put_le16(out, type);
    twin_put_le16(out + 2, len);
    memcpy(out + 4, value, len);
    return out + 4 + len;
}

static void put_header(uint8_t *out, uint8_t major, uint32_t payload_len, uint32_t flags)
{
    memset(out, 0, HEADER_LEN);
    twin_put_le32(out, TWIN_IMAGE_MAGIC);
    twin_put_le16(out + 8, HEADER_LEN);
    twin_put_le32(out + 12, payload_len);
    twin_put_le32(out + 16, flags);
    out[20] = major;
}

void test_image_make(struct test_image *image, const struct test_key *key, uint8_t major,
                     uint32_t payload_len, uint32_t flags)
{
    uint32_t hashed = HEADER_LEN + payload_len, seed = major * 7919u + payload_len;
    uint8_t hash[32], sig[SIG_LEN];

    image->bytes = malloc(hashed + 4 + 36 + 36 + 4 + SIG_LEN);
    must(image->bytes != NULL);
    put_header(image->bytes, major, payload_len, flags);
    for (uint32_t i = 0; i < payload_len; i++) {
        image->bytes[HEADER_LEN + i] = (uint8_t)sim_random(&seed);
    }
    must(EVP_Digest(image->bytes, hashed, hash, NULL, EVP_sha256(), NULL) == 1);
    uint8_t *tlvs = image->bytes + hashed;
    uint8_t *end = put_tlv(tlvs + 4, TWIN_TLV_SHA256, hash, sizeof(hash));
    if (key != NULL) {
        sign(key, image->bytes, hashed, sig);
        must(EVP_Digest(key->der, key->public.len, hash, NULL, EVP_sha256(), NULL) == 1);
        end = put_tlv(end, TWIN_TLV_KEYHASH, hash, sizeof(hash));
        end = put_tlv(end, TWIN_TLV_RSA2048, sig, sizeof(sig));
    }
    twin_put_le16(tlvs, TWIN_TLV_MAGIC);
    twin_put_le16(tlvs + 2, (uint16_t)(end - tlvs));
    image->len = (uint32_t)(end - image->bytes);
}

void test_image_free(struct test_image *image)
{
    free(image->bytes);
}
