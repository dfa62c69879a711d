/*
 * test_crypto.c - the cryptography that firmware uses (lib/crypto): SHA-256, and signatures that
 * are wrong in one place. Keys and signatures are made here. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/signed_image.h"

#define SIG_LEN    256
#define MASKED_LEN 223 /* zeros, 01, salt of 32 */
#define ZEROS_LEN  190
#define POINT_OFF  26
#define P256_LEN   91

static struct twin_span span(const uint8_t *bytes, size_t len)
{
    return (struct twin_span){bytes, len};
}

/* FIPS 180-2: one block, an empty message, two blocks; and in pieces. */
static void check_sha256(void)
{
    static const struct {
        const char *text;
        uint8_t head[4], tail[4]; /* of the digest */
    } rows[] = {
        {"", {0xe3, 0xb0, 0xc4, 0x42}, {0x78, 0x52, 0xb8, 0x55}},
        {"abc", {0xba, 0x78, 0x16, 0xbf}, {0xf2, 0x00, 0x15, 0xad}},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         {0x24, 0x8d, 0x6a, 0x61},
         {0x19, 0xdb, 0x06, 0xc1}},
    };
    uint8_t out[TWIN_SHA256_LEN];
    struct twin_sha256 sha;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].text);
        for (size_t first = 0; first <= len; first++) {
            twin_sha256_init(&sha);
            twin_sha256_update(&sha, rows[i].text, first);
            twin_sha256_update(&sha, rows[i].text + first, len - first);
            twin_sha256_final(&sha, out);
            CHECK_MEM(out, rows[i].head, 4);
            CHECK_MEM(&out[28], rows[i].tail, 4);
        }
    }
}

/* Why a signature is not good, or TWIN_OK. */
static twin_err_t sig_verify(const struct twin_sig_alg *alg, const struct twin_pubkey *key,
                             const uint8_t hash[TWIN_SHA256_LEN], struct twin_span sig)
{
    return twin_proof_error(alg->verify(key, hash, sig));
}

static twin_err_t rsa_verify(const struct test_key *key, const uint8_t hash[TWIN_SHA256_LEN],
                             const uint8_t em[SIG_LEN])
{
    uint8_t sig[SIG_LEN];

    memcpy(sig, em, sizeof(sig));
    test_rsa_private(key, sig);
    return sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, sizeof(sig)));
}

/* Padding, the 01 behind it, the salt, the seed and the last byte: each wrong alone. */
static void check_pss(const struct test_key *key)
{
    uint8_t hash[TWIN_SHA256_LEN] = {0}, em[SIG_LEN];

    do { /* an encoding whose first bit can be set without exceeding the modulus */
        hash[0]++;
        test_pss_encode(hash, em);
    } while ((em[0] | 0x80) >= key->modulus.n[0]);
    CHECK_EQ(rsa_verify(key, hash, em), TWIN_OK);
    em[0] ^= 0x80;
    CHECK_EQ(rsa_verify(key, hash, em), TWIN_E_VERIFY);
    em[0] ^= 0x80;
    for (unsigned i = 0; i < SIG_LEN; i += i < 2 || i >= ZEROS_LEN - 1 ? 1 : 17) {
        uint8_t flip = i == 0 ? 0x01 : 0x10; /* what is behind the mask changes with it */
        em[i] ^= flip;
        CHECK_EQ(rsa_verify(key, hash, em), TWIN_E_VERIFY);
        em[i] ^= flip;
    }
    em[ZEROS_LEN] ^= 0x01; /* 00 instead of 01 */
    CHECK_EQ(rsa_verify(key, hash, em), TWIN_E_VERIFY);
    em[ZEROS_LEN] ^= 0x01;
    hash[31] ^= 1;
    CHECK_EQ(rsa_verify(key, hash, em), TWIN_E_VERIFY);
}

/* A shorter salt is an encoding of its own, which the reference does not take either. */
static void check_salt_len(const struct test_key *key)
{
    uint8_t block[8 + 32 + 31] = {0}, hash[TWIN_SHA256_LEN] = {7}, em[SIG_LEN] = {0};
    uint8_t input[36] = {0}, mask[TWIN_SHA256_LEN];
    struct twin_sha256 sha;

    memcpy(&block[8], hash, sizeof(hash));
    memset(&block[40], 0x5a, 31);
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, block, sizeof(block));
    twin_sha256_final(&sha, &em[MASKED_LEN]);
    em[ZEROS_LEN + 1] = 0x01;
    memset(&em[ZEROS_LEN + 2], 0x5a, 31);
    memcpy(input, &em[MASKED_LEN], 32);
    for (unsigned i = 0; i < MASKED_LEN; i++) {
        input[35] = (uint8_t)(i / 32);
        twin_sha256_init(&sha);
        twin_sha256_update(&sha, input, sizeof(input));
        twin_sha256_final(&sha, mask);
        em[i] ^= mask[i % 32];
    }
    em[0] &= 0x7f;
    em[SIG_LEN - 1] = 0xbc;
    CHECK_EQ(rsa_verify(key, hash, em), TWIN_E_VERIFY);
}

/* Whatever is not a key or a signature of this kind is told from one that does not match. */
static void check_rsa_formats(const struct test_key *key)
{
    uint8_t hash[TWIN_SHA256_LEN] = {1}, sig[SIG_LEN + 1] = {0}, der[271];
    struct twin_pubkey changed = {.der = der, .len = sizeof(key->der)};

    test_pss_encode(hash, sig);
    test_rsa_private(key, sig);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, 256)), TWIN_OK);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, 255)), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, 257)), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, 0)), TWIN_E_FORMAT);
    memcpy(der, key->der, sizeof(key->der));
    for (uint32_t i = 0; i < sizeof(key->der); i++) {
        bool is_modulus = i >= 9 && i < 9 + 256;
        der[i] ^= 0x20;
        CHECK_EQ(sig_verify(&twin_sig_rsa2048, &changed, hash, span(sig, 256)),
                 is_modulus ? TWIN_E_VERIFY : TWIN_E_FORMAT);
        der[i] ^= 0x20;
    }
    for (changed.len = 0; changed.len <= 271; changed.len++) {
        CHECK_EQ(sig_verify(&twin_sig_rsa2048, &changed, hash, span(sig, 256)),
                 changed.len == 270 ? TWIN_OK : TWIN_E_FORMAT);
    }
    memset(sig, 0xff, sizeof(sig)); /* above the modulus */
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, 256)), TWIN_E_VERIFY);
}

/* The modulus added to a signature changes nothing for arithmetic; it is another signature still.
 */
static void check_rsa_above_modulus(const struct test_key *key)
{
    uint8_t hash[TWIN_SHA256_LEN] = {0}, sig[SIG_LEN];
    unsigned carry = 1;

    while (carry != 0) { /* until one is small enough for the sum */
        hash[0]++;
        test_pss_encode(hash, sig);
        test_rsa_private(key, sig);
        CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, SIG_LEN)), TWIN_OK);
        carry = 0;
        for (unsigned i = SIG_LEN; i > 0; i--) {
            carry += (unsigned)sig[i - 1] + key->modulus.n[i - 1];
            sig[i - 1] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    CHECK_EQ(sig_verify(&twin_sig_rsa2048, &key->public, hash, span(sig, SIG_LEN)), TWIN_E_VERIFY);
}

static size_t p256_make(uint8_t der[P256_LEN], const uint8_t hash[TWIN_SHA256_LEN],
                        uint8_t sig[256])
{
    static const uint8_t head[POINT_OFF] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                            0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                            0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
    uint8_t private_bytes[BR_EC_KBUF_PRIV_MAX_SIZE], public_bytes[BR_EC_KBUF_PUB_MAX_SIZE];
    br_ec_private_key private;
    br_ec_public_key public;
    br_hmac_drbg_context random;

    br_hmac_drbg_init(&random, &br_sha256_vtable, "p256", 4);
    CHECK(br_ec_keygen(&random.vtable, &br_ec_prime_i31, &private, private_bytes,
                       BR_EC_secp256r1) == 32);
    CHECK(br_ec_compute_pub(&br_ec_prime_i31, &public, public_bytes, &private) == 65);
    memcpy(der, head, sizeof(head));
    memcpy(&der[POINT_OFF], public.q, 65);
    return br_ecdsa_i31_sign_asn1(&br_ec_prime_i31, &br_sha256_vtable, hash, &private, sig);
}

static void check_p256(void)
{
    uint8_t hash[TWIN_SHA256_LEN] = {3}, der[P256_LEN + 1] = {0}, sig[256] = {0};
    struct twin_pubkey key = {.der = der, .len = P256_LEN};
    size_t len = p256_make(der, hash, sig);

    CHECK(len >= 68 && len <= 72);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, len)), TWIN_OK);
    for (size_t padded = len; padded <= sizeof(sig);
         padded += 23) { /* zeros behind it: old tools */
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, padded)), TWIN_OK);
    }
    for (size_t cut = 0; cut < len; cut++) {
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, cut)), TWIN_E_FORMAT);
    }
    for (size_t i = 0; i < len; i++) {
        sig[i] ^= 0x80;
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, sizeof(sig))),
                 i < 2 ? TWIN_E_FORMAT : TWIN_E_VERIFY);
        sig[i] ^= 0x80;
    }
    hash[0] ^= 1;
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, len)), TWIN_E_VERIFY);
}

/* The length in the signature's second byte: at its limits, and one beside the true one. */
static void check_p256_lengths(void)
{
    uint8_t hash[TWIN_SHA256_LEN] = {3}, der[P256_LEN + 1] = {0}, sig[256] = {0};
    struct twin_pubkey key = {.der = der, .len = P256_LEN};
    size_t len = p256_make(der, hash, sig);
    static const uint8_t empty[] = {0x30, 0x00, 0x30};

    for (unsigned told = 0; told < 256; told++) {
        sig[1] = (uint8_t)told;
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, sizeof(sig))),
                 told >= 0x80      ? TWIN_E_FORMAT
                 : told + 2 == len ? TWIN_OK
                                   : TWIN_E_VERIFY);
    }
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(empty, 2)), TWIN_E_VERIFY);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(empty, 1)), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(empty, 0)), TWIN_E_FORMAT);
    CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(&empty[1], 2)), TWIN_E_FORMAT);
}

static void check_p256_keys(void)
{
    uint8_t hash[TWIN_SHA256_LEN] = {3}, der[P256_LEN + 1] = {0}, sig[256] = {0};
    struct twin_pubkey key = {.der = der, .len = P256_LEN};
    size_t len = p256_make(der, hash, sig);

    for (key.len = 0; key.len <= P256_LEN + 1; key.len++) {
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, len)),
                 key.len == P256_LEN ? TWIN_OK : TWIN_E_FORMAT);
    }
    key.len = P256_LEN;
    for (unsigned i = 0; i < P256_LEN; i++) {
        der[i] ^= 0x10;
        CHECK_EQ(sig_verify(&twin_sig_p256, &key, hash, span(sig, len)),
                 i <= POINT_OFF ? TWIN_E_FORMAT : TWIN_E_VERIFY);
        der[i] ^= 0x10;
    }
}

int main(void)
{
    static struct test_key key;

    CHECK_EQ(twin_sig_rsa2048.tlv, TWIN_TLV_RSA2048);
    CHECK_EQ(twin_sig_rsa2048.sig_len_max, SIG_LEN);
    CHECK_EQ(twin_sig_p256.tlv, TWIN_TLV_ECDSA);
    CHECK_EQ(twin_sig_p256.sig_len_max, 72);
    test_key_make(&key, 1);
    check_sha256();
    check_pss(&key);
    check_salt_len(&key);
    check_rsa_formats(&key);
    check_rsa_above_modulus(&key);
    check_p256();
    check_p256_lengths();
    check_p256_keys();
    return check_report();
}
