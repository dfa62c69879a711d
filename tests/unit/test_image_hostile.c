/*
 * test_image_hostile.c - the bootloader's reader and images made by somebody who knows the format.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/hostile_image.h"

static struct hostile_keys keys;

/* Flash in memory whose reads can be made to fail. */
struct reader {
    uint8_t bytes[HOSTILE_BYTES_MAX];
    unsigned reads, fails_at, fails; /* the first that fails, from 1; how many do; 0: none */
    bool outside;
};
static struct reader reader;
static uint32_t image_len;

static twin_err_t read_bytes(void *ctx, uint32_t addr, void *buf, size_t len)
{
    struct reader *r = ctx;

    r->outside |= addr > HOSTILE_BYTES_MAX || len > HOSTILE_BYTES_MAX - addr;
    r->reads++;
    if (r->outside || (r->reads >= r->fails_at && r->reads - r->fails_at < r->fails)) {
        return TWIN_E_IO;
    }
    memcpy(buf, &r->bytes[addr], len);
    return TWIN_OK;
}

static const struct twin_flash flash = {.ctx = &reader,
                                        .size = HOSTILE_BYTES_MAX,
                                        .page_bytes = HOSTILE_BYTES_MAX,
                                        .write_bytes = 1,
                                        .erased = 0xff,
                                        .read = read_bytes};
static const struct twin_area area = {&flash, 0, HOSTILE_BYTES_MAX};

static void make(const struct hostile_making *making)
{
    memset(&reader, 0, sizeof(reader));
    image_len = hostile_image_make(making, &keys, reader.bytes);
}

static twin_err_t verify_with(const struct twin_pubkey *known, unsigned count)
{
    struct twin_image image;

    TWIN_TRY(twin_image_open(&image, &area, 0, image_len));
    CHECK_EQ(image.total_len, image_len);
    return twin_image_verify(&image, known, count, &twin_sig_rsa2048);
}

static twin_err_t verify(void)
{
    return verify_with(&keys.ours.public, 1);
}

static void check_readings(void)
{
    for (size_t i = 0; i < hostile_image_count; i++) {
        make(&hostile_images[i].making);
        twin_err_t got = verify();
        if (got != hostile_images[i].want) {
            fprintf(stderr, "%s:\n", hostile_images[i].what);
        }
        CHECK_EQ(got, hostile_images[i].want);
        CHECK(!reader.outside);
    }
}

/* The hash alone, as a list of images needs it: one, of the right kind and length. */
static void check_hash_read(void)
{
    static const struct hostile_making sound = {.entries = {SOUND}};
    static const struct hostile_making wrong[] = {
        {.entries = {KEY_TLV, SIG_TLV}},
        {.entries = {HASH_TLV, HASH_TLV}},
        {.entries = {HASH_TLV, {0x12, 64, NOTHING, false}}},
        {.entries = {{0x11, 32, SHA, false}}},
        {.entries = {{0x10, 31, SHA, false}}},
        {.entries = {{0x10, 33, SHA, false}}},
    };
    uint8_t told[TWIN_SHA256_LEN], computed[TWIN_SHA256_LEN];
    struct twin_image image;

    make(&sound);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    CHECK_EQ(twin_image_hash_read(&image, &twin_hash_sha256, told), TWIN_OK);
    CHECK_EQ(twin_image_hash_compute(&image, &twin_hash_sha256, computed), TWIN_OK);
    CHECK_MEM(told, computed, sizeof(told));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        make(&wrong[i]);
        CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
        CHECK_EQ(twin_image_hash_read(&image, &twin_hash_sha256, told), TWIN_E_NOT_FOUND);
    }
}

/* Two known keys: each may sign, and a signature by one does not excuse a bad one by the other. */
static void check_two_keys(void)
{
    static const struct hostile_making both = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG_OTHER, false}}};
    static const struct hostile_making second_bad = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG, false}}};
    static const struct hostile_making three = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG_OTHER, false}, KEY_TLV, SIG_TLV}};
    const struct twin_pubkey known[] = {keys.ours.public, keys.other.public};

    make(&both);
    CHECK_EQ(verify_with(known, 2), TWIN_OK);
    CHECK_EQ(verify_with(known, 1), TWIN_OK);
    CHECK_EQ(verify_with(&known[1], 1), TWIN_OK);
    CHECK_EQ(verify_with(known, 0), TWIN_E_VERIFY);
    make(&second_bad);
    CHECK_EQ(verify_with(known, 2), TWIN_E_VERIFY);
    CHECK_EQ(verify_with(known, 1), TWIN_OK);
    make(&three);
    CHECK_EQ(verify_with(known, 2), TWIN_E_VERIFY);
}

/* The at-th read fails, so many times. */
static void let_fail(unsigned at, unsigned times)
{
    reader.reads = 0;
    reader.fails_at = at;
    reader.fails = times;
}

/* A read that fails, each in turn, is tried once more, and then reported as that and never as
 * anything else. */
static void check_failing_reads(void)
{
    static const struct hostile_making making = {.entries = {SOUND, {0xa0, 3, NOTHING, true}}};
    uint8_t hash[TWIN_SHA256_LEN];
    struct twin_image image;

    make(&making);
    let_fail(1, 0);
    CHECK_EQ(verify(), TWIN_OK);
    const unsigned reads = reader.reads;
    CHECK(reads > 15); /* header, two areas, four TLVs three times, the hash, the signature */
    for (unsigned i = 1; i <= reads; i++) {
        let_fail(i, 1);
        CHECK_EQ(verify(), TWIN_OK);
        let_fail(i, 2);
        CHECK_EQ(verify(), TWIN_E_IO);
    }
    let_fail(1, 0);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    for (unsigned i = 1; i <= 3; i++) {
        let_fail(i, 2);
        CHECK_EQ(twin_image_hash_read(&image, &twin_hash_sha256, hash), TWIN_E_IO);
    }
    let_fail(1, 0);
    CHECK_EQ(twin_image_hash_read(&image, &twin_hash_sha256, hash), TWIN_OK);
}

/* Other algorithms may allow longer signatures than any buffer here. */
static unsigned verify_calls;
static twin_proof_t count_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                 struct twin_span sig)
{
    (void)key;
    (void)hash;
    verify_calls++;
    return sig.len <= TWIN_SIG_MAX ? TWIN_PROVEN : TWIN_E_VERIFY;
}

static void check_signature_len(void)
{
    static const struct hostile_making long_sig = {
        .entries = {HASH_TLV, KEY_TLV, {0x20, TWIN_SIG_MAX + 1, SIG, false}}};
    static const struct hostile_making sound = {.entries = {SOUND}};
    struct twin_sig_alg alg = {
        .tlv = 0x20, .sig_len_max = 600, .hash = &twin_hash_sha256, .verify = count_verify};
    struct twin_image image;

    make(&long_sig);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, &keys.ours.public, 1, &alg), TWIN_E_VERIFY);
    CHECK_EQ(verify_calls, 0);
    make(&sound);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, &keys.ours.public, 1, &alg), TWIN_OK);
    alg.sig_len_max = 255;
    CHECK_EQ(twin_image_verify(&image, &keys.ours.public, 1, &alg), TWIN_E_VERIFY);
    CHECK_EQ(verify_calls, 1);
}

int main(void)
{
    test_key_make(&keys.ours, 1);
    test_key_make(&keys.other, 2);
    check_readings();
    check_hash_read();
    check_two_keys();
    check_failing_reads();
    check_signature_len();
    return check_report();
}
