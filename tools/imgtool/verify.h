/*
 * verify.h - is this image whole, and who signed it? SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "view.h"

#define DETAIL_MAX 160

struct verify_input {
    struct twin_span bytes;    /* the file */
    const struct key *keys;    /* whose signatures count */
    size_t key_count;          /* 0: the hash alone is checked */
    const struct key *dec_key; /* private, to decrypt with; NULL: none */
    struct twin_span kek;      /* the other way to decrypt; empty: none */
};

struct verify_result {
    bool good;
    const char *fault;       /* why not; NULL when good */
    char detail[DETAIL_MAX]; /* more about the fault or about what was not checked; may be empty */
    struct twin_version version;
    const struct hash_alg *hash;
    uint8_t digest[HASH_LEN_MAX];
    bool pure, encrypted, clear, compressed, confirmed;
    unsigned signatures;         /* that were checked and match */
    unsigned foreign_signatures; /* by keys that were not given */
    struct twin_span last_sig;   /* in bytes */
};

/*
 * Check structure, TLVs, trailer, hash and signatures; decrypt and decompress to do so.
 *
 * Good is an image whose one hash TLV matches and which, when keys are given, is signed by at least
 * one of them, and by no one of them wrongly. Returns result->good.
 */
bool verify_image(const struct verify_input *input, struct verify_result *result);
