/*
 * sign.h - everything that `sign` has to know about the image it is to make.
 *
 * Filled in from the command line (cmd_sign.c, spec_text.c), then const.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"
#include "signing/tlv.h"
#include "twin/image.h"

#define TWIN_UUID_LEN    16
#define TWIN_SW_TYPE_MAX 12 /* characters of a boot record's software type */
#define TWIN_AES_KEY_MAX 32

enum vector { VECTOR_PAYLOAD, VECTOR_DIGEST };

struct twin_sign_dependency {
    uint8_t image;
    struct twin_version version;
};

struct twin_sign_tlv {
    uint16_t type;
    struct twin_buf value;
};

struct twin_sign_spec {
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
    struct twin_sign_dependency *dependencies;
    size_t dependency_count;
    uint8_t vid[TWIN_UUID_LEN], cid[TWIN_UUID_LEN];
    struct twin_sign_tlv *custom;
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

static inline bool twin_sign_encrypts(const struct twin_sign_spec *spec)
{
    return spec->enc_key != NULL || spec->kek.len > 0;
}

void twin_sign_spec_free(struct twin_sign_spec *spec);

/* One image in the making. Zero it, fill in the first part, call image_create(). */
struct twin_signed {
    struct twin_buf bytes;      /* in: room for the header, then the payload; out: the image */
    uint32_t flags;             /* in: those that the spec does not give (compression) */
    struct twin_tlv_area extra; /* in: protected TLVs of compression */
    bool plain;                 /* in: neither pad nor encrypt, though the spec encrypts */

    size_t payload_len;                /* out: with the padding of encryption */
    uint8_t digest[TWIN_HASH_LEN_MAX]; /* out */
    uint8_t sig[TWIN_SIG_LEN_MAX];     /* out */
    size_t sig_len;                    /* out; 0: not signed */
    size_t enc_tlv_len;                /* out; 0: not encrypted */
};

void twin_signed_free(struct twin_signed *build);

/*
 * Make what is hashed: header, payload and protected TLVs, and the digest of it.
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_sign_hashed(const struct twin_sign_spec *spec, struct twin_signed *build);

/*
 * Make the whole image: the above, then hash, signature and key exchange TLVs, encryption.
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_sign_image(const struct twin_sign_spec *spec, struct twin_signed *build);

/* Does the image leave room for the trailer? Returns CLI_DONE, or CLI_USAGE after the message. */
int twin_sign_check_size(const struct twin_sign_spec *spec, const struct twin_signed *build);
