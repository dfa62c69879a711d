/*
 * view.h - an image in memory, taken apart. Nothing is changed, nothing copied.
 *
 * Strict: whatever does not hold together is a fault, and after a fault nothing of the image is to
 * be trusted. Spec: docs/spec-image.md section 1. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/fault.h"
#include "signing/tlv.h"

struct twin_view {
    struct twin_span bytes; /* the whole file */
    bool big_endian;
    struct twin_image_header header;
    size_t payload_off, payload_len;
    size_t hashed_len; /* header to the end of the protected area */
    size_t end;        /* of the last TLV */
};

struct twin_view_tlv {
    uint16_t type;
    bool is_protected;
    struct twin_span value;
};

/* Take an image apart: header, areas, and that the TLVs fill their areas. */
enum twin_fault twin_view_open(struct twin_view *view, struct twin_span bytes);

/*
 * Check every TLV of a type that is known: in its area, of a possible length, not repeated. Loaders
 * pass over types that they do not know, and so does this.
 *
 * culprit  out: type of the TLV that a fault is about.
 */
enum twin_fault twin_view_check_tlvs(const struct twin_view *view, uint16_t *culprit);

/* Step through the TLVs, protected ones first. Start with *cursor = 0. False after the last. */
bool twin_view_next(const struct twin_view *view, size_t *cursor, struct twin_view_tlv *tlv);

/* The first TLV of a type in one of the areas. False if there is none. */
bool twin_view_find(const struct twin_view *view, uint16_t type, bool is_protected,
                    struct twin_view_tlv *tlv);

/* The first TLV of a kind: a hash, under which devices list the image, or a wrapped image key. */
bool twin_view_find_hash(const struct twin_view *view, struct twin_view_tlv *tlv);
bool twin_view_find_wrapped_key(const struct twin_view *view, struct twin_view_tlv *tlv);

/* Is there a signature, whoever made it? */
bool twin_view_is_signed(const struct twin_view *view);

/*
 * Look for an image that does not begin at the beginning, as in a slot whose loader keeps the first
 * sector free. Returns its offset, a multiple of TWIN_VIEW_STEP; 0 if there is none in the first
 * MiB.
 */
#define TWIN_VIEW_STEP 256
size_t twin_view_find_image(struct twin_span bytes);

/* Nothing but one value of erased flash, 0xff or 0. */
bool twin_view_is_erased(struct twin_span bytes);

uint16_t twin_view_get_u16(const struct twin_view *view, const uint8_t *at);
uint32_t twin_view_get_u32(const struct twin_view *view, const uint8_t *at);
