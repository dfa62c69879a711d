/*
 * keys/key_block.h - one block of a PEM file: what key is in it, and under which protection.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/ask.h"
#include <openssl/evp.h>
#include <stdbool.h>

struct twin_key_block {
    const char *name;     /* of the file, for messages */
    char *label, *header; /* as PEM_read_bio() gives them */
    unsigned char *der;
    long len;
    const struct twin_ask *ask; /* for the passphrase */
};

/*
 * Open a block.
 *
 * pkey        out: the key, the caller's; NULL without an error: the block is no key.
 * is_private  out.
 */
enum twin_error_code twin_key_block_open(struct twin_key_block *block, EVP_PKEY **pkey,
                                         bool *is_private, struct twin_error *error);

/* How to get a key out of a block that is for other programs; NULL if that is not known. */
const char *twin_key_block_advice(const char *label);

/*
 * Keys in forms that only some programs know, made usual: RSA keys marked for PSS become plain
 * ones, EC keys that spell out the numbers of their curve name it instead. *pkey is replaced.
 *
 * Returns NULL, or why that is not possible.
 */
const char *twin_key_make_usual(EVP_PKEY **pkey);
