/*
 * twin/flash.h - a flash device as the port gives it, and areas of it. No driver is in here.
 *
 * Flash keeps NOR rules: an erase sets whole pages to the erased value, a write goes to erased
 * write units only, once. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

TWIN_C_BEGIN

#define TWIN_FLASH_WRITE_MAX 32 /* bytes of the largest write unit supported */

/*
 * A flash device: filled in by the port, const from then on. Addresses count from the start of the
 * device. Each function returns TWIN_OK or TWIN_E_IO; arguments are always aligned and in range.
 */
struct twin_flash {
    void *ctx;            /* given back to the functions */
    uint32_t size;        /* bytes */
    uint32_t page_bytes;  /* erase unit */
    uint32_t write_bytes; /* write unit: 1, 2, 4, 8, 16 or 32 */
    uint8_t erased;       /* value of an erased byte: 0xff or 0x00 */
    twin_err_t (*read)(void *ctx, uint32_t addr, void *buf, size_t len);
    /* addr and len are multiples of write_bytes; the units are erased; buf has any alignment. */
    twin_err_t (*write)(void *ctx, uint32_t addr, const void *buf, size_t len);
    /* addr and len are multiples of page_bytes. */
    twin_err_t (*erase)(void *ctx, uint32_t addr, uint32_t len);
};

/* A part of a device, aligned to its pages. */
struct twin_area {
    const struct twin_flash *flash; /* must live as long as the area */
    uint32_t addr;                  /* start, in the device */
    uint32_t len;                   /* bytes */
};

/*
 * Read, write or erase inside an area. `off` counts from its start. A read that fails is tried once
 * more.
 *
 * Returns TWIN_OK; TWIN_E_ARG outside the area or not aligned; TWIN_E_IO from the driver.
 */
TWIN_MUST_CHECK twin_err_t twin_area_read(const struct twin_area *area, uint32_t off, void *buf,
                                          size_t len);
TWIN_MUST_CHECK twin_err_t twin_area_write(const struct twin_area *area, uint32_t off,
                                           const void *buf, size_t len);
TWIN_MUST_CHECK twin_err_t twin_area_erase(const struct twin_area *area, uint32_t off,
                                           uint32_t len);

/*
 * Write len bytes (1 to TWIN_FLASH_WRITE_MAX) as one padded group of write units: the rest of the
 * last unit gets the erased value. off must be aligned to the write unit. Errors as above.
 */
TWIN_MUST_CHECK twin_err_t twin_area_write_padded(const struct twin_area *area, uint32_t off,
                                                  const void *buf, size_t len);

/*
 * Are all bytes of this range erased? Not, if one of them cannot be read: on a flash with error
 * correction that is what power lost in a write or an erase may leave, until the next erase.
 */
bool twin_area_is_blank(const struct twin_area *area, uint32_t off, uint32_t len);

/* The same for a buffer. */
bool twin_flash_is_erased(const struct twin_flash *flash, const void *buf, size_t len);

TWIN_C_END
