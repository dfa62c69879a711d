/*
 * signed_image.h - images signed with throw-away RSA-2048 keys that live as long as the test. Made
 * with BearSSL only, so that they are there on every processor the tests run on.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"
#include <bearssl.h>
#include <stdbool.h>

struct test_key {
    br_rsa_private_key private;
    br_rsa_public_key modulus;
    uint8_t private_bytes[BR_RSA_KBUF_PRIV_SIZE(2048)], public_bytes[BR_RSA_KBUF_PUB_SIZE(2048)];
    uint8_t der[270];          /* PKCS#1 public key, as imgtool getpub prints it */
    struct twin_pubkey public; /* points to der */
};

/* Another key for every number. The struct must stay where it is. */
void test_key_make(struct test_key *key, uint32_t number);

/* A PSS encoding of a SHA-256 digest, and the private operation that makes a signature of it. */
void test_pss_encode(const uint8_t hash[TWIN_SHA256_LEN], uint8_t em[256]);
void test_rsa_private(const struct test_key *key, uint8_t em[256]);

struct test_image {
    uint8_t *bytes;  /* as it runs */
    uint8_t *stored; /* as it is stored, if that is not the same; otherwise NULL */
    uint32_t len;    /* header to last TLV */
};

/*
 * Make an image of version major.0.0 with a payload of payload_len pseudo-random bytes. Without a
 * key it carries a hash only. flags: enum twin_image_flag.
 */
void test_image_make(struct test_image *image, const struct test_key *key, uint8_t major,
                     uint32_t payload_len, uint32_t flags);
/* The same with one dependency, in the protected TLV area: at least version major.0.0 of an image.
 */
void test_image_make_depending(struct test_image *image, const struct test_key *key, uint8_t major,
                               uint32_t payload_len, uint8_t on_image, uint8_t on_major);
/* Hash and sign anew what stands in the first hashed_len bytes, which have TEST_IMAGE_TLVS_LEN
 * behind them. */
#define TEST_IMAGE_TLVS_LEN (4 + 36 + 36 + 4 + 256)
void test_image_sign(struct test_image *image, const struct test_key *key, uint32_t hashed_len);
/* Encrypted, with a key that is wrapped by AES with kek: 16 or 32 bytes, as long as the image's. A
 * part of a larger payload reads as erased flash. */
void test_image_make_encrypted(struct test_image *image, const struct test_key *key, uint8_t major,
                               uint32_t payload_len, const uint8_t *kek, uint8_t kek_len);
/* As it is stored as an update. */
const uint8_t *test_image_stored(const struct test_image *image);
void test_image_free(struct test_image *image);
