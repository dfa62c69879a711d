/*
 * test_signatures.c - every kind of signature of lib/crypto: what OpenSSL signs is taken, and
 * nothing that is wrong in one place; and keys that are revoked.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/signed_image.h"
#include "support/simflash.h"
#include "twin/crypto.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define DER_MAX  400
#define SEQUENCE 0x30
#define INTEGER  0x02

struct kind {
    const char *name;
    const struct twin_sig_alg *alg;
    const char *type, *group; /* of the key, for OpenSSL */
    unsigned bits;            /* RSA */
    unsigned coord;           /* ECDSA: bytes of a number in a signature */
};
static const struct kind kinds[] = {
    {"rsa-2048", &twin_sig_rsa2048, "RSA", NULL, 2048, 0},
    {"rsa-3072", &twin_sig_rsa3072, "RSA", NULL, 3072, 0},
    {"p256", &twin_sig_p256, "EC", "P-256", 0, 32},
#ifdef TEST_P256M
    {"p256m", &twin_sig_p256m, "EC", "P-256", 0, 32},
#endif
    {"p384", &twin_sig_p384, "EC", "P-384", 0, 48},
#ifdef TEST_ED25519
    {"ed25519", &twin_sig_ed25519, "ED25519", NULL, 0, 0},
    {"ed25519_sha512", &twin_sig_ed25519_sha512, "ED25519", NULL, 0, 0},
#endif
};

struct sample {
    const struct kind *kind;
    uint8_t der[DER_MAX], hash[TWIN_HASH_MAX], sig[TWIN_SIG_MAX + 1];
    size_t len; /* of sig */
    struct twin_pubkey key;
};

static EVP_PKEY *make_key(const struct kind *kind)
{
    if (kind->bits != 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, kind->type, (size_t)kind->bits);
    }
    return kind->group != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, kind->type, kind->group)
                               : EVP_PKEY_Q_keygen(NULL, NULL, kind->type);
}

/* Sign a hash: it is what Ed25519 takes for the message, and for the others it is the digest. */
static void sign(struct sample *sample, EVP_PKEY *key)
{
    const size_t hash_len = sample->kind->alg->hash->len;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    EVP_MD_CTX *whole = EVP_MD_CTX_new();

    sample->len = TWIN_SIG_MAX;
    if (strcmp(sample->kind->type, "ED25519") == 0) {
        CHECK(EVP_DigestSignInit(whole, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(whole, sample->sig, &sample->len, sample->hash, hash_len) == 1);
    } else {
        CHECK_EQ(EVP_PKEY_sign_init(ctx), 1);
        if (sample->kind->bits != 0) {
            CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) == 1 &&
                  EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
        }
        CHECK_EQ(EVP_PKEY_sign(ctx, sample->sig, &sample->len, sample->hash, hash_len), 1);
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_MD_CTX_free(whole);
}

static void make(struct sample *sample, const struct kind *kind)
{
    EVP_PKEY *key = make_key(kind);
    uint8_t *end = sample->der;

    CHECK(key != NULL);
    memset(sample, 0, sizeof(*sample));
    sample->kind = kind;
    int len = kind->bits != 0 ? i2d_PublicKey(key, &end) : i2d_PUBKEY(key, &end);
    sample->key = (struct twin_pubkey){.der = sample->der, .len = (uint32_t)len};
    for (unsigned i = 0; i < kind->alg->hash->len; i++) {
        sample->hash[i] = (uint8_t)(i * 7 + 1);
    }
    sign(sample, key);
    EVP_PKEY_free(key);
}

static bool takes(const struct sample *sample, const uint8_t *sig, size_t len)
{
    return sample->kind->alg->verify(&sample->key, sample->hash, (struct twin_span){sig, len}) ==
           TWIN_PROVEN;
}

/* A bit anywhere in signature, hash and key; and each shorter signature. */
static void check_bits(struct sample *sample)
{
    const size_t step = sample->len > 100 ? 31 : 5;

    CHECK(takes(sample, sample->sig, sample->len));
    CHECK(sample->len <= sample->kind->alg->sig_len_max);
    for (size_t i = 0; i < sample->len; i += step) {
        sample->sig[i] ^= 0x10;
        CHECK(!takes(sample, sample->sig, sample->len));
        sample->sig[i] ^= 0x10;
        CHECK(!takes(sample, sample->sig, i));
    }
    for (size_t i = 0; i < sample->kind->alg->hash->len; i += 15) {
        sample->hash[i] ^= 0x01;
        CHECK(!takes(sample, sample->sig, sample->len));
        sample->hash[i] ^= 0x01;
    }
    for (size_t i = 0; i < sample->key.len; i += 13) {
        sample->der[i] ^= 0x08;
        CHECK(!takes(sample, sample->sig, sample->len));
        sample->der[i] ^= 0x08;
    }
    sample->key.len--;
    CHECK(!takes(sample, sample->sig, sample->len));
    sample->key.len++;
}

/* Put an INTEGER of these bytes behind a signature that is being made. */
static void add(uint8_t *sig, const uint8_t *bytes, size_t len)
{
    uint8_t *at = &sig[2 + sig[1]];

    at[0] = INTEGER;
    at[1] = (uint8_t)len;
    memcpy(&at[2], bytes, len);
    sig[1] = (uint8_t)(sig[1] + 2 + len);
}

static bool takes_pair(const struct sample *sample, const uint8_t *r, size_t r_len,
                       const uint8_t *s, size_t s_len)
{
    uint8_t sig[256] = {SEQUENCE, 0};

    add(sig, r, r_len);
    add(sig, s, s_len);
    return takes(sample, sig, 2u + sig[1]);
}

/* Numbers that are not in 1 to n - 1, and sound ones that DER writes in another way. */
static void check_numbers(const struct sample *sample)
{
    static const uint8_t p256_n[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
                                     0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9,
                                     0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    uint8_t wide[60] = {0}, high[60] = {0};
    const uint8_t *r = &sample->sig[4], *s = &r[r[-1] + 2];
    const size_t r_len = r[-1], s_len = s[-1], coord = sample->kind->coord;

    CHECK(takes_pair(sample, r, r_len, s, s_len));
    CHECK(!takes_pair(sample, wide, 1, s, s_len)); /* 0 */
    CHECK(!takes_pair(sample, r, r_len, wide, 1));
    CHECK(!takes_pair(sample, wide, 1, wide, 1));
    CHECK(!takes_pair(sample, r, 0, s, s_len));
    if (coord == 32) {
        CHECK(!takes_pair(sample, p256_n, sizeof(p256_n), s, s_len));
        CHECK(!takes_pair(sample, r, r_len, p256_n, sizeof(p256_n)));
    }
    memset(&high[1], 0xff, coord);
    CHECK(!takes_pair(sample, high, coord + 1, s, s_len)); /* above n */
    CHECK(!takes_pair(sample, r, r_len, high, coord + 1));
    CHECK(!takes_pair(sample, &high[1], coord, s, s_len)); /* negative */
    high[0] = 0x01;
    CHECK(!takes_pair(sample, high, coord + 1, s, s_len)); /* too long */
    memcpy(&wide[1], r, r_len);
    CHECK(!takes_pair(sample, wide, r_len + 1, s, s_len)); /* a zero too many */
}

/* s plus the order is another way to write s, for arithmetic. */
static void check_ed25519(struct sample *sample)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    unsigned carry = 0;

    for (unsigned i = 0; i < sizeof(order); i++) {
        carry += (unsigned)sample->sig[32 + i] + order[i];
        sample->sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    CHECK(!takes(sample, sample->sig, sample->len));
}

/* What a revoked key signed counts as if nobody knew the key. */
static void check_revoked(void)
{
    static struct test_key key;
    struct test_image made;
    struct sim_flash sim;
    struct twin_image image;

    test_key_make(&key, 1);
    test_image_make(&made, &key, 1, 1000, 0);
    sim_init(&sim, 8192, 4096, 4, 0xff);
    sim_put(&sim, 0, made.bytes, made.len);
    const struct twin_area area = {&sim.flash, 0, 8192};
    struct twin_pubkey keys[2] = {key.public, key.public};
    CHECK_EQ(twin_image_open(&image, &area, 0, made.len), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, keys, 1, &twin_sig_rsa2048), TWIN_OK);
    keys[0].is_revoked = true;
    CHECK_EQ(twin_image_verify(&image, keys, 1, &twin_sig_rsa2048), TWIN_E_VERIFY);
    CHECK_EQ(twin_image_verify(&image, keys, 2, &twin_sig_rsa2048), TWIN_OK);
    test_image_free(&made);
    sim_free(&sim);
}

int main(void)
{
    static struct sample sample;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        make(&sample, &kinds[i]);
        check_bits(&sample);
        if (kinds[i].coord != 0) {
            check_numbers(&sample);
        }
        if (strcmp(kinds[i].type, "ED25519") == 0) {
            check_ed25519(&sample);
        }
    }
    check_revoked();
    return check_report();
}
