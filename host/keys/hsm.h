/*
 * hsm.h - keys in a PKCS#11 token, named by a URI (RFC 7512).
 *
 * The module is loaded at run time: module-path in the URI, else IMGTOOL_PKCS11_MODULE, else
 * p11-kit. The PIN: pin-source in the URI, else --pin-fd, else IMGTOOL_PIN, else a prompt; never on
 * the command line. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"

/* Does this name a key in a token? */
bool twin_hsm_is_uri(const char *name);

/* Where the PIN is to be read from; -1: elsewhere. To be set before the first key is opened. */
void twin_hsm_set_pin_fd(int fd);

/*
 * Find the key and take its public half. The login waits until the private half is needed.
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_hsm_key_open(struct twin_key *key, const char *uri);
void twin_hsm_key_close(struct twin_hsm_key *hsm); /* NULL is fine */

/* Sign in the token; arguments as twin_key_sign() has them. */
int twin_hsm_sign(const struct twin_key *key, struct twin_span message, uint8_t *sig,
                  size_t *sig_len);

/*
 * Make a key pair in the token that the URI names; the private half can never leave it.
 * Returns CLI_DONE, or an exit code after the message. A label that is taken is refused.
 */
int twin_hsm_generate(const char *uri, const struct twin_key_type *type);

/* Serial number of the token, for records; 17 bytes of room. */
#define TWIN_HSM_SERIAL_MAX 17
void twin_hsm_serial(const struct twin_hsm_key *hsm, char out[TWIN_HSM_SERIAL_MAX]);
