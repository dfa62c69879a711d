/*
 * layout.c - where the fields of a trailer are, and its magic. Spec: docs/spec-image.md section 7.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_priv.h"
#include "twin/bytes.h"
#include <string.h>

/* The magic is at the very end, in an aligned group of its own; the others follow downwards. */
uint32_t twin_trailer_off(const struct twin_slots *slots, enum twin_slot slot,
                          enum twin_trailer_field field)
{
    uint32_t align = slots->max_align, row = field;

    if (field == TWIN_FIELD_SWAP_SIZE && !slots->mode->has_tlv_sizes) {
        row--;
    }
    return ((slots->area[slot].len - TWIN_MAGIC_LEN) & (0u - align)) - row * align;
}

/* Where images are encrypted there is room for the keys of both. They are not written: who knows
 * the private key finds them in the images (lib/boot/decrypter.c). */
uint32_t twin_trailer_status_end(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_SIZE) - slots->key_room;
}

uint32_t twin_trailer_status_off(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_trailer_status_end(slots, slot) - (uint32_t)slots->max_sectors *
                                                      slots->mode->status_per_sector *
                                                      slots->area[slot].flash->write_bytes;
}

uint32_t twin_trailer_sector_off(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_align_down(twin_trailer_status_off(slots, slot), slots->sector_bytes);
}

void twin_trailer_magic(uint32_t max_align, uint8_t magic[TWIN_MAGIC_LEN])
{
    static const uint8_t align8[TWIN_MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
                                                   0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
    static const uint8_t other[TWIN_MAGIC_LEN] = {0x00, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                                                  0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

    memcpy(magic, max_align == 8 ? align8 : other, TWIN_MAGIC_LEN);
    if (max_align != 8) {
        twin_put_le16(magic, (uint16_t)max_align);
    }
}
