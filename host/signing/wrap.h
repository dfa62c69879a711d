/*
 * wrap.h - the key that a payload is encrypted with, on its way to a device: wrapped in a TLV.
 * Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"
#include "signing/tlv.h"

#define TWIN_AES_KEY_MAX 32 /* bytes */

/* Can image keys be wrapped for this receiver, with this hash in the key exchange? */
bool twin_wrap_can(const struct twin_key *receiver, const struct twin_hash *hash);

/*
 * Wrap an image key and add it to an area.
 *
 * receiver  twin_wrap_can() it; NULL: the kek wraps.
 * kek       as long as the image key.
 *
 * Returns false if OpenSSL fails.
 */
bool twin_wrap_key(const struct twin_key *receiver, const struct twin_hash *hash,
                   struct twin_span kek, struct twin_span image_key, struct twin_tlv_area *area);

/*
 * Unwrap one.
 *
 * type, value  of the TLV.
 * key          the receiver's, private; NULL if there is only a kek.
 * kek          for TWIN_TLV_ENC_KW; may be empty.
 * out          out.
 *
 * Returns the bytes of the image key, 16 or 32; 0 if this key cannot unwrap it or the TLV is
 * damaged.
 */
size_t twin_unwrap_key(uint16_t type, struct twin_span value, const struct twin_key *key,
                       struct twin_span kek, uint8_t out[TWIN_AES_KEY_MAX]);
