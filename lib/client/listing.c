/*
 * listing.c - what a device's list of images says about one image. Spec: docs/spec-smp.md
 * section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#include "listing.h"
#include "twin/upload.h"
#include <string.h>

static bool has_hash(const struct twin_image_slot *slot, struct twin_span hash)
{
    return hash.len != 0 && slot->hash.len == hash.len &&
           memcmp(slot->hash.ptr, hash.ptr, hash.len) == 0;
}

/* The next entry; how every search here begins is twin_msg_items(list->slots). */
static bool next(struct twin_items *items, struct twin_image_slot *slot)
{
    return twin_msg_next(items, &twin_image_slot_msg, slot);
}

/*
 * Which entries count. Some devices list as image 0 what is uploaded as image 2: when the list does
 * not have the number at all, it says nothing about it.
 */
static bool is_of(const struct twin_image_state_rsp *list, const struct twin_image_slot *slot,
                  int64_t image)
{
    struct twin_items items = twin_msg_items(list->slots);
    struct twin_image_slot other;
    bool is_listed = false;

    while (next(&items, &other)) {
        is_listed |= other.image == image;
    }
    return !is_listed || slot->image == image;
}

bool twin_listing_stored(const struct twin_image_state_rsp *list, int64_t image,
                         struct twin_span hash, struct twin_image_slot *slot)
{
    struct twin_items items = twin_msg_items(list->slots);
    struct twin_image_slot entry;
    bool is_found = false;

    while (next(&items, &entry)) {
        if (entry.active || !has_hash(&entry, hash)) {
            continue;
        }
        *slot = entry;
        is_found = true;
        if (entry.image == image) {
            return true;
        }
    }
    return is_found;
}

bool twin_image_slot_find(const struct twin_image_state_rsp *state, uint32_t image,
                          struct twin_span hash, struct twin_image_slot *slot)
{
    return twin_listing_stored(state, image, hash, slot);
}

bool twin_listing_running(const struct twin_image_state_rsp *list, int64_t image,
                          struct twin_image_slot *slot)
{
    struct twin_items items = twin_msg_items(list->slots);

    while (next(&items, slot)) {
        if (slot->active && is_of(list, slot, image)) {
            return true;
        }
    }
    return false;
}

/* The entry with the hash that does or does not run. */
static bool find(const struct twin_image_state_rsp *list, int64_t image, struct twin_span hash,
                 bool is_active, struct twin_image_slot *slot)
{
    struct twin_items items = twin_msg_items(list->slots);

    while (next(&items, slot)) {
        if (slot->active == is_active && has_hash(slot, hash) && is_of(list, slot, image)) {
            return true;
        }
    }
    return false;
}

/* Could the image be in the list without being seen? */
static bool is_silent(const struct twin_image_state_rsp *list)
{
    struct twin_items items = twin_msg_items(list->slots);
    struct twin_image_slot slot;
    bool is_empty = true;

    while (next(&items, &slot)) {
        is_empty = false;
        if (slot.hash.len == 0) {
            return true;
        }
    }
    return is_empty;
}

enum twin_listing_state twin_listing_find(const struct twin_image_state_rsp *list, int64_t image,
                                          struct twin_span hash, struct twin_image_slot *found)
{
    if (find(list, image, hash, true, found)) {
        return found->confirmed ? TWIN_LISTING_CONFIRMED : TWIN_LISTING_RUNNING;
    }
    if (find(list, image, hash, false, found)) {
        return found->pending ? TWIN_LISTING_PENDING : TWIN_LISTING_STORED;
    }
    return is_silent(list) ? TWIN_LISTING_SILENT : TWIN_LISTING_ABSENT;
}

bool twin_listing_fallback(const struct twin_image_state_rsp *list, int64_t image,
                           struct twin_image_slot *slot)
{
    struct twin_items items = twin_msg_items(list->slots);
    struct twin_image_slot running;

    if (!twin_listing_running(list, image, &running) || running.confirmed) {
        return false;
    }
    while (next(&items, slot)) {
        if (slot->confirmed && slot->image == running.image) {
            return true;
        }
    }
    return false;
}
