/*
 * flash_file.h - makes the file that is the flash of a device. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define FLASH_PARTS_MAX 4

/* A file that is put into a flash when it is made; path NULL: nothing. */
struct flash_part {
    const char *path;
    uint32_t off, room; /* bytes */
};

struct flash_shape {
    const char *owner; /* whose flash: "a Linux device" */
    uint32_t len;      /* bytes */
    uint8_t erased;
    struct flash_part parts[FLASH_PARTS_MAX];
    /* Write what makes a file of len bytes a flash; the last thing that is done. 0, or -1. */
    int (*complete)(int fd, const void *kind);
    bool (*is_complete)(int fd, const void *kind);
    const void *kind; /* given to both */
};

/*
 * Make the file if it is not there or empty: erased, with the parts in their places. One
 * that is there stays as it is. Then lock it, so that no second device runs on it.
 *
 * Returns a descriptor, inherited by the device so that the lock lasts as long as either of us, or
 * -1 after saying on stderr what is wrong.
 */
int flash_file_open(const char *path, const struct flash_shape *shape);
