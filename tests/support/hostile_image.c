/*
 * hostile_image.c - see hostile_image.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/hostile_image.h"
#include <string.h>

#define HEADER_LEN  32u
#define PAYLOAD_LEN 64u

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

static void fill(const struct hostile_entry *entry, const struct hostile_keys *keys,
                 const uint8_t hash[TWIN_SHA256_LEN], uint8_t *out)
{
    uint8_t value[1024] = {0}, wrong[TWIN_SHA256_LEN] = {1};

    switch (entry->content) {
    case SHA:
        memcpy(value, hash, TWIN_SHA256_LEN);
        break;
    case OURS:
        sha256(keys->ours.der, sizeof(keys->ours.der), value);
        break;
    case OTHER:
        sha256(keys->other.der, sizeof(keys->other.der), value);
        break;
    case FOREIGN:
        sha256("foreign", 7, value);
        break;
    case SIG:
        sign(&keys->ours, hash, value);
        break;
    case SIG_BAD:
        sign(&keys->ours, wrong, value);
        break;
    case SIG_OTHER:
        sign(&keys->other, hash, value);
        break;
    case NOTHING:
        break;
    }
    memcpy(out, value, entry->len);
}

/* One TLV area with the entries that belong into it; its length. extra: bytes behind the last. */
static uint32_t put_area(uint8_t *out, const struct hostile_entry entries[ENTRY_MAX],
                         bool is_protected, const struct hostile_keys *keys,
                         const uint8_t hash[TWIN_SHA256_LEN], uint16_t extra)
{
    uint32_t len = 4;

    for (const struct hostile_entry *entry = entries; entry < &entries[ENTRY_MAX]; entry++) {
        if (entry->type != 0 && entry->is_protected == is_protected) {
            twin_put_le16(&out[len], entry->type);
            twin_put_le16(&out[len + 2], entry->len);
            fill(entry, keys, hash, &out[len + 4]);
            len += 4u + entry->len;
        }
    }
    memset(&out[len], 0, extra);
    len += extra;
    twin_put_le16(out, is_protected ? TWIN_TLV_MAGIC_PROT : TWIN_TLV_MAGIC);
    twin_put_le16(&out[2], (uint16_t)len);
    return len;
}

uint32_t hostile_image_make(const struct hostile_making *making, const struct hostile_keys *keys,
                            uint8_t *bytes)
{
    uint8_t hash[TWIN_SHA256_LEN] = {0};
    uint32_t hashed = HEADER_LEN + PAYLOAD_LEN, prot = 0;
    bool has_protected = making->has_protected;

    memset(bytes, 0, HOSTILE_BYTES_MAX);
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
        prot = put_area(&bytes[hashed], making->entries, true, keys, hash, making->prot_extra);
    }
    twin_put_le16(&bytes[10], (uint16_t)prot);
    hashed += prot;
    sha256(bytes, hashed, hash);
    return hashed +
           put_area(&bytes[hashed], making->entries, false, keys, hash, making->free_extra);
}

const struct hostile_image hostile_images[] = {
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
    {"a signature of a kind that nobody makes any more",
     {.entries = {SOUND, {0x21, 64, NOTHING, false}}},
     TWIN_E_VERIFY},
    {"the same in the protected area",
     {.entries = {SOUND, {0x21, 64, NOTHING, true}}},
     TWIN_E_VERIFY},
    {"the same behind our key hash",
     {.entries = {SOUND, KEY_TLV, {0x21, 64, NOTHING, false}}},
     TWIN_E_VERIFY},
    {"the same behind another device's key hash",
     {.entries = {SOUND, {1, 32, FOREIGN, false}, {0x21, 64, NOTHING, false}}},
     TWIN_OK},
    {"another device's key named, and no signature of it",
     {.entries = {SOUND, {1, 32, FOREIGN, false}}},
     TWIN_OK},
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
const size_t hostile_image_count = sizeof(hostile_images) / sizeof(hostile_images[0]);
