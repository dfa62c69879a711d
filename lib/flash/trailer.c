/*
 * trailer.c - reading and writing the fields at the end of a slot. No decisions: those are in
 * slots.c. Spec: docs/spec-image.md section 7.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/bytes.h"
#include "twin/mode.h"
#include <string.h>

#define FLAG_SET   0x01
#define FIELDS_MAX (5 * TWIN_FLASH_WRITE_MAX + 2 * TWIN_MAGIC_LEN) /* swap_size to the end */
#define UNREADABLE 0x55 /* instead of what cannot be read: no field may hold it */

/* Of a flag the whole write unit counts: power may have torn any byte, and it takes no second
 * write. */
static enum twin_flag flag_of(const struct twin_flash *flash, const uint8_t *at)
{
    return twin_flash_is_erased(flash, at, flash->write_bytes) ? TWIN_UNSET
           : *at == FLAG_SET                                   ? TWIN_SET
                                                               : TWIN_BAD;
}

static enum twin_flag magic_of(const struct twin_slots *slots, const struct twin_flash *flash,
                               const uint8_t *at)
{
    uint8_t magic[TWIN_MAGIC_LEN];

    twin_trailer_magic(slots->max_align, magic);
    return twin_flash_is_erased(flash, at, TWIN_MAGIC_LEN) ? TWIN_UNSET
           : memcmp(at, magic, TWIN_MAGIC_LEN) == 0        ? TWIN_SET
                                                           : TWIN_BAD;
}

/* Erased, damaged and "none" all read as no swap. */
static enum twin_swap_type swap_type_of(uint8_t swap_info)
{
    uint8_t type = swap_info & 0x0f;

    return type >= TWIN_SWAP_TEST && type <= TWIN_SWAP_REVERT ? (enum twin_swap_type)type
                                                              : TWIN_SWAP_NONE;
}

/* Read all fields, each by itself: where power tore one, the others count. */
void twin_trailer_read(const struct twin_slots *slots, enum twin_slot slot,
                       struct twin_trailer *trailer)
{
    const struct twin_area *area = &slots->area[slot];
    uint8_t fields[FIELDS_MAX];
    uint32_t start = twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_SIZE);
    const uint8_t *image_ok = &fields[twin_trailer_off(slots, slot, TWIN_FIELD_IMAGE_OK) - start];

    trailer->unreadable = false;
    for (uint32_t off = start; off < area->len; off += slots->max_align) {
        if (twin_area_read(area, off, &fields[off - start], slots->max_align) != TWIN_OK) {
            memset(&fields[off - start], UNREADABLE, slots->max_align);
            trailer->unreadable = true;
        }
    }
    trailer->magic = magic_of(slots, area->flash, &fields[area->len - TWIN_MAGIC_LEN - start]);
    trailer->image_ok = flag_of(area->flash, image_ok);
    trailer->copy_done = flag_of(area->flash, image_ok - slots->max_align);
    trailer->swap_type = swap_type_of(image_ok[-2 * slots->max_align]);
    trailer->swap_size = twin_get_le32(fields);
}

/*
 * The magic fills its whole aligned group, erased bytes first; a flash whose write unit is smaller
 * sees the same. The other fields fill up their last write unit.
 */
twin_err_t twin_trailer_write(const struct twin_slots *slots, enum twin_slot slot,
                              enum twin_trailer_field field, uint32_t value)
{
    const struct twin_area *area = &slots->area[slot];
    uint32_t off = twin_trailer_off(slots, slot, field);
    uint8_t group[TWIN_FLASH_WRITE_MAX], found[TWIN_FLASH_WRITE_MAX];
    uint32_t len = area->flash->write_bytes;

    memset(group, area->flash->erased, sizeof(group));
    if (field == TWIN_FIELD_MAGIC) {
        len = area->len - off;
        twin_trailer_magic(slots->max_align, &group[len - TWIN_MAGIC_LEN]);
    } else if (field >= TWIN_FIELD_TLV_SIZES) {
        len = len < sizeof(value) ? (uint32_t)sizeof(value) : len;
        twin_put_le32(group, value);
    } else {
        group[0] = (uint8_t)(field == TWIN_FIELD_SWAP_INFO ? value | (uint32_t)slots->image << 4
                                                           : FLAG_SET);
    }
    /* What cannot be read is not erased: power tore a write of it. */
    return twin_area_read(area, off, found, len) == TWIN_OK &&
                   twin_flash_is_erased(area->flash, found, len)
               ? twin_area_write(area, off, group, len)
               : TWIN_E_STATE;
}

twin_err_t twin_trailer_erase(const struct twin_slots *slots, enum twin_slot slot)
{
    const struct twin_area *area = &slots->area[slot];
    uint32_t start = twin_trailer_sector_off(slots, slot);

    /* From the end, so that the magic, which makes the rest valid, goes first. */
    for (uint32_t off = area->len; off > start; off -= slots->sector_bytes) {
        TWIN_TRY(twin_area_erase(area, off - slots->sector_bytes, slots->sector_bytes));
    }
    return TWIN_OK;
}
