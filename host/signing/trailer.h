/*
 * trailer.h - the slot trailer behind an image, and what fits in front of it.
 *
 * Spec: docs/spec-image.md section 7. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/spec.h"

/* How the bootloader installs the image; decides how large it may be. */
enum swap_mode { SWAP_MOVE, SWAP_OFFSET, SWAP_SCRATCH, SWAP_OVERWRITE, SWAP_XIP, SWAP_COUNT };
extern const char *const swap_mode_names[SWAP_COUNT + 1]; /* ends with NULL */

/* The magic that says the trailer is valid, for this alignment (8, 16 or 32). */
void trailer_magic(uint32_t max_align, bool big_endian, uint8_t magic[MAGIC_LEN]);

/*
 * Where the fields are, counted backwards from the end of the slot: image_ok, and before it each
 * max_align bytes further copy_done, swap_info and swap_size.
 */
uint32_t trailer_image_ok(uint32_t max_align);

/*
 * Bytes to keep free as the usual tool reckons: three status entries a sector whatever the mode.
 *
 * enc_tlv_len  bytes of the key exchange TLV, 0 for a plain image.
 */
uint64_t trailer_len(const struct image_spec *spec, size_t enc_tlv_len);

/* The two slots of an image. */
struct slot_pair {
    uint32_t primary, secondary; /* bytes */
    uint32_t sector;             /* bytes of a sector, the same in both */
};

/* Would a loader in this mode work with these slots at all? NULL, or why not. */
const char *trailer_check_slots(const struct image_spec *spec, enum swap_mode mode,
                                struct slot_pair slots);

/*
 * Bytes, header to last TLV, that really fit under one mode; 0 if none do. Modes that shift by a
 * sector need it in one of the slots only, so that one may be longer by it.
 */
uint64_t trailer_image_max(const struct image_spec *spec, enum swap_mode mode,
                           struct slot_pair slots, size_t enc_tlv_len);
