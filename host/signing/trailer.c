/*
 * trailer.c - the trailer of a slot, behind its image. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/trailer.h"
#include <string.h>

#define DEFAULT_ALIGN 8

void twin_slot_trailer_magic(uint32_t max_align, bool big_endian, uint8_t magic[TWIN_MAGIC_LEN])
{
    twin_trailer_magic(max_align, magic);
    if (big_endian && max_align != DEFAULT_ALIGN) {
        uint8_t first = magic[0]; /* the alignment is a number of two bytes */
        magic[0] = magic[1];
        magic[1] = first;
    }
}

uint32_t twin_slot_trailer_image_ok(uint32_t max_align)
{
    return twin_align_up(TWIN_MAGIC_LEN, max_align) + max_align;
}

/* The alignment that the magic at the end stands for; 0 if it is none. */
static uint32_t find_align(const struct twin_view *view)
{
    const uint8_t *found = view->bytes.ptr + view->bytes.len - TWIN_MAGIC_LEN;
    uint8_t magic[TWIN_MAGIC_LEN];

    for (uint32_t align = 8; align <= 32; align *= 2) {
        for (int big = 0; big < 2; big++) {
            twin_slot_trailer_magic(align, big != 0, magic);
            if (memcmp(found, magic, TWIN_MAGIC_LEN) == 0) {
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
    uint32_t align = rest >= TWIN_MAGIC_LEN ? find_align(view) : 0;

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
    uint8_t type = trailer->swap_info & 0x0f; /* the upper half is the number of the image */

    return trailer->present && trailer->copy_done != 1 && type >= TWIN_SWAP_TEST &&
           type <= TWIN_SWAP_REVERT;
}
