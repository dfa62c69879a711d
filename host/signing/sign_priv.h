/*
 * sign_priv.h - one image in the making, for the parts that make it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"

struct twin_making {
    const struct twin_sign_spec *spec;
    const struct twin_hash *hash;
    struct twin_signed *image;   /* bytes: room for the header and the payload, then more */
    uint32_t flags;              /* of the header, besides those that the spec asks for */
    struct twin_tlv_area packed; /* protected TLVs of compression */
    bool plain;                  /* neither pad nor encrypt, though the spec says so */
};

static inline bool twin_making_enciphers(const struct twin_making *making)
{
    return twin_sign_encrypts(making->spec) && !making->plain;
}

/* Put the header in front of the payload and the protected TLVs behind it: all that is hashed. */
enum twin_error_code twin_making_frame(struct twin_making *making, struct twin_error *error);

/* Make the whole image of header room and payload. */
enum twin_error_code twin_making_image(struct twin_making *making, struct twin_error *error);

/* Does it leave room for the trailer? */
enum twin_error_code twin_making_check_size(const struct twin_making *making,
                                            struct twin_error *error);

/*
 * Compress the payload and describe the original, which is built for that. If compression saves
 * nothing, that is the image, unless it is still to be encrypted.
 *
 * done  out: the image is finished.
 */
enum twin_error_code twin_making_pack(struct twin_making *making, bool *done,
                                      struct twin_error *error);
