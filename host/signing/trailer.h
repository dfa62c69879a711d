/*
 * trailer.h - the trailer of a slot, behind its image. Spec: docs/spec-image.md section 7.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/view.h"
#include "twin/slots.h"

/* The magic that says the trailer is valid, for this alignment (8, 16 or 32). */
void twin_slot_trailer_magic(uint32_t max_align, bool big_endian, uint8_t magic[TWIN_MAGIC_LEN]);

/*
 * Where the fields are, counted backwards from the end of the slot: image_ok, and before it each
 * max_align bytes further copy_done, swap_info and swap_size.
 */
uint32_t twin_slot_trailer_image_ok(uint32_t max_align);

/*
 * What stands behind the image: nothing, the rest of a file, or the rest of a slot, whose end is a
 * trailer if an update was ever asked for or made. In a slot of a device everything in between may
 * be left over from other images.
 */
struct twin_slot_trailer {
    bool present; /* the file ends with a trailer's magic */
    uint32_t max_align;
    uint8_t image_ok, copy_done, swap_info; /* as they stand there; 0xff where there is no room */
    uint32_t swap_size;
    size_t other; /* offset in the file of the first byte that is neither filler nor trailer; 0 */
};

/* Read it. */
void twin_slot_trailer_read(const struct twin_view *view, struct twin_slot_trailer *trailer);

/* Does it say that an update was begun and not finished? */
bool twin_slot_trailer_in_progress(const struct twin_slot_trailer *trailer);
