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
#define STATUS_PER_SECTOR 2 /* swap-offset writes two status units for each sector */

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

static twin_err_t read_magic(const struct twin_slots *slots, const struct twin_area *area,
                             uint32_t off, enum twin_mark *mark)
{
    uint8_t got[MAGIC_LEN], want[MAGIC_LEN];

    TWIN_TRY(twin_area_read(area, off, got, sizeof(got)));
    magic_bytes(slots, want);
    *mark = twin_flash_is_erased(area->flash, got, sizeof(got)) ? TWIN_UNSET
            : memcmp(got, want, sizeof(got)) == 0               ? TWIN_SET
                                                                : TWIN_BAD;
    return TWIN_OK;
}

static twin_err_t read_flag(const struct twin_area *area, uint32_t off, enum twin_mark *mark)
{
    uint8_t value;

    TWIN_TRY(twin_area_read(area, off, &value, 1));
    *mark = value == area->flash->erased ? TWIN_UNSET : value == FLAG_SET ? TWIN_SET : TWIN_BAD;
    return TWIN_OK;
}

/* Erased, damaged and "none" all read as no swap. */
static enum twin_swap_type swap_type_of(uint8_t swap_info)
{
    uint8_t type = swap_info & 0x0f;

    return type >= TWIN_SWAP_TEST && type <= TWIN_SWAP_REVERT ? (enum twin_swap_type)type
                                                              : TWIN_SWAP_NONE;
}

twin_err_t twin_trailer_read(const struct twin_slots *slots, enum twin_slot slot,
                             struct twin_trailer *trailer)
{
    const struct twin_area *area = &slots->area[slot];
    struct twin_trailer_map map = twin_trailer_map(slots, slot);
    uint8_t raw[4];

    TWIN_TRY(read_magic(slots, area, map.magic, &trailer->magic));
    TWIN_TRY(read_flag(area, map.image_ok, &trailer->image_ok));
    TWIN_TRY(read_flag(area, map.copy_done, &trailer->copy_done));
    TWIN_TRY(twin_area_read(area, map.swap_info, raw, 1));
    trailer->swap_type = swap_type_of(raw[0]);
    TWIN_TRY(twin_area_read(area, map.swap_size, raw, sizeof(raw)));
    trailer->swap_size = twin_get_le32(raw);
    return TWIN_OK;
}

/*
 * The magic fills its whole aligned group, erased bytes first; a flash whose write unit is smaller
 * sees the same.
 */
static twin_err_t write_magic(const struct twin_slots *slots, const struct twin_area *area,
                              uint32_t off)
{
    uint8_t group[TWIN_FLASH_WRITE_MAX];
    uint32_t start = twin_align_down(off, slots->max_align);
    uint32_t len = off - start + MAGIC_LEN;

    memset(group, area->flash->erased, sizeof(group));
    magic_bytes(slots, &group[off - start]);
    return twin_area_write(area, start, group, len);
}

struct field {
    uint32_t off;
    uint8_t len;
    uint32_t value;
};

twin_err_t twin_trailer_write(const struct twin_slots *slots, enum twin_slot slot,
                              enum twin_trailer_field field, uint32_t value)
{
    const struct twin_area *area = &slots->area[slot];
    const struct twin_trailer_map map = twin_trailer_map(slots, slot);
    const struct field fields[] = {
        [TWIN_FIELD_SWAP_INFO] = {map.swap_info, 1, value | ((uint32_t)slots->image << 4)},
        [TWIN_FIELD_IMAGE_OK] = {map.image_ok, 1, FLAG_SET},
        [TWIN_FIELD_COPY_DONE] = {map.copy_done, 1, FLAG_SET},
        [TWIN_FIELD_TLV_SIZES] = {map.tlv_sizes, 4, value},
        [TWIN_FIELD_SWAP_SIZE] = {map.swap_size, 4, value},
        [TWIN_FIELD_MAGIC] = {map.magic, MAGIC_LEN, 0},
    };
    const struct field *f = &fields[field];
    uint8_t raw[4];
    bool blank;

    TWIN_TRY(twin_area_is_blank(area, f->off, f->len, &blank));
    if (!blank) {
        return TWIN_E_STATE;
    }
    if (field == TWIN_FIELD_MAGIC) {
        return write_magic(slots, area, f->off);
    }
    twin_put_le32(raw, f->value);
    return twin_area_write_padded(area, f->off, raw, f->len);
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
