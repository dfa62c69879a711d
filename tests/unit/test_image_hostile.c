/*
 * test_image_hostile.c - images made by somebody who knows the format: each way to be wrong alone,
 * everything else right and signed. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/signed_image.h"
#include "twin/image.h"

#define HEADER_LEN  32u
#define PAYLOAD_LEN 64u
#define BYTES_MAX   4096u

/* What an entry holds; each is right for the image it stands in. */
enum content {
    NOTHING,
    SHA,      /* the image's hash */
    OURS,     /* hash of our key */
    OTHER,    /* hash of a key the device has, too, when told so */
    FOREIGN,  /* hash of a key that no device has */
    SIG,      /* by our key */
    SIG_BAD,  /* by our key, of something else */
    SIG_OTHER /* by the other key */
};

struct entry {
    uint16_t type, len;
    enum content content; /* cut off or followed by zeros when len differs */
    bool is_protected;
};

#define ENTRY_MAX 8
#define HASH_TLV                                                                                   \
    {                                                                                              \
        TWIN_TLV_SHA256, 32, SHA, false                                                            \
    }
#define KEY_TLV                                                                                    \
    {                                                                                              \
        TWIN_TLV_KEYHASH, 32, OURS, false                                                          \
    }
#define SIG_TLV                                                                                    \
    {                                                                                              \
        TWIN_TLV_RSA2048, 256, SIG, false                                                          \
    }
#define SOUND HASH_TLV, KEY_TLV, SIG_TLV

static struct test_key our_key, other_key;

/* Flash in memory whose reads can be made to fail. */
struct reader {
    uint8_t bytes[BYTES_MAX];
    unsigned reads, fails_at; /* counted from 1; 0: never */
    bool outside;
};
static struct reader reader;
static uint32_t image_len;

static twin_err_t read_bytes(void *ctx, uint32_t addr, void *buf, size_t len)
{
    struct reader *r = ctx;

    r->outside |= addr > BYTES_MAX || len > BYTES_MAX - addr;
    r->reads++;
    if (r->outside || r->reads == r->fails_at) {
        return TWIN_E_IO;
    }
    memcpy(buf, &r->bytes[addr], len);
    return TWIN_OK;
}

static const struct twin_flash flash = {.ctx = &reader,
                                        .size = BYTES_MAX,
                                        .page_bytes = BYTES_MAX,
                                        .write_bytes = 1,
                                        .erased = 0xff,
                                        .read = read_bytes};
static const struct twin_area area = {&flash, 0, BYTES_MAX};

static void sha256(const void *data, size_t len, uint8_t hash[TWIN_SHA256_LEN])
{
    struct twin_sha256 sha;

    twin_sha256_init(&sha);
    twin_sha256_update(&sha, data, len);
    twin_sha256_final(&sha, hash);
}

static void sign(const struct test_key *key, const uint8_t hash[TWIN_SHA256_LEN], uint8_t sig[256])
{
    test_pss_encode(hash, sig);
    test_rsa_private(key, sig);
}

static void fill(const struct entry *entry, const uint8_t hash[TWIN_SHA256_LEN], uint8_t *out)
{
    uint8_t value[1024] = {0}, wrong[TWIN_SHA256_LEN] = {1};

    switch (entry->content) {
    case SHA:
        memcpy(value, hash, TWIN_SHA256_LEN);
        break;
    case OURS:
        sha256(our_key.der, sizeof(our_key.der), value);
        break;
    case OTHER:
        sha256(other_key.der, sizeof(other_key.der), value);
        break;
    case FOREIGN:
        sha256("foreign", 7, value);
        break;
    case SIG:
        sign(&our_key, hash, value);
        break;
    case SIG_BAD:
        sign(&our_key, wrong, value);
        break;
    case SIG_OTHER:
        sign(&other_key, hash, value);
        break;
    case NOTHING:
        break;
    }
    memcpy(out, value, entry->len);
}

/* One TLV area with the entries that belong into it; its length. extra: bytes behind the last. */
static uint32_t put_area(uint8_t *out, const struct entry entries[ENTRY_MAX], bool is_protected,
                         const uint8_t hash[TWIN_SHA256_LEN], uint16_t extra)
{
    uint32_t len = 4;

    for (const struct entry *entry = entries; entry < &entries[ENTRY_MAX]; entry++) {
        if (entry->type != 0 && entry->is_protected == is_protected) {
            twin_put_le16(&out[len], entry->type);
            twin_put_le16(&out[len + 2], entry->len);
            fill(entry, hash, &out[len + 4]);
            len += 4u + entry->len;
        }
    }
    memset(&out[len], 0, extra);
    len += extra;
    twin_put_le16(out, is_protected ? TWIN_TLV_MAGIC_PROT : TWIN_TLV_MAGIC);
    twin_put_le16(&out[2], (uint16_t)len);
    return len;
}

/* How an image is made; zero is the usual. */
struct making {
    struct entry entries[ENTRY_MAX];
    bool has_protected;              /* also without an entry in it */
    uint16_t prot_extra, free_extra; /* bytes behind the last entry */
    uint32_t flags;
};

static void make(const struct making *making)
{
    uint8_t hash[TWIN_SHA256_LEN] = {0}, *bytes = reader.bytes;
    uint32_t hashed = HEADER_LEN + PAYLOAD_LEN, prot = 0;
    bool has_protected = making->has_protected;

    memset(&reader, 0, sizeof(reader));
    twin_put_le32(bytes, TWIN_IMAGE_MAGIC);
    twin_put_le16(&bytes[8], HEADER_LEN);
    twin_put_le32(&bytes[12], PAYLOAD_LEN);
    twin_put_le32(&bytes[16], making->flags);
    bytes[20] = 1;
    memset(&bytes[HEADER_LEN], 0x6b, PAYLOAD_LEN);
    for (unsigned i = 0; i < ENTRY_MAX; i++) {
        has_protected |= making->entries[i].is_protected;
    }
    if (has_protected) {
        prot = put_area(&bytes[hashed], making->entries, true, hash, making->prot_extra);
    }
    twin_put_le16(&bytes[10], (uint16_t)prot);
    hashed += prot;
    sha256(bytes, hashed, hash);
    image_len = hashed + put_area(&bytes[hashed], making->entries, false, hash, making->free_extra);
}

static twin_err_t verify_with(const struct twin_pubkey *keys, unsigned key_count)
{
    struct twin_image image;

    TWIN_TRY(twin_image_open(&image, &area, 0, image_len));
    CHECK_EQ(image.total_len, image_len);
    return twin_image_verify(&image, keys, key_count, &twin_sig_rsa2048);
}

static twin_err_t verify(void)
{
    return verify_with(&our_key.public, 1);
}

/* Sound images that look unusual, and images that could be read in more than one way. */
static const struct {
    const char *what;
    struct making making;
    twin_err_t want;
} readings[] = {
    {"as imgtool makes it", {.entries = {SOUND}}, TWIN_OK},
    {"hash behind the signature", {.entries = {KEY_TLV, SIG_TLV, HASH_TLV}}, TWIN_OK},
    {"unknown TLVs around",
     {.entries = {{0x76, 3, NOTHING, false}, SOUND, {0xa0, 0, NOTHING, false}}},
     TWIN_OK},
    {"unknown protected TLV", {.entries = {SOUND, {0xa0, 5, NOTHING, true}}}, TWIN_OK},
    {"a protected area without entries", {.entries = {SOUND}, .has_protected = true}, TWIN_OK},
    {"signed for another device, too",
     {.entries =
          {HASH_TLV, {1, 32, FOREIGN, false}, {0x20, 256, SIG_BAD, false}, KEY_TLV, SIG_TLV}},
     TWIN_OK},
    {"signed for another device behind ours, by another kind of key",
     {.entries = {SOUND, {1, 32, FOREIGN, false}, {0x24, 64, NOTHING, false}}},
     TWIN_OK},
    {"another device's whole key",
     {.entries = {{2, 270, NOTHING, false}, {0x20, 256, SIG_BAD, false}, SOUND}},
     TWIN_OK},

    {"no hash", {.entries = {KEY_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"a wrong hash", {.entries = {{0x10, 32, FOREIGN, false}, KEY_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"the hash twice", {.entries = {SOUND, HASH_TLV}}, TWIN_E_VERIFY},
    {"a second, other hash", {.entries = {SOUND, {0x10, 32, FOREIGN, false}}}, TWIN_E_VERIFY},
    {"a second, empty hash", {.entries = {{0x10, 0, SHA, false}, SOUND}}, TWIN_E_VERIFY},
    {"a hash too long", {.entries = {{0x10, 33, SHA, false}, KEY_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"a hash too short", {.entries = {{0x10, 31, SHA, false}, KEY_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"a SHA-384 TLV, too", {.entries = {SOUND, {0x11, 48, NOTHING, false}}}, TWIN_E_VERIFY},
    {"a SHA-512 TLV, too", {.entries = {{0x12, 64, NOTHING, false}, SOUND}}, TWIN_E_VERIFY},
    {"a SHA-384 TLV of 32 bytes instead",
     {.entries = {{0x11, 32, SHA, false}, KEY_TLV, SIG_TLV}},
     TWIN_E_VERIFY},
    {"a protected hash, too", {.entries = {SOUND, {0x10, 32, NOTHING, true}}}, TWIN_E_VERIFY},

    {"nothing", {.entries = {{0, 0, NOTHING, false}}}, TWIN_E_VERIFY},
    {"hash alone", {.entries = {HASH_TLV}}, TWIN_E_VERIFY},
    {"no signature", {.entries = {HASH_TLV, KEY_TLV}}, TWIN_E_VERIFY},
    {"no key hash", {.entries = {HASH_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"signature of something else",
     {.entries = {HASH_TLV, KEY_TLV, {0x20, 256, SIG_BAD, false}}},
     TWIN_E_VERIFY},
    {"a foreign key only",
     {.entries = {HASH_TLV, {1, 32, FOREIGN, false}, SIG_TLV}},
     TWIN_E_VERIFY},
    {"a good signature, then a bad one",
     {.entries = {SOUND, KEY_TLV, {0x20, 256, SIG_BAD, false}}},
     TWIN_E_VERIFY},
    {"a bad signature, then a good one",
     {.entries = {HASH_TLV, KEY_TLV, {0x20, 256, SIG_BAD, false}, KEY_TLV, SIG_TLV}},
     TWIN_E_VERIFY},
    {"the same signature twice", {.entries = {SOUND, KEY_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"a second signature without key hash", {.entries = {SOUND, SIG_TLV}}, TWIN_E_VERIFY},
    {"a signature before hash and key", {.entries = {SIG_TLV, SOUND}}, TWIN_E_VERIFY},
    {"a signature of another kind without key hash",
     {.entries = {SOUND, {0x24, 64, NOTHING, false}}},
     TWIN_E_VERIFY},
    {"our key hash before a signature of another kind",
     {.entries = {SOUND, KEY_TLV, {0x24, 64, NOTHING, false}}},
     TWIN_E_VERIFY},
    {"our key hash twice before the signature",
     {.entries = {HASH_TLV, KEY_TLV, KEY_TLV, SIG_TLV}},
     TWIN_E_VERIFY},
    {"our key hash at the end", {.entries = {SOUND, KEY_TLV}}, TWIN_E_VERIFY},
    {"a foreign key hash between",
     {.entries = {HASH_TLV, KEY_TLV, {1, 32, FOREIGN, false}, SIG_TLV}},
     TWIN_E_VERIFY},
    {"the hash between", {.entries = {KEY_TLV, HASH_TLV, SIG_TLV}}, TWIN_E_VERIFY},
    {"an unknown TLV between",
     {.entries = {HASH_TLV, KEY_TLV, {0xa0, 4, NOTHING, false}, SIG_TLV}},
     TWIN_E_VERIFY},
    {"an empty key hash", {.entries = {HASH_TLV, {1, 0, OURS, false}, SIG_TLV}}, TWIN_E_VERIFY},
    {"a key hash too short", {.entries = {HASH_TLV, {1, 31, OURS, false}, SIG_TLV}}, TWIN_E_VERIFY},
    {"a key hash too long", {.entries = {HASH_TLV, {1, 33, OURS, false}, SIG_TLV}}, TWIN_E_VERIFY},
    {"a longer key hash, too", {.entries = {SOUND, {1, 64, FOREIGN, false}}}, TWIN_E_VERIFY},
    {"a signature too short",
     {.entries = {HASH_TLV, KEY_TLV, {0x20, 255, SIG, false}}},
     TWIN_E_VERIFY},
    {"a signature too long",
     {.entries = {HASH_TLV, KEY_TLV, {0x20, 257, SIG, false}}},
     TWIN_E_VERIFY},
    {"an empty signature", {.entries = {HASH_TLV, KEY_TLV, {0x20, 0, SIG, false}}}, TWIN_E_VERIFY},
    {"our signature under another type",
     {.entries = {HASH_TLV, KEY_TLV, {0x23, 256, SIG, false}}},
     TWIN_E_VERIFY},
    {"a signature over the image, not its hash",
     {.entries = {SOUND, {0x25, 1, NOTHING, false}}},
     TWIN_E_VERIFY},
    {"a protected key hash before the signature",
     {.entries = {HASH_TLV, SIG_TLV, {1, 32, OURS, true}}},
     TWIN_E_VERIFY},
    {"a protected foreign key hash", {.entries = {SOUND, {1, 32, FOREIGN, true}}}, TWIN_E_VERIFY},
    {"a protected whole key", {.entries = {SOUND, {2, 270, NOTHING, true}}}, TWIN_E_VERIFY},
    {"a protected signature",
     {.entries = {SOUND, {1, 32, FOREIGN, true}, {0x20, 256, SIG_BAD, true}}},
     TWIN_E_VERIFY},
    {"a protected signature of another kind",
     {.entries = {SOUND, {0x24, 64, NOTHING, true}}},
     TWIN_E_VERIFY},

    {"1 byte behind the last TLV", {.entries = {SOUND}, .free_extra = 1}, TWIN_E_FORMAT},
    {"2 bytes behind it", {.entries = {SOUND}, .free_extra = 2}, TWIN_E_FORMAT},
    {"3 bytes behind it", {.entries = {SOUND}, .free_extra = 3}, TWIN_E_FORMAT},
    {"an empty TLV of type 0 behind it", {.entries = {SOUND}, .free_extra = 4}, TWIN_OK},
    {"1 byte behind the last protected TLV",
     {.entries = {SOUND, {0xa0, 2, NOTHING, true}}, .prot_extra = 1},
     TWIN_E_FORMAT},
    {"3 bytes in a protected area without entries",
     {.entries = {SOUND}, .has_protected = true, .prot_extra = 3},
     TWIN_E_FORMAT},

    {"flag: ROM address", {.entries = {SOUND}, .flags = TWIN_IMAGE_ROM_FIXED}, TWIN_OK},
    {"flag: AES-128",
     {.entries = {SOUND}, .flags = TWIN_IMAGE_ENCRYPTED_AES128},
     TWIN_E_UNSUPPORTED},
    {"flag: AES-256",
     {.entries = {SOUND}, .flags = TWIN_IMAGE_ENCRYPTED_AES256},
     TWIN_E_UNSUPPORTED},
    {"flag: LZMA1", {.entries = {SOUND}, .flags = TWIN_IMAGE_LZMA1}, TWIN_E_UNSUPPORTED},
    {"flag: LZMA2", {.entries = {SOUND}, .flags = TWIN_IMAGE_LZMA2}, TWIN_E_UNSUPPORTED},
    {"flag: Thumb filter",
     {.entries = {SOUND}, .flags = TWIN_IMAGE_THUMB_FILTER},
     TWIN_E_UNSUPPORTED},
    {"flags: both AES", {.entries = {SOUND}, .flags = 0x00c}, TWIN_E_FORMAT},
    {"flags: both LZMA", {.entries = {SOUND}, .flags = 0x600}, TWIN_E_FORMAT},
};

static void check_readings(void)
{
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        make(&readings[i].making);
        twin_err_t got = verify();
        if (got != readings[i].want) {
            fprintf(stderr, "%s:\n", readings[i].what);
        }
        CHECK_EQ(got, readings[i].want);
        CHECK(!reader.outside);
    }
}

/* The hash alone, as a list of images needs it: one, of the right kind and length. */
static void check_hash_read(void)
{
    static const struct making sound = {.entries = {SOUND}};
    static const struct making wrong[] = {
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
    CHECK_EQ(twin_image_hash_read(&image, told), TWIN_OK);
    CHECK_EQ(twin_image_hash_compute(&image, computed), TWIN_OK);
    CHECK_MEM(told, computed, sizeof(told));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        make(&wrong[i]);
        CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
        CHECK_EQ(twin_image_hash_read(&image, told), TWIN_E_NOT_FOUND);
    }
}

/* Two known keys: each may sign, and a signature by one does not excuse a bad one by the other. */
static void check_two_keys(void)
{
    static const struct making both = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG_OTHER, false}}};
    static const struct making second_bad = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG, false}}};
    static const struct making three = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG_OTHER, false}, KEY_TLV, SIG_TLV}};
    const struct twin_pubkey keys[] = {our_key.public, other_key.public};

    make(&both);
    CHECK_EQ(verify_with(keys, 2), TWIN_OK);
    CHECK_EQ(verify_with(keys, 1), TWIN_OK);
    CHECK_EQ(verify_with(&keys[1], 1), TWIN_OK);
    CHECK_EQ(verify_with(keys, 0), TWIN_E_VERIFY);
    make(&second_bad);
    CHECK_EQ(verify_with(keys, 2), TWIN_E_VERIFY);
    CHECK_EQ(verify_with(keys, 1), TWIN_OK);
    make(&three);
    CHECK_EQ(verify_with(keys, 2), TWIN_E_VERIFY);
}

/* A read that fails, each in turn, is reported as that and never as anything else. */
static void check_failing_reads(void)
{
    static const struct making making = {.entries = {SOUND, {0xa0, 3, NOTHING, true}}};
    unsigned reads;

    make(&making);
    CHECK_EQ(verify(), TWIN_OK);
    reads = reader.reads;
    CHECK(reads > 15); /* header, two areas, four TLVs three times, the hash, the signature */
    for (unsigned i = 1; i <= reads; i++) {
        reader.reads = 0;
        reader.fails_at = i;
        CHECK_EQ(verify(), TWIN_E_IO);
    }
    reader.fails_at = 0;

    uint8_t hash[TWIN_SHA256_LEN];
    struct twin_image image;
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    for (unsigned i = 1; i <= 3; i++) {
        reader.reads = 0;
        reader.fails_at = i;
        CHECK_EQ(twin_image_hash_read(&image, hash), TWIN_E_IO);
    }
    reader.fails_at = 0;
    CHECK_EQ(twin_image_hash_read(&image, hash), TWIN_OK);
}

/* Other algorithms may allow longer signatures than any buffer here. */
static unsigned verify_calls;
static twin_err_t count_verify(const struct twin_pubkey *key, const uint8_t hash[TWIN_SHA256_LEN],
                               struct twin_span sig)
{
    (void)key;
    (void)hash;
    verify_calls++;
    return sig.len <= 256 ? TWIN_OK : TWIN_E_VERIFY;
}

static void check_signature_len(void)
{
    static const struct making long_sig = {.entries = {HASH_TLV, KEY_TLV, {0x20, 257, SIG, false}}};
    static const struct making sound = {.entries = {SOUND}};
    struct twin_sig_alg alg = {.tlv = 0x20, .sig_len_max = 600, .verify = count_verify};
    struct twin_image image;

    make(&long_sig);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, &our_key.public, 1, &alg), TWIN_E_VERIFY);
    CHECK_EQ(verify_calls, 0);
    make(&sound);
    CHECK_EQ(twin_image_open(&image, &area, 0, image_len), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, &our_key.public, 1, &alg), TWIN_OK);
    alg.sig_len_max = 255;
    CHECK_EQ(twin_image_verify(&image, &our_key.public, 1, &alg), TWIN_E_VERIFY);
    CHECK_EQ(verify_calls, 1);
}

int main(void)
{
    test_key_make(&our_key, 1);
    test_key_make(&other_key, 2);
    check_readings();
    check_hash_read();
    check_two_keys();
    check_failing_reads();
    check_signature_len();
    return check_report();
}
