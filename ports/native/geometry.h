/*
 * geometry.h - the shape of a flash, kept in the last bytes of its file, so that bootloader and
 * application agree. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/slots.h"

#define GEOMETRY_LEN 128 /* bytes of text behind the flash */

/* The primary slot is at 0, the secondary directly behind it, and that is all the flash. */
struct geometry {
    uint32_t page_bytes, slot_bytes, write_bytes;
    uint32_t erased; /* value of an erased byte */
};

/* Read from, or write to, the end of an open file. Returns 0; -1 if there is none in it. */
int geometry_read(int fd, struct geometry *geometry);
int geometry_write(int fd, const struct geometry *geometry);

/* The two slots on a flash device of this geometry; flash must live as long as they. */
struct twin_slots geometry_slots(const struct geometry *geometry, const struct twin_flash *flash);
