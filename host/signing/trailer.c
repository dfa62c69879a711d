/*
 * trailer.c - the trailer of a slot, behind its image. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/trailer.h"
#include <string.h>

#define DEFAULT_ALIGN 8

/* Of swap_info, whose upper half is the number of the image. */
enum { SWAP_TYPE_TEST = 2, SWAP_TYPE_REVERT = 4 };

void twin_slot_trailer_magic(uint32_t max_align, bool big_endian,
                             uint8_t magic[TWIN_SLOT_MAGIC_LEN])
{
    static const uint8_t plain[TWIN_SLOT_MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2,
                                                       0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f,
                                                       0x2c, 0xb6, 0x79, 0x80};
    /* The first two bytes are the alignment. */
    static const uint8_t aligned[TWIN_SLOT_MAGIC_LEN] = {0x00, 0x00, 0x2d, 0xe1, 0x5d, 0x29,
                                                         0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c,
                                                         0x11, 0x0f, 0x1f, 0x8a};

    memcpy(magic, max_align == DEFAULT_ALIGN ? plain : aligned, TWIN_SLOT_MAGIC_LEN);
    if (max_align != DEFAULT_ALIGN) {
        magic[big_endian] = (uint8_t)max_align;
    }
}

static uint32_t magic_field(uint32_t max_align)
{
    return twin_align_up(TWIN_SLOT_MAGIC_LEN, max_align);
}

uint32_t twin_slot_trailer_image_ok(uint32_t max_align)
{
    return magic_field(max_align) + max_align;
}

/* The alignment that the magic at the end stands for; 0 if it is none. */
static uint32_t find_align(const struct twin_view *view)
{
    const uint8_t *found = view->bytes.ptr + view->bytes.len - TWIN_SLOT_MAGIC_LEN;
    uint8_t magic[TWIN_SLOT_MAGIC_LEN];

    for (uint32_t align = 8; align <= 32; align *= 2) {
        for (int big = 0; big < 2; big++) {
            twin_slot_trailer_magic(align, big != 0, magic);
            if (memcmp(found, magic, TWIN_SLOT_MAGIC_LEN) == 0) {
                return align;
            }
        }
    }
    return 0;
}

/*
 * A field of the trailer, which is `back` bytes before the end of the file; NULL where the image
 * reaches that far: a trailer for a loader that only copies has less fields.
 */
static const uint8_t *trailer_field(const struct twin_view *view, size_t back)
{
    return view->bytes.len - view->end >= back ? view->bytes.ptr + view->bytes.len - back : NULL;
}

static uint8_t trailer_byte(const struct twin_view *view, size_t back)
{
    const uint8_t *at = trailer_field(view, back);

    return at != NULL ? *at : 0xff;
}

/* Fill in the fields. Returns how many bytes they take. */
static size_t read_fields(const struct twin_view *view, uint32_t align,
                          struct twin_slot_trailer *trailer)
{
    uint32_t image_ok = twin_slot_trailer_image_ok(align);
    const uint8_t *swap_size = trailer_field(view, image_ok + 3 * align);

    trailer->present = true;
    trailer->max_align = align;
    trailer->image_ok = trailer_byte(view, image_ok);
    trailer->copy_done = trailer_byte(view, image_ok + align);
    trailer->swap_info = trailer_byte(view, image_ok + 2 * align);
    trailer->swap_size = swap_size != NULL ? twin_view_get_u32(view, swap_size) : UINT32_MAX;
    return image_ok + (swap_size != NULL ? 3 : 1) * align;
}

void twin_slot_trailer_read(const struct twin_view *view, struct twin_slot_trailer *trailer)
{
    size_t rest = view->bytes.len - view->end;
    uint32_t align = rest >= TWIN_SLOT_MAGIC_LEN ? find_align(view) : 0;

    memset(trailer, 0, sizeof(*trailer));
    if (align != 0 && rest >= twin_slot_trailer_image_ok(align)) {
        size_t fields = read_fields(view, align, trailer);
        rest -= fields < rest ? fields : rest;
    }
    for (size_t i = 0; i < rest && trailer->other == 0; i++) {
        uint8_t byte = view->bytes.ptr[view->end + i];
        trailer->other = byte == 0x00 || byte == 0xff ? 0 : view->end + i;
    }
}

bool twin_slot_trailer_in_progress(const struct twin_slot_trailer *trailer)
{
    uint8_t type = trailer->swap_info & 0x0f;

    return trailer->present && trailer->copy_done != 1 && type >= SWAP_TYPE_TEST &&
           type <= SWAP_TYPE_REVERT;
}
