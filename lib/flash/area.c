/*
 * area.c - bounds and alignment checks between the libraries and a flash driver.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/bytes.h"
#include "twin/flash.h"
#include <string.h>

#define CHUNK 64 /* bytes looked at together by the blank check */

static bool inside(const struct twin_area *area, uint32_t off, size_t len)
{
    return off <= area->len && len <= area->len - off;
}

twin_err_t twin_area_read(const struct twin_area *area, uint32_t off, void *buf, size_t len)
{
    if (!inside(area, off, len)) {
        return TWIN_E_ARG;
    }
    twin_err_t err = area->flash->read(area->flash->ctx, area->addr + off, buf, len);
    /* A disturbance passes; what power tore stays unreadable. */
    return err == TWIN_OK ? err : area->flash->read(area->flash->ctx, area->addr + off, buf, len);
}

twin_err_t twin_area_write(const struct twin_area *area, uint32_t off, const void *buf, size_t len)
{
    uint32_t unit = area->flash->write_bytes;

    if (!inside(area, off, len) || off % unit != 0 || len % unit != 0) {
        return TWIN_E_ARG;
    }
    return area->flash->write(area->flash->ctx, area->addr + off, buf, len);
}

twin_err_t twin_area_erase(const struct twin_area *area, uint32_t off, uint32_t len)
{
    uint32_t page = area->flash->page_bytes;

    if (!inside(area, off, len) || off % page != 0 || len % page != 0) {
        return TWIN_E_ARG;
    }
    return area->flash->erase(area->flash->ctx, area->addr + off, len);
}

twin_err_t twin_area_write_padded(const struct twin_area *area, uint32_t off, const void *buf,
                                  size_t len)
{
    uint8_t padded[TWIN_FLASH_WRITE_MAX];

    if (len == 0 || len > sizeof(padded)) {
        return TWIN_E_ARG;
    }
    memset(padded, area->flash->erased, sizeof(padded));
    memcpy(padded, buf, len);
    return twin_area_write(area, off, padded,
                           twin_align_up((uint32_t)len, area->flash->write_bytes));
}

bool twin_flash_is_erased(const struct twin_flash *flash, const void *buf, size_t len)
{
    const uint8_t *bytes = buf;

    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != flash->erased) {
            return false;
        }
    }
    return true;
}

bool twin_area_is_blank(const struct twin_area *area, uint32_t off, uint32_t len)
{
    uint8_t chunk[CHUNK];

    for (uint32_t done = 0; done < len;) {
        uint32_t part = len - done < CHUNK ? len - done : CHUNK;
        if (twin_area_read(area, off + done, chunk, part) != TWIN_OK ||
            !twin_flash_is_erased(area->flash, chunk, part)) {
            return false;
        }
        done += part;
    }
    return true;
}
