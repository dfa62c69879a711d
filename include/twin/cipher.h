/*
 * twin/cipher.h - the payload of an encrypted image: its key, and its bytes. Header and TLVs are
 * never encrypted. Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"
#include "twin/unwrap.h"

TWIN_C_BEGIN

/* What a device decrypts with: const, named by the port. Images with a key of another length, or
 * wrapped in another way, are not for it. */
struct twin_decrypt {
    const struct twin_unwrap_alg *alg;
    struct twin_span own; /* the secret of the device, as the alg wants it */
    uint8_t key_len;      /* of image keys: 16 or 32 bytes */
};

/* The key of an image, and for which of its bytes. */
struct twin_cipher {
    uint32_t begin, end; /* from the header; the same: the image stands there as it is */
    struct twin_aes_ctr ctr;
};

/*
 * Find the key of an opened image.
 *
 * An image that is not encrypted, or whose key this device cannot know, because there is not
 * exactly one TLV of its kind or because it does not unwrap, is taken as it stands: begin and end
 * are the same. Who verifies it sees what comes of that.
 *
 * Returns TWIN_OK, or TWIN_E_IO. Cost: a flash read for each TLV; for an encrypted image unwrapping
 * (twin/unwrap.h). What it needs of the stack is erased.
 */
TWIN_MUST_CHECK twin_err_t twin_cipher_open(struct twin_cipher *cipher,
                                            const struct twin_image *image,
                                            const struct twin_decrypt *decrypt);

/* Encrypt or decrypt, which is the same, bytes that stand at this offset from the header. */
void twin_cipher_run(const struct twin_cipher *cipher, uint32_t off, uint8_t *data, size_t len);

TWIN_C_END
