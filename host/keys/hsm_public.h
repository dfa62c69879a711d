/*
 * hsm_public.h - public keys and signatures between PKCS#11's forms and OpenSSL's.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/hsm_token.h"
#include <openssl/evp.h>

/* CKA_EC_PARAMS of the curves: two object identifiers and a printable string. */
#define TWIN_HSM_P256_OID "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define TWIN_HSM_P384_OID "\x06\x05\x2b\x81\x04\x00\x22"
#define TWIN_HSM_ED25519_NAME                                                                      \
    "\x13\x0c"                                                                                     \
    "edwards25519"

/* Read an attribute. Returns its length; 0 if it is missing or longer than cap. */
size_t twin_hsm_attribute(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object,
                          CK_ATTRIBUTE_TYPE type, void *out, size_t cap);

/* Make an EVP_PKEY from a public key object. TWIN_ERROR_REFUSED: it is of a kind not used here. */
enum twin_error_code twin_hsm_public_key(const struct twin_hsm_token *token,
                                         CK_OBJECT_HANDLE object, EVP_PKEY **pkey,
                                         struct twin_error *error);

/*
 * An ECDSA signature of a token (two numbers of the same length) to DER, in place.
 * sig has TWIN_SIG_LEN_MAX bytes of room. False if it is none.
 */
bool twin_hsm_ecdsa_to_der(uint8_t *sig, size_t *len);
