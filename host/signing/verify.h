/*
 * verify.h - is this image whole, and who signed it? SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/trailer.h"

#define TWIN_VERIFY_DETAIL_MAX  200
#define TWIN_VERIFY_UNKNOWN_MAX 8 /* TLVs of unknown type that are remembered */

struct twin_verify_input {
    struct twin_span bytes;         /* the file, from where the image should begin */
    size_t offset;                  /* of bytes in the file, for hints */
    const struct twin_key *keys;    /* whose signatures count */
    size_t key_count;               /* 0: the hash alone is checked */
    const struct twin_key *dec_key; /* private, to decrypt with; NULL: none */
    struct twin_span kek;           /* the other way to decrypt; empty: none */
};

struct twin_verify_result {
    bool good;
    const char *fault;                   /* why not; NULL when good */
    char detail[TWIN_VERIFY_DETAIL_MAX]; /* more about the fault; may be empty */
    char hint[TWIN_VERIFY_DETAIL_MAX]; /* what the file may be instead, and what to do; may be empty
                                        */
    struct twin_version version;
    const struct twin_hash *hash;
    uint8_t digest[TWIN_HASH_LEN_MAX];
    bool pure, encrypted, clear, compressed;
    struct twin_slot_trailer trailer; /* what stands behind the image */
    struct twin_view_tlv unknown[TWIN_VERIFY_UNKNOWN_MAX];
    unsigned unknown_count;      /* of all; the first TWIN_VERIFY_UNKNOWN_MAX are in unknown */
    unsigned signatures;         /* that were checked and match */
    unsigned foreign_signatures; /* by keys that were not given */
    struct twin_span last_sig;   /* in bytes */
};

/*
 * Check structure, TLVs, hash and signatures; decrypt and decompress to do so. What stands behind
 * the image is described and not judged: a loader does not look at it, and in a slot of a device
 * it may be anything.
 *
 * Good is an image whose one hash TLV matches and in which every signature stands directly behind
 * the TLV that names its key; when keys are given, it is signed by at least one of them, by none of
 * them wrongly, and by none of them twice. So whatever twin_image_verify() refuses is not good, but
 * for what that supports not at all: whole keys in place of their hashes, other kinds of keys and
 * hashes, signatures over the image, encryption, compression. Returns result->good.
 */
bool twin_verify_image(const struct twin_verify_input *input, struct twin_verify_result *result);
