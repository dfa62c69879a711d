/*
 * test_crypto_openssl.c - the OpenSSL backend of twin/crypto.h, on real images.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/image.h"
#include <stdlib.h>

static uint8_t *read_file(const char *name, uint32_t *len)
{
    char path[300];
    uint8_t *data = malloc(100000);

    snprintf(path, sizeof(path), "%s/image/%s", TEST_VECTORS, name);
    FILE *file = fopen(path, "rb");
    *len = file != NULL && data != NULL ? (uint32_t)fread(data, 1, 100000, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return data;
}

struct memory {
    uint8_t *bytes;
};

static twin_err_t read_memory(void *ctx, uint32_t addr, void *buf, size_t len)
{
    memcpy(buf, ((struct memory *)ctx)->bytes + addr, len);
    return TWIN_OK;
}

static twin_err_t verify(uint8_t *bytes, uint32_t len, const struct twin_pubkey *key,
                         const struct twin_sig_alg *alg)
{
    struct memory memory = {bytes};
    struct twin_flash flash = {.ctx = &memory,
                               .size = len,
                               .page_bytes = 1,
                               .write_bytes = 1,
                               .erased = 0xff,
                               .read = read_memory};
    struct twin_area area = {.flash = &flash, .addr = 0, .len = len};
    struct twin_image image;
    twin_err_t err = twin_image_open(&image, &area, 0, len);

    return err != TWIN_OK ? err : twin_image_verify(&image, key, 1, alg);
}

/* Why a signature is not good, or TWIN_OK. */
static twin_err_t sig_verify(const struct twin_sig_alg *alg, const struct twin_pubkey *key,
                             const uint8_t hash[TWIN_SHA256_LEN], struct twin_span sig)
{
    return twin_proof_error(alg->verify(key, hash, sig));
}

static void test_images(const char *image_name, const char *key_name, const char *other_name,
                        const struct twin_sig_alg *alg)
{
    uint32_t len, key_len, other_len;
    uint8_t *bytes = read_file(image_name, &len), *der = read_file(key_name, &key_len),
            *other_der = read_file(other_name, &other_len);
    struct twin_pubkey key = {.der = der, .len = key_len},
                       other = {.der = other_der, .len = other_len};

    CHECK(len > 0 && key_len > 0 && other_len > 0);
    CHECK_EQ(verify(bytes, len, &key, alg), TWIN_OK);
    CHECK(verify(bytes, len, &other, alg) != TWIN_OK);
    for (uint32_t i = 0; i < len; i += i < 64 || i > len - 200 ? 1 : 37) {
        bytes[i] ^= 0x10;
        CHECK(verify(bytes, len, &key, alg) != TWIN_OK);
        bytes[i] ^= 0x10;
    }
    free(bytes);
    free(der);
    free(other_der);
}

/* Keys and signatures that are not of the kind at all. */
static void test_formats(void)
{
    uint32_t len, rsa_len;
    uint8_t *der = read_file("pub/ecdsa-p256.der", &len),
            *rsa = read_file("pub/rsa-2048-trad.der", &rsa_len);
    uint8_t hash[TWIN_SHA256_LEN] = {1}, sig[256] = {0x30, 0x06, 0x02, 0x01, 1, 0x02, 0x01, 1};
    struct twin_pubkey key = {.der = der, .len = len}, rsa_key = {.der = rsa, .len = rsa_len};

    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, (struct twin_span){sig, 8}), TWIN_E_VERIFY);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, (struct twin_span){sig, 7}), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, (struct twin_span){sig, 200}), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_p256, &rsa_key, hash, (struct twin_span){sig, 8}), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &rsa_key, hash, (struct twin_span){sig, 255}),
             TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &rsa_key, hash, (struct twin_span){sig, 256}),
             TWIN_E_VERIFY);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key, hash, (struct twin_span){sig, 256}),
             TWIN_E_FORMAT);
    for (uint32_t cut = 0; cut < rsa_len; cut++) {
        struct twin_pubkey shorter = {.der = rsa, .len = cut};
        CHECK_EQ(sig_verify(&twin_sig_rsa2048, &shorter, hash, (struct twin_span){sig, 256}),
                 TWIN_E_FORMAT);
    }
    free(der);
    free(rsa);
}

static void test_sha256(void)
{
    static const uint8_t want[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                   0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                   0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    struct twin_sha256 ctx;
    uint8_t out[TWIN_SHA256_LEN];

    twin_sha256_init(&ctx);
    twin_sha256_update(&ctx, "a", 1);
    twin_sha256_update(&ctx, "bc", 2);
    twin_sha256_final(&ctx, out);
    CHECK_MEM(out, want, sizeof(want));
}

int main(void)
{
    test_sha256();
    test_formats();
    test_images("img/rsa-2048.bin", "pub/rsa-2048-trad.der", "pub/rsa-3072.der", &twin_sig_rsa2048);
    test_images("img/ecdsa-p256-sigout.bin", "pub/ecdsa-p256.der", "pub/ecdsa-p384.der",
                &twin_sig_p256);
    test_images("img/ecdsa-p256-padsig.bin", "pub/ecdsa-p256.der", "pub/ed25519.der",
                &twin_sig_p256);
    return check_report();
}
