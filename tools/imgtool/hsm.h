/*
 * hsm.h - keys in a PKCS#11 token, named by a URI (RFC 7512). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "key.h"

/* Does this name a key in a token? */
bool hsm_is_uri(const char *name);

/*
 * Find the key, log in if its private half is wanted, and take its public half.
 * Returns CLI_DONE, or an exit code after the message.
 */
int hsm_key_open(struct key *key, const char *uri);
void hsm_key_close(struct hsm_key *hsm); /* NULL is fine */

/* Sign in the token; arguments as key_sign() has them. */
int hsm_sign(const struct key *key, struct twin_span message, uint8_t *sig, size_t *sig_len);
