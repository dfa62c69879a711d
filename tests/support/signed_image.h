/*
 * signed_image.h - images signed with a throw-away RSA-2048 key that lives as long as the test.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"
#include <stdbool.h>

struct test_key {
    void *pkey;                /* OpenSSL's */
    uint8_t der[300];          /* PKCS#1 public key, as imgtool getpub prints it */
    struct twin_pubkey public; /* points to der */
};

void test_key_make(struct test_key *key);
void test_key_free(struct test_key *key);

struct test_image {
    uint8_t *bytes;
    uint32_t len; /* header to last TLV */
};

/*
 * Make an image of version major.0.0 with a payload of payload_len pseudo-random bytes. Without a
 * key it carries a hash only. flags: enum twin_image_flag.
 */
void test_image_make(struct test_image *image, const struct test_key *key, uint8_t major,
                     uint32_t payload_len, uint32_t flags);
void test_image_free(struct test_image *image);
