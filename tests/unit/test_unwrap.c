/*
 * test_unwrap.c - keys of images, wrapped by OpenSSL as imgtool does it, unwrapped as a bootloader
 * does it: the right one comes out, and nothing else does. AES in counter mode.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "keys/hash.h"
#include "signing/wrap.h"
#include "twin/unwrap.h"
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define OWN_MAX 1300 /* an RSA key in DER */

/* A device: its key, as OpenSSL and as the bootloader have it. */
struct device {
    const struct twin_unwrap_alg *alg;
    struct twin_key key;
    uint8_t own[OWN_MAX];
    size_t own_len;
    enum twin_hash_id hash;
};

static void random_bytes(uint8_t *bytes, size_t len)
{
    CHECK(RAND_bytes(bytes, (int)len) == 1);
}

static struct device make_kw(size_t len)
{
    struct device device = {.alg = &twin_unwrap_kw, .own_len = len};

    random_bytes(device.own, len);
    return device;
}

static struct device make_ec256(const struct twin_unwrap_alg *alg)
{
    struct device device = {.alg = alg, .own_len = 32};
    BIGNUM *number = NULL;

    device.key.type = &twin_key_types[TWIN_KEY_P256];
    device.key.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    CHECK(EVP_PKEY_get_bn_param(device.key.pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
    CHECK_EQ(BN_bn2binpad(number, device.own, 32), 32);
    BN_free(number);
    return device;
}

static struct device make_rsa(void)
{
    struct device device = {.alg = &twin_unwrap_rsa2048};
    uint8_t *end = device.own;

    device.key.type = &twin_key_types[TWIN_KEY_RSA2048];
    device.key.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    int len = i2d_PrivateKey(device.key.pkey, NULL);
    CHECK(len > 0 && len <= OWN_MAX && i2d_PrivateKey(device.key.pkey, &end) == len);
    device.own_len = (size_t)len;
    return device;
}

static struct device make_x25519(const struct twin_unwrap_alg *alg, enum twin_hash_id hash)
{
    struct device device = {.alg = alg, .own_len = 32, .hash = hash};
    size_t len = OWN_MAX;

    device.key.type = &twin_key_types[TWIN_KEY_X25519];
    device.key.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    CHECK(EVP_PKEY_get_raw_private_key(device.key.pkey, device.own, &len) == 1 && len == 32);
    return device;
}

/* The value of the TLV that imgtool would make. */
static size_t wrap(const struct device *device, const uint8_t *image_key, size_t len,
                   uint8_t value[TWIN_WRAPPED_MAX])
{
    struct twin_tlv_area area = {0};
    const struct twin_key *receiver = device->key.pkey != NULL ? &device->key : NULL;

    CHECK(twin_wrap_key(receiver, &twin_hashes[device->hash],
                        (struct twin_span){device->own, device->own_len},
                        (struct twin_span){image_key, len}, &area));
    const size_t value_len = area.entries.len - 4;
    CHECK_EQ(twin_get_le16(area.entries.data), device->alg->tlv);
    memcpy(value, area.entries.data + 4, value_len);
    twin_buf_free(&area.entries);
    return value_len;
}

static twin_err_t unwrap(const struct device *device, const uint8_t *value, size_t value_len,
                         uint8_t *key, size_t key_len)
{
    /* On the heap, exactly as long as it is: nothing behind it is read. */
    uint8_t *copy = malloc(value_len + 1);

    CHECK(copy != NULL);
    memmove(copy + 1, value, value_len);
    twin_err_t err = device->alg->unwrap((struct twin_span){device->own, device->own_len},
                                         (struct twin_span){copy + 1, value_len}, key, key_len);
    free(copy);
    return err;
}

/* Every bit of the value, every shorter one, a longer one, and the other length of keys. */
static void check_hostile(const struct device *device, uint8_t value[TWIN_WRAPPED_MAX], size_t len,
                          const uint8_t *image_key, size_t key_len)
{
    uint8_t key[TWIN_AES_KEY_MAX];

    for (size_t bit = 0; bit < 8 * len; bit += 3) {
        if (bit == 255 && device->key.type == &twin_key_types[TWIN_KEY_X25519]) {
            continue; /* the one that does not count in a public key: RFC 7748 section 5 */
        }
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
        twin_err_t err = unwrap(device, value, len, key, key_len);
        CHECK(err == TWIN_E_VERIFY || err == TWIN_E_FORMAT);
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t shorter = 0; shorter < len; shorter++) {
        CHECK_EQ(unwrap(device, value, shorter, key, key_len), TWIN_E_FORMAT);
    }
    CHECK_EQ(unwrap(device, value, len + 1, key, key_len), TWIN_E_FORMAT);
    CHECK(unwrap(device, value, len, key, 48 - key_len) != TWIN_OK);
    CHECK_EQ(unwrap(device, value, len, key, key_len), TWIN_OK);
    CHECK(memcmp(key, image_key, key_len) == 0);
}

static void check_device(struct device *device, const struct device *other, size_t key_len)
{
    uint8_t image_key[TWIN_AES_KEY_MAX], key[TWIN_AES_KEY_MAX], value[TWIN_WRAPPED_MAX + 1] = {0};

    for (int i = 0; i < 10; i++) {
        random_bytes(image_key, key_len);
        const size_t len = wrap(device, image_key, key_len, value);
        CHECK_EQ(unwrap(device, value, len, key, key_len), TWIN_OK);
        CHECK(memcmp(key, image_key, key_len) == 0);
        CHECK_EQ(unwrap(other, value, len, key, key_len), TWIN_E_VERIFY);
        if (i == 0) {
            check_hostile(device, value, len, image_key, key_len);
        }
    }
    const size_t len = wrap(device, image_key, key_len, value);
    device->own_len--;
    CHECK_EQ(unwrap(device, value, len, key, key_len), TWIN_E_FORMAT);
    device->own_len++;
}

/* Any part of a stream, from any offset, is as OpenSSL has it. */
static void check_ctr(size_t key_len)
{
    uint8_t key[TWIN_AES_KEY_MAX], plain[200], all[200], part[200];
    const uint8_t iv[16] = {0};
    struct twin_aes_ctr ctr;
    int len;

    random_bytes(key, sizeof(key));
    random_bytes(plain, sizeof(plain));
    EVP_CIPHER_CTX *openssl = EVP_CIPHER_CTX_new();
    CHECK(EVP_EncryptInit_ex(openssl, key_len == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), NULL,
                             key, iv) == 1 &&
          EVP_EncryptUpdate(openssl, all, &len, plain, sizeof(plain)) == 1);
    EVP_CIPHER_CTX_free(openssl);
    twin_aes_ctr_init(&ctr, key, key_len);
    for (uint32_t from = 0; from < 40; from++) {
        for (uint32_t to = from; to <= sizeof(plain); to += 7) {
            memcpy(part, plain, sizeof(part));
            twin_aes_ctr_run(&ctr, from, &part[from], to - from);
            CHECK(memcmp(&part[from], &all[from], to - from) == 0);
            CHECK(memcmp(&part[to], &plain[to], sizeof(part) - to) == 0);
        }
    }
}

/* Both halves of each pair, with keys of both lengths. */
static void check_pair(struct device pair[2])
{
    check_device(&pair[0], &pair[1], 16);
    check_device(&pair[0], &pair[1], 32);
    EVP_PKEY_free(pair[0].key.pkey);
    EVP_PKEY_free(pair[1].key.pkey);
}

int main(void)
{
    struct device kw[] = {make_kw(16), make_kw(16), make_kw(32), make_kw(32)};

    check_ctr(16);
    check_ctr(32);
    check_device(&kw[0], &kw[1], 16);
    check_device(&kw[2], &kw[3], 32);
    check_pair((struct device[]){make_ec256(&twin_unwrap_ec256), make_ec256(&twin_unwrap_ec256)});
#ifdef TEST_P256M
    check_pair((struct device[]){make_ec256(&twin_unwrap_ec256m), make_ec256(&twin_unwrap_ec256m)});
#endif
    check_pair((struct device[]){make_rsa(), make_rsa()});
    check_pair((struct device[]){make_x25519(&twin_unwrap_x25519, TWIN_HASH_SHA256),
                                 make_x25519(&twin_unwrap_x25519, TWIN_HASH_SHA256)});
    check_pair((struct device[]){make_x25519(&twin_unwrap_x25519_sha512, TWIN_HASH_SHA512),
                                 make_x25519(&twin_unwrap_x25519_sha512, TWIN_HASH_SHA512)});
    return check_report();
}
