/*
 * spec.h - everything that `sign` has to know about the image it is to make.
 *
 * Filled in from the command line (cmd_sign.c, spec_text.c), then const.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"
#include "twin/image.h"

#define UUID_LEN    16
#define SW_TYPE_MAX 12 /* characters of a boot record's software type */
#define AES_KEY_MAX 32
#define MAGIC_LEN   16 /* of the trailer */

enum vector { VECTOR_PAYLOAD, VECTOR_DIGEST };

struct dependency {
    uint8_t image;
    struct twin_version version;
};

struct custom_tlv {
    uint16_t type;
    struct twin_buf value;
};

struct image_spec {
    /* Header. */
    struct twin_version version;
    uint16_t header_size;
    bool pad_header; /* the input has no room for the header */
    bool big_endian;
    uint32_t load_addr, rom_fixed; /* 0: none */
    bool non_bootable;

    /* Slot and trailer. */
    uint32_t slot_size; /* 0: not checked */
    uint32_t align, max_align, max_sectors;
    uint8_t erased;
    bool pad, confirm, test, overwrite_only, save_enctlv;

    /* Protected TLVs. */
    bool has_security_counter, has_vid, has_cid;
    uint32_t security_counter;
    const char *sw_type; /* of the boot record; NULL: none */
    struct dependency *dependencies;
    size_t dependency_count;
    uint8_t vid[UUID_LEN], cid[UUID_LEN];
    struct custom_tlv *custom;
    size_t custom_count;

    /* Hash and signature. */
    const struct twin_hash *hash;
    const struct twin_key *key; /* signs, or has signed elsewhere; NULL: unsigned */
    bool fixed;                 /* the signature was made elsewhere: */
    struct twin_buf fixed_sig;
    bool pure, full_key, pad_sig;

    bool quiet; /* say nothing on stdout */

    /* Encryption. */
    const struct twin_key *enc_key; /* of the receiver; NULL: none */
    struct twin_buf kek;            /* key encryption key, the other way to wrap; empty: none */
    uint8_t aes_len;                /* bytes: 16 or 32 */
    const struct twin_hash *hmac_hash;
    bool clear; /* leave the payload as it is */
};

static inline bool spec_encrypts(const struct image_spec *spec)
{
    return spec->enc_key != NULL || spec->kek.len > 0;
}

void spec_free(struct image_spec *spec);
