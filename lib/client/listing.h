/*
 * listing.h - what a device's list of images says about one image. Between files of lib/client.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_image.h"

enum twin_listing_state {
    TWIN_LISTING_SILENT,    /* the list does not tell: it is empty, or has entries without hash */
    TWIN_LISTING_ABSENT,    /* the image is in no slot */
    TWIN_LISTING_STORED,    /* in a slot that does not run */
    TWIN_LISTING_PENDING,   /* the same, and to be swapped in at the next start */
    TWIN_LISTING_RUNNING,   /* on trial */
    TWIN_LISTING_CONFIRMED, /* running for good */
};

/*
 * Where is the image with this hash? A running one counts first.
 *
 * image  its number. A device that lists no image of this number counts in its own way: then every
 *        entry counts.
 * found  out: its entry, if it is in a slot. The spans in it point where the list's do.
 */
enum twin_listing_state twin_listing_find(const struct twin_image_state_rsp *list, int64_t image,
                                          struct twin_span hash, struct twin_image_slot *found);

/*
 * The slot that an image was stored in: one that does not run, under whatever number; of those with
 * this number first. False if there is none.
 */
bool twin_listing_stored(const struct twin_image_state_rsp *list, int64_t image,
                         struct twin_span hash, struct twin_image_slot *slot);

/* The running entry of this image, counted as above; false if the list shows none. */
bool twin_listing_running(const struct twin_image_state_rsp *list, int64_t image,
                          struct twin_image_slot *slot);

/* The entry to which the trial of this image falls back; false if none is on trial. */
bool twin_listing_fallback(const struct twin_image_state_rsp *list, int64_t image,
                           struct twin_image_slot *slot);
