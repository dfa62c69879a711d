/*
 * key_pem.h - keys in PEM files. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include <openssl/evp.h>

/*
 * Read the key of a PEM file: PKCS#8 (also protected), RSA and EC in their older forms, public
 * keys. Where it holds both halves of a pair, in whichever order, the private one is taken.
 *
 * may_ask  ask for the passphrase of a protected file if nothing else gives one; otherwise that is
 *          a failure.
 * pkey     out: to be freed by the caller.
 *
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_pem_load(const char *name, bool may_ask, EVP_PKEY **pkey, bool *is_private);

/* The same from memory; name is for messages. */
int twin_pem_parse(const char *name, struct twin_span text, bool may_ask, EVP_PKEY **pkey,
                   bool *is_private);

/* Append as PEM: PKCS#8, protected when passphrase is not NULL. False if OpenSSL fails. */
bool twin_pem_write_private(EVP_PKEY *pkey, const char *passphrase, struct twin_buf *out);
bool twin_pem_write_public(EVP_PKEY *pkey, struct twin_buf *out);
