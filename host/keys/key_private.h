/*
 * keys/key_private.h - the private half of an encryption key as DER, which is compiled into
 * loaders. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"

enum twin_key_form {
    TWIN_KEY_FORM_OPENSSL, /* the form of the algorithm: RSAPrivateKey, ECPrivateKey */
    TWIN_KEY_FORM_PKCS8,
    TWIN_KEY_FORM_USUAL /* what loaders take */
};

/*
 * Append the private half.
 *
 * minimal  leave out what decrypting does not need; the loader has to be built for that.
 * out      holds a secret then: twin_buf_free_secret().
 *
 * TWIN_ERROR_USAGE: there is no private half at hand, or none in this form for such keys.
 * TWIN_ERROR_REFUSED: OpenSSL cannot.
 */
enum twin_error_code twin_key_private(const struct twin_key *key, enum twin_key_form form,
                                      bool minimal, struct twin_buf *out, struct twin_error *error);
