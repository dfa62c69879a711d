/*
 * signed_image.c - see signed_image.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/signed_image.h"
#include "support/simflash.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_LEN          32
#define SIG_LEN             256
#define WRAPPED_LEN         (4 + 40)
#define DEPENDENCY_AREA_LEN (4 + 4 + 12)

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* The numbers of a private key, moved from where one struct has them to where another has. */
static void rebase(struct test_key *key, const struct test_key *from)
{
    unsigned char **const parts[] = {&key->private.p, &key->private.q, &key->private.dp,
                                     &key->private.dq, &key->private.iq};

    for (size_t i = 0; i < TWIN_COUNT(parts); i++) {
        *parts[i] = key->private_bytes + (*parts[i] - from->private_bytes);
    }
    key->modulus.n = key->public_bytes + (key->modulus.n - from->public_bytes);
    key->modulus.e = key->public_bytes + (key->modulus.e - from->public_bytes);
    key->public.der = key->der;
}

static void make(struct test_key *key, uint32_t number)
{
    static const uint8_t head[] = {0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};
    static const uint8_t tail[] = {0x02, 0x03, 0x01, 0x00, 0x01};
    br_hmac_drbg_context random;

    br_hmac_drbg_init(&random, &br_sha256_vtable, &number, sizeof(number));
    must(br_rsa_keygen_get_default()(&random.vtable, &key->private, key->private_bytes,
                                     &key->modulus, key->public_bytes, 2048, 65537) == 1 &&
         key->modulus.nlen == SIG_LEN);
    memcpy(key->der, head, sizeof(head));
    memcpy(key->der + sizeof(head), key->modulus.n, SIG_LEN);
    memcpy(key->der + sizeof(head) + SIG_LEN, tail, sizeof(tail));
    key->public = (struct twin_pubkey){.der = key->der, .len = sizeof(key->der)};
}

/* Making a key takes longer than most of what is done with it, and many devices have the same. */
void test_key_make(struct test_key *key, uint32_t number)
{
    static struct test_key last;
    static uint32_t last_number;

    if (number == 0 || number != last_number) {
        make(&last, number);
        last_number = number;
    }
    *key = last;
    rebase(key, &last);
}

static void sha256(const void *data, size_t len, uint8_t hash[32])
{
    br_sha256_context ctx;

    br_sha256_init(&ctx);
    br_sha256_update(&ctx, data, len);
    br_sha256_out(&ctx, hash);
}

/* XOR the MGF1 mask of a seed over data. */
static void mask(uint8_t *data, size_t len, const uint8_t seed[32])
{
    uint8_t input[36], block[32];

    memcpy(input, seed, 32);
    memset(&input[32], 0, 4);
    for (size_t i = 0; i < len; i++) {
        if (i % 32 == 0) {
            input[35] = (uint8_t)(i / 32);
            sha256(input, sizeof(input), block);
        }
        data[i] ^= block[i % 32];
    }
}

/* RFC 8017 section 9.1.1 with SHA-256 and a salt of 32 bytes, which here is always the same. */
void test_pss_encode(const uint8_t hash[32], uint8_t em[SIG_LEN])
{
    uint8_t block[8 + 32 + 32] = {0};
    uint8_t *seed = &em[SIG_LEN - 33];

    memset(em, 0, SIG_LEN);
    memset(&block[40], 0x5a, 32);
    memcpy(&block[8], hash, 32);
    sha256(block, sizeof(block), seed);
    em[SIG_LEN - 66] = 0x01;
    memcpy(&em[SIG_LEN - 65], &block[40], 32);
    mask(em, SIG_LEN - 33, seed);
    em[0] &= 0x7f;
    em[SIG_LEN - 1] = 0xbc;
}

void test_rsa_private(const struct test_key *key, uint8_t em[SIG_LEN])
{
    must(br_rsa_private_get_default()(em, &key->private) == 1);
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

/* Hash and signature of what stands before `end`, a wrapped key if there is one, and everything
 * counted. */
static void sign_with(struct test_image *image, const struct test_key *key, uint32_t hashed_len,
                      struct twin_span wrapped)
{
    uint8_t hash[32], sig[SIG_LEN], *tlvs = image->bytes + hashed_len;

    sha256(image->bytes, hashed_len, hash);
    uint8_t *end = put_tlv(tlvs + 4, TWIN_TLV_SHA256, hash, sizeof(hash));
    if (wrapped.len != 0) {
        end = put_tlv(end, TWIN_TLV_ENC_KW, wrapped.ptr, (uint16_t)wrapped.len);
    }
    if (key != NULL) {
        test_pss_encode(hash, sig);
        test_rsa_private(key, sig);
        sha256(key->der, sizeof(key->der), hash);
        end = put_tlv(end, TWIN_TLV_KEYHASH, hash, sizeof(hash));
        end = put_tlv(end, TWIN_TLV_RSA2048, sig, sizeof(sig));
    }
    twin_put_le16(tlvs, TWIN_TLV_MAGIC);
    twin_put_le16(tlvs + 2, (uint16_t)(end - tlvs));
    image->len = (uint32_t)(end - image->bytes);
}

void test_image_sign(struct test_image *image, const struct test_key *key, uint32_t hashed_len)
{
    sign_with(image, key, hashed_len, (struct twin_span){0});
}

/* Header and payload; returns what comes behind it. */
static uint8_t *begin(struct test_image *image, uint8_t major, uint32_t payload_len, uint32_t flags)
{
    uint32_t seed = major * 7919u + payload_len;

    image->bytes =
        malloc(HEADER_LEN + payload_len + DEPENDENCY_AREA_LEN + TEST_IMAGE_TLVS_LEN + WRAPPED_LEN);
    image->stored = NULL;
    must(image->bytes != NULL);
    put_header(image->bytes, major, payload_len, flags);
    for (uint32_t i = 0; i < payload_len; i++) {
        image->bytes[HEADER_LEN + i] = (uint8_t)sim_random(&seed);
    }
    return image->bytes + HEADER_LEN + payload_len;
}

void test_image_make(struct test_image *image, const struct test_key *key, uint8_t major,
                     uint32_t payload_len, uint32_t flags)
{
    uint8_t *end = begin(image, major, payload_len, flags);

    test_image_sign(image, key, (uint32_t)(end - image->bytes));
}

void test_image_make_depending(struct test_image *image, const struct test_key *key, uint8_t major,
                               uint32_t payload_len, uint8_t on_image, uint8_t on_major)
{
    const uint8_t dependency[12] = {on_image, 0, 0, 0, on_major};
    uint8_t *area = begin(image, major, payload_len, 0);

    twin_put_le16(image->bytes + 10, DEPENDENCY_AREA_LEN);
    twin_put_le16(area, TWIN_TLV_MAGIC_PROT);
    twin_put_le16(area + 2, DEPENDENCY_AREA_LEN);
    uint8_t *end = put_tlv(area + 4, TWIN_TLV_DEPENDENCY, dependency, sizeof(dependency));
    test_image_sign(image, key, (uint32_t)(end - image->bytes));
}

/* AES key wrap, RFC 3394 section 2.2.1. */
static void wrap(const uint8_t *kek, const uint8_t *key, size_t len, uint8_t *wrapped)
{
    br_aes_small_cbcenc_keys keys;
    uint8_t block[16];

    br_aes_small_cbcenc_init(&keys, kek, len);
    memset(wrapped, 0xa6, 8);
    memcpy(&wrapped[8], key, len);
    for (unsigned step = 1; step <= 6 * len / 8; step++) {
        uint8_t iv[16] = {0}, *unit = &wrapped[8 + (step - 1) % (len / 8) * 8];
        memcpy(block, wrapped, 8);
        memcpy(&block[8], unit, 8);
        br_aes_small_cbcenc_run(&keys, iv, block, sizeof(block));
        memcpy(wrapped, block, 8);
        wrapped[7] ^= (uint8_t)step;
        memcpy(unit, &block[8], 8);
    }
}

void test_image_make_encrypted(struct test_image *image, const struct test_key *key, uint8_t major,
                               uint32_t payload_len, const uint8_t *kek, uint8_t kek_len)
{
    const uint32_t flag = kek_len == 16 ? TWIN_IMAGE_ENCRYPTED_AES128 : TWIN_IMAGE_ENCRYPTED_AES256;
    uint8_t image_key[32], wrapped[40];
    br_aes_small_ctr_keys ctr;
    const uint8_t iv[12] = {0};

    memset(image_key, major, sizeof(image_key));
    wrap(kek, image_key, kek_len, wrapped);
    uint8_t *end = begin(image, major, payload_len, flag);
    /* A stretch that reads erased, which a copy may not leave out. */
    if (payload_len > 4096) {
        memset(image->bytes + 1024, 0xff, 2048);
    }
    sign_with(image, key, (uint32_t)(end - image->bytes),
              (struct twin_span){wrapped, kek_len + 8u});
    image->stored = malloc(image->len);
    must(image->stored != NULL);
    memcpy(image->stored, image->bytes, image->len);
    br_aes_small_ctr_init(&ctr, image_key, kek_len);
    (void)br_aes_small_ctr_run(&ctr, iv, 0, image->stored + HEADER_LEN, payload_len);
}

const uint8_t *test_image_stored(const struct test_image *image)
{
    return image->stored != NULL ? image->stored : image->bytes;
}

void test_image_free(struct test_image *image)
{
    free(image->stored);
    free(image->bytes);
}
