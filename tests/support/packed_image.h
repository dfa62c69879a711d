/*
 * packed_image.h - compressed images for tests of what unpacks them. liblzma makes them, through
 * host/signing. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/lzma.h"
#include "support/rig.h"

/* Put something into its payload that can be compressed: repetitions, near and far, calls of Thumb
 * code in all places, and what cannot be. Signed again. */
void test_image_make_dull(struct test_image *image, const struct test_key *key);

/* Make the compressed image of this one, as imgtool does. */
void test_image_pack(struct test_image *packed, const struct test_image *image,
                     const struct test_key *key, enum twin_compression kind);

/* The same around any stream, with its two bytes of parameters, and any length. flags: those of the
 * packed image. */
void test_image_pack_stream(struct test_image *packed, const struct test_image *image,
                            const struct test_key *key, struct twin_span stream, uint32_t flags,
                            uint32_t unpacked_len);

extern const struct rig_mode rig_overwrite_lzma;
