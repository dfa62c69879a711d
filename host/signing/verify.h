/*
 * verify.h - is this image whole, and who signed it?
 *
 *     struct twin_verify_input input = {.bytes = bytes, .keys = &key, .key_count = 1};
 *     struct twin_verify_result result;
 *     struct twin_error error;
 *     if (twin_verify_image(&input, &result, &error) != TWIN_ERROR_NONE) {
 *         complain(error.why, error.hint);
 *     }
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"
#include "signing/trailer.h"

#define TWIN_VERIFY_UNKNOWN_MAX 8 /* TLVs of unknown type that are remembered */

struct twin_verify_input {
    struct twin_span bytes;         /* from where the image should begin, to the end of the file */
    size_t offset;                  /* of bytes in the file, for hints */
    const struct twin_key *keys;    /* whose signatures count */
    size_t key_count;               /* 0: the hash alone is checked */
    const struct twin_key *dec_key; /* private and no token's, to decrypt with; NULL: none */
    struct twin_span kek;           /* the other way to decrypt; empty: none */
};

/* Spans point into the bytes. After a fault the members hold what was found before it. */
struct twin_verify_result {
    enum twin_fault fault;
    size_t image_at; /* with a fault: where in the file an image begins instead; 0: nowhere */
    struct twin_version version;
    const struct twin_hash *hash;
    uint8_t digest[TWIN_HASH_LEN_MAX];
    bool pure;             /* signatures are over the image, not its hash */
    bool encrypted, clear; /* clear: the header says encrypted, the payload is not */
    bool compressed;
    struct twin_slot_trailer trailer; /* what stands behind the image */
    struct twin_view_tlv unknown[TWIN_VERIFY_UNKNOWN_MAX];
    unsigned unknown_count;      /* of all; the first TWIN_VERIFY_UNKNOWN_MAX are in unknown */
    unsigned signatures;         /* that were checked and match */
    unsigned foreign_signatures; /* by keys that were not given */
    struct twin_span last_sig;   /* that matched */
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
 * hashes, signatures over the image, encryption, compression.
 *
 * TWIN_ERROR_VERIFY: it is not good; result->fault says of what kind, and so does the error's
 * reason (twin_fault_reason). TWIN_ERROR_REFUSED: it could not be checked for lack of memory, or
 * because OpenSSL is not installed whole.
 */
enum twin_error_code twin_verify_image(const struct twin_verify_input *input,
                                       struct twin_verify_result *result, struct twin_error *error);
