/*
 * encrypt.h - encryption of payloads. Each image has a random key of its own, which travels in a
 * TLV (wrap.h). Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"

/*
 * Read a key encryption key: 16 or 32 bytes, raw or as hex digits with any white space.
 *
 * kek  out, to be freed with twin_buf_free_secret() also after an error.
 *
 * TWIN_ERROR_REFUSED: the file cannot be read. TWIN_ERROR_USAGE: it has another length.
 */
enum twin_error_code twin_kek_load(const char *path, struct twin_buf *kek,
                                   struct twin_error *error);

/* Can an image be encrypted as this spec says, or not at all? TWIN_ERROR_USAGE if not. */
enum twin_error_code twin_encrypt_check(const struct twin_sign_spec *spec,
                                        struct twin_error *error);

/*
 * Make an image key, add it to area wrapped, and encrypt the payload with it (unless spec->clear).
 * TWIN_ERROR_REFUSED: OpenSSL failed.
 */
enum twin_error_code twin_encrypt_payload(const struct twin_sign_spec *spec, uint8_t *payload,
                                          size_t len, struct twin_tlv_area *area,
                                          struct twin_error *error);

/* Encrypt or decrypt a payload in place: AES in counter mode, the counter starts at 0. */
bool twin_payload_cipher(const uint8_t *key, size_t key_len, uint8_t *payload, size_t len);
