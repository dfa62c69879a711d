/*
 * keys/key_pem.h - keys in PEM files. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"

/*
 * Read the key of a PEM file: PKCS#8 (also protected), RSA and EC in their older forms, public
 * keys. Where it holds both halves of a pair, in whichever order, the private one is taken.
 *
 * ask   for the passphrase of a protected file; NULL: that is an error.
 * pkey  out: to be freed by the caller; NULL after an error.
 *
 * TWIN_ERROR_REFUSED: there is no such file, no key in it, one in another form (then `why` says how
 * to change it), keys that do not belong together, a wrong passphrase.
 */
enum twin_error_code twin_pem_load(const char *name, const struct twin_ask *ask, EVP_PKEY **pkey,
                                   bool *is_private, struct twin_error *error);

/* The same from memory; name is for messages. */
enum twin_error_code twin_pem_parse(const char *name, struct twin_span text,
                                    const struct twin_ask *ask, EVP_PKEY **pkey, bool *is_private,
                                    struct twin_error *error);

/* Append as PEM: PKCS#8, protected when passphrase is not NULL. out holds a secret then. */
enum twin_error_code twin_pem_write_private(EVP_PKEY *pkey, const char *passphrase,
                                            struct twin_buf *out, struct twin_error *error);
enum twin_error_code twin_pem_write_public(const struct twin_key *key, struct twin_buf *out,
                                           struct twin_error *error);
