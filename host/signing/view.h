/*
 * view.h - an image in memory, taken apart. Nothing is changed, nothing copied.
 *
 * Strict: whatever does not hold together is a fault, and after a fault nothing of the image is to
 * be trusted. Spec: docs/spec-image.md section 1. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/spec.h"
#include "signing/tlv.h"

enum view_fault {
    VIEW_OK,
    VIEW_SHORT,       /* fewer bytes than a header */
    VIEW_MAGIC,       /* no image */
    VIEW_HEADER,      /* sizes or flags that exclude each other */
    VIEW_CUT,         /* the sizes point behind the end */
    VIEW_TLV_MAGIC,   /* no TLV area where it should begin */
    VIEW_PROT_SIZE,   /* the header and the protected area differ about its length */
    VIEW_TLV_OVERRUN, /* an entry is longer than its area */
    VIEW_TLV_PLACE,   /* an entry in the wrong area */
    VIEW_TLV_LENGTH,  /* an entry of impossible length */
    VIEW_TLV_REPEAT   /* an entry that may stand there once only */
};
extern const char *const view_fault_text[];

struct view {
    struct twin_span bytes; /* the whole file */
    bool big_endian;
    struct twin_image_header header;
    size_t payload_off, payload_len;
    size_t hashed_len; /* header to the end of the protected area */
    size_t end;        /* of the last TLV */
};

struct view_tlv {
    uint16_t type;
    bool is_protected;
    struct twin_span value;
};

/* Take an image apart: header, areas, and that the TLVs fill their areas. */
enum view_fault view_open(struct view *view, struct twin_span bytes);

/*
 * Check every TLV of a type that is known: in its area, of a possible length, not repeated. Loaders
 * pass over types that they do not know, and so does this.
 *
 * culprit  out: type of the TLV that a fault is about.
 */
enum view_fault view_check_tlvs(const struct view *view, uint16_t *culprit);

/* Step through the TLVs, protected ones first. Start with *cursor = 0. False after the last. */
bool view_next(const struct view *view, size_t *cursor, struct view_tlv *tlv);

/* The first TLV of a type in one of the areas. False if there is none. */
bool view_find(const struct view *view, uint16_t type, bool is_protected, struct view_tlv *tlv);

/*
 * What stands behind the image: nothing, the rest of a file, or the rest of a slot, whose end is a
 * trailer if an update was ever asked for or made. In a slot of a device everything in between may
 * be left over from other images.
 */
struct view_trailer {
    bool present; /* the file ends with a trailer's magic */
    uint32_t max_align;
    uint8_t magic[MAGIC_LEN];
    uint8_t image_ok, copy_done, swap_info; /* as they stand there; 0xff where there is no room */
    uint32_t swap_size;
    size_t other; /* offset in the file of the first byte that is neither filler nor trailer; 0 */
};

/* Read it. */
void view_trailer_read(const struct view *view, struct view_trailer *trailer);

/* Does it say that an update was begun and not finished? */
bool view_trailer_in_progress(const struct view_trailer *trailer);

/*
 * Look for an image that does not begin at the beginning, as in a slot whose loader keeps the first
 * sector free. Returns its offset, a multiple of VIEW_STEP; 0 if there is none in the first MiB.
 */
#define VIEW_STEP 256
size_t view_find_image(struct twin_span bytes);

/* Nothing but one value of erased flash, 0xff or 0. */
bool view_is_erased(struct twin_span bytes);

uint16_t view_get_u16(const struct view *view, const uint8_t *at);
uint32_t view_get_u32(const struct view *view, const uint8_t *at);
