/*
 * geometry.h - the shape of a flash, kept in the last bytes of its file, so that bootloader and
 * application agree. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/slots.h"

#define GEOMETRY_LEN      128 /* bytes of text behind the flash */
#define GEOMETRY_MODE_LEN 20  /* of the name of a mode, with its end */

/* The slots stand one behind the other, image by image, and are all the flash. */
struct geometry {
    uint32_t page_bytes, slot_bytes, write_bytes;
    uint32_t erased;              /* value of an erased byte */
    uint32_t images;              /* 1 to TWIN_IMAGES_MAX */
    uint32_t key_bits;            /* of keys that encrypt updates: 128; 0: they are not */
    char mode[GEOMETRY_MODE_LEN]; /* a name of geometry_modes */
};

/* The modes that a device can be in, with the facts of each; the last one has no name. */
struct geometry_mode {
    const char *name;
    const struct twin_mode *facts;
};
extern const struct geometry_mode geometry_modes[];

/* Bytes of all slots. */
uint32_t geometry_flash_len(const struct geometry *geometry);

/* Read from, or write to, the end of an open file. Returns 0; -1 if there is none in it. */
int geometry_read(int fd, struct geometry *geometry);
int geometry_write(int fd, const struct geometry *geometry);

/* The slots of all images on a flash device of this geometry; flash must live as long as they. */
void geometry_slots(const struct geometry *geometry, const struct twin_flash *flash,
                    struct twin_slots slots[TWIN_IMAGES_MAX]);
