/*
 * create.h - turn a payload into an image. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/spec.h"
#include "signing/tlv.h"

/* One image in the making. Zero it, fill in the first part, call image_create(). */
struct build {
    struct twin_buf bytes; /* in: room for the header, then the payload; out: the image */
    uint32_t flags;        /* in: those that the spec does not give (compression) */
    struct tlv_area extra; /* in: protected TLVs of compression */
    bool plain;            /* in: neither pad nor encrypt, though the spec encrypts */

    size_t payload_len;                /* out: with the padding of encryption */
    uint8_t digest[TWIN_HASH_LEN_MAX]; /* out */
    uint8_t sig[TWIN_SIG_LEN_MAX];     /* out */
    size_t sig_len;                    /* out; 0: not signed */
    size_t enc_tlv_len;                /* out; 0: not encrypted */
};

void build_free(struct build *build);

/*
 * Make what is hashed: header, payload and protected TLVs, and the digest of it.
 * Returns CLI_DONE, or an exit code after the message.
 */
int build_hashed(const struct image_spec *spec, struct build *build);

/*
 * Make the whole image: the above, then hash, signature and key exchange TLVs, encryption.
 * Returns CLI_DONE, or an exit code after the message.
 */
int build_image(const struct image_spec *spec, struct build *build);

/* Does the image leave room for the trailer? Returns CLI_DONE, or CLI_USAGE after the message. */
int build_check_size(const struct image_spec *spec, const struct build *build);
