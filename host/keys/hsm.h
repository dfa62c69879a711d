/*
 * keys/hsm.h - keys in a PKCS#11 token, named by a URI (RFC 7512).
 *
 * The module is loaded at run time: module-path in the URI, else the environment variable
 * IMGTOOL_PKCS11_MODULE, else p11-kit. The PIN comes from the file that pin-source names, else from
 * the caller's struct twin_ask; a PIN in the URI is refused. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"

/* Does this name a key in a token? */
bool twin_hsm_is_uri(const char *name);

/*
 * Find the key and take its public half; twin_key_load() comes here. The login waits until the
 * private half is needed. TWIN_ERROR_USAGE: the URI cannot be used, or PKCS#11 was left out of this
 * build. TWIN_ERROR_REFUSED: module, token or key are not there, or more than one fits.
 */
enum twin_error_code twin_hsm_key_open(struct twin_key *key, const char *uri,
                                       const struct twin_ask *ask, struct twin_error *error);
void twin_hsm_key_close(struct twin_hsm_key *hsm); /* NULL is fine */

/* Sign in the token; arguments as twin_key_sign() has them. */
enum twin_error_code twin_hsm_sign(const struct twin_key *key, struct twin_span message,
                                   uint8_t *sig, size_t *sig_len, struct twin_error *error);

/*
 * Make a key pair in the token that the URI names; the private half can never leave it. A label
 * that is taken is refused; TWIN_ERROR_USAGE for a type that cannot sign, or a URI without object.
 */
enum twin_error_code twin_hsm_generate(const char *uri, const struct twin_key_type *type,
                                       const struct twin_ask *ask, struct twin_error *error);

/* Serial number of the token, for records; 17 bytes of room. */
#define TWIN_HSM_SERIAL_MAX 17
void twin_hsm_serial(const struct twin_hsm_key *hsm, char out[TWIN_HSM_SERIAL_MAX]);
