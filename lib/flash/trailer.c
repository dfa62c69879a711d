/*
 * trailer.c - the fields at the end of a slot: where they are, reading and writing them.
 *
 * Layout of swap-offset: docs/spec-image.md section 7. No decisions: those are in slots.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/bytes.h"
#include "twin/slots.h"
#include <string.h>

#define MAGIC_LEN         16
#define FLAG_SET          0x01
#define FIELDS_MAX        (5 * TWIN_FLASH_WRITE_MAX + 2 * MAGIC_LEN) /* swap_size to the end */
#define UNREADABLE        0x55 /* instead of what cannot be read: no field may hold it */
#define STATUS_PER_SECTOR 2    /* swap-offset writes two status units for each sector */

struct twin_trailer_map twin_trailer_map(const struct twin_slots *slots, enum twin_slot slot)
{
    uint32_t end = slots->area[slot].len;
    uint32_t align = slots->max_align;
    uint32_t unit = slots->area[slot].flash->write_bytes;
    struct twin_trailer_map map;

    map.magic = end - MAGIC_LEN;
    map.image_ok = twin_align_down(map.magic - align, align);
    map.copy_done = map.image_ok - align;
    map.swap_info = map.copy_done - align;
    map.tlv_sizes = map.swap_info - align;
    map.swap_size = map.tlv_sizes - align;
    map.status = map.swap_size - (uint32_t)slots->max_sectors * STATUS_PER_SECTOR * unit;
    map.sector = twin_align_down(map.status, slots->sector_bytes);
    return map;
}

/* The magic depends on the alignment: that is how a reader notices a wrong geometry. */
static void magic_bytes(const struct twin_slots *slots, uint8_t out[MAGIC_LEN])
{
    static const uint8_t align8[MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
                                              0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
    static const uint8_t other[MAGIC_LEN] = {0x00, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                                             0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

    memcpy(out, slots->max_align == 8 ? align8 : other, MAGIC_LEN);
    if (slots->max_align != 8) {
        twin_put_le16(out, slots->max_align);
    }
}

/* unit: bytes that are erased as long as the mark is not set. */
static enum twin_mark mark_of(const struct twin_flash *flash, const uint8_t *at, uint32_t unit,
                              const uint8_t *want, size_t len)
{
    return twin_flash_is_erased(flash, at, unit) ? TWIN_UNSET
           : memcmp(at, want, len) == 0          ? TWIN_SET
                                                 : TWIN_BAD;
}

/* Of a flag the whole write unit counts: power may have torn any byte, and it takes no second
 * write. */
static enum twin_mark flag_of(const struct twin_flash *flash, const uint8_t *at)
{
    static const uint8_t set = FLAG_SET;

    return mark_of(flash, at, flash->write_bytes, &set, sizeof(set));
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
    struct twin_trailer_map map = twin_trailer_map(slots, slot);
    uint8_t magic[MAGIC_LEN], fields[FIELDS_MAX];
    uint32_t start = map.swap_size;

    trailer->unreadable = false;
    for (uint32_t off = start; off < area->len; off += slots->max_align) {
        if (twin_area_read(area, off, &fields[off - start], slots->max_align) != TWIN_OK) {
            memset(&fields[off - start], UNREADABLE, slots->max_align);
            trailer->unreadable = true;
        }
    }
    magic_bytes(slots, magic);
    trailer->magic = mark_of(area->flash, &fields[map.magic - start], MAGIC_LEN, magic, MAGIC_LEN);
    trailer->image_ok = flag_of(area->flash, &fields[map.image_ok - start]);
    trailer->copy_done = flag_of(area->flash, &fields[map.copy_done - start]);
    trailer->swap_type = swap_type_of(fields[map.swap_info - start]);
    trailer->swap_size = twin_get_le32(fields);
}

/* Where a field's write units start; the fields are in the order of their places, from the end. */
static uint32_t field_off(const struct twin_slots *slots, enum twin_slot slot,
                          enum twin_trailer_field field)
{
    uint32_t image_ok = twin_trailer_map(slots, slot).image_ok;

    return image_ok + slots->max_align - (uint32_t)field * slots->max_align;
}

/*
 * The magic fills its whole aligned group, erased bytes first; a flash whose write unit is smaller
 * sees the same. The other fields fill up their last write unit.
 */
twin_err_t twin_trailer_write(const struct twin_slots *slots, enum twin_slot slot,
                              enum twin_trailer_field field, uint32_t value)
{
    const struct twin_area *area = &slots->area[slot];
    uint32_t off = field_off(slots, slot, field);
    uint8_t group[TWIN_FLASH_WRITE_MAX], found[TWIN_FLASH_WRITE_MAX];
    uint32_t len = area->flash->write_bytes;

    memset(group, area->flash->erased, sizeof(group));
    if (field == TWIN_FIELD_MAGIC) {
        len = area->len - off;
        magic_bytes(slots, &group[len - MAGIC_LEN]);
    } else if (field >= TWIN_FIELD_TLV_SIZES) {
        len = len < sizeof(value) ? (uint32_t)sizeof(value) : len;
        twin_put_le32(group, value);
    } else {
        group[0] = (uint8_t)(field == TWIN_FIELD_SWAP_INFO ? value | (uint32_t)slots->image << 4
                                                           : FLAG_SET);
    }
    TWIN_TRY(twin_area_read(area, off, found, len));
    return twin_flash_is_erased(area->flash, found, len) ? twin_area_write(area, off, group, len)
                                                         : TWIN_E_STATE;
}

twin_err_t twin_trailer_erase(const struct twin_slots *slots, enum twin_slot slot)
{
    const struct twin_area *area = &slots->area[slot];
    struct twin_trailer_map map = twin_trailer_map(slots, slot);

    /* From the end, so that the magic, which makes the rest valid, goes first. */
    for (uint32_t off = area->len; off > map.sector; off -= slots->sector_bytes) {
        TWIN_TRY(twin_area_erase(area, off - slots->sector_bytes, slots->sector_bytes));
    }
    return TWIN_OK;
}
