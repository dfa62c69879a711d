/*
 * encrypt.h - encryption of payloads and of the key that they are encrypted with.
 *
 * Each image has a random key of its own, which travels in a TLV, wrapped for the receiver.
 * Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"
#include "signing/tlv.h"

/* Can images be encrypted for this key? Returns CLI_DONE, or CLI_USAGE after the message. */
int twin_encrypt_check_key(const struct twin_sign_spec *spec);

/*
 * Make an image key, add it to area wrapped, and encrypt the payload with it (unless spec->clear).
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_encrypt_payload(const struct twin_sign_spec *spec, uint8_t *payload, size_t len,
                         struct twin_tlv_area *area);

/*
 * Unwrap an image key.
 *
 * key  the receiver's, private; NULL if there is only a kek.
 * kek  key encryption key for TWIN_TLV_ENC_KW; may be empty.
 * out  TWIN_AES_KEY_MAX bytes of room.
 *
 * Returns the bytes of the image key; 0 if this key cannot unwrap it or the TLV is damaged.
 */
size_t twin_decrypt_key(uint16_t type, struct twin_span value, const struct twin_key *key,
                        struct twin_span kek, uint8_t out[TWIN_AES_KEY_MAX]);

/* Encrypt or decrypt a payload in place: AES in counter mode, the counter starts at 0. */
bool twin_payload_cipher(const uint8_t *key, size_t key_len, uint8_t *payload, size_t len);
