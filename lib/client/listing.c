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

/*
 * Which entries count. Some devices list as image 0 what is uploaded as image 2: when the list does
 * not have the number at all, it says nothing about it.
 */
static bool is_of(const struct twin_image_state_rsp *list, const struct twin_image_slot *slot,
                  uint32_t image)
{
    bool is_listed = false;

    for (uint32_t i = 0; i < list->slots_count; i++) {
        is_listed |= list->slots[i].image == image;
    }
    return !is_listed || slot->image == image;
}

const struct twin_image_slot *twin_listing_stored(const struct twin_image_state_rsp *list,
                                                  uint32_t image, struct twin_span hash)
{
    const struct twin_image_slot *elsewhere = NULL;

    for (uint32_t i = 0; i < list->slots_count; i++) {
        const struct twin_image_slot *slot = &list->slots[i];
        if (slot->active || !has_hash(slot, hash)) {
            continue;
        }
        if (slot->image == image) {
            return slot;
        }
        elsewhere = slot;
    }
    return elsewhere;
}

const struct twin_image_slot *twin_image_slot_find(const struct twin_image_state_rsp *state,
                                                   uint32_t image, struct twin_span hash)
{
    return twin_listing_stored(state, image, hash);
}

const struct twin_image_slot *twin_listing_running(const struct twin_image_state_rsp *list,
                                                   uint32_t image)
{
    for (uint32_t i = 0; i < list->slots_count; i++) {
        const struct twin_image_slot *slot = &list->slots[i];
        if (slot->active && is_of(list, slot, image)) {
            return slot;
        }
    }
    return NULL;
}

/* The entry with the hash that does or does not run. */
static const struct twin_image_slot *find(const struct twin_image_state_rsp *list, uint32_t image,
                                          struct twin_span hash, bool is_active)
{
    for (uint32_t i = 0; i < list->slots_count; i++) {
        const struct twin_image_slot *slot = &list->slots[i];
        if (slot->active == is_active && has_hash(slot, hash) && is_of(list, slot, image)) {
            return slot;
        }
    }
    return NULL;
}

/* Could the image be in the list without being seen? */
static bool is_silent(const struct twin_image_state_rsp *list)
{
    for (uint32_t i = 0; i < list->slots_count; i++) {
        if (list->slots[i].hash.len == 0) {
            return true;
        }
    }
    return list->slots_count == 0;
}

enum twin_standing twin_listing_find(const struct twin_image_state_rsp *list, uint32_t image,
                                     struct twin_span hash, const struct twin_image_slot **found)
{
    *found = find(list, image, hash, true);
    if (*found != NULL) {
        return (*found)->confirmed ? TWIN_LISTING_CONFIRMED : TWIN_LISTING_RUNNING;
    }
    *found = find(list, image, hash, false);
    if (*found != NULL) {
        return (*found)->pending ? TWIN_LISTING_PENDING : TWIN_LISTING_STORED;
    }
    return is_silent(list) ? TWIN_LISTING_SILENT : TWIN_LISTING_ABSENT;
}

const struct twin_image_slot *twin_listing_fallback(const struct twin_image_state_rsp *list,
                                                    uint32_t image)
{
    const struct twin_image_slot *running = twin_listing_running(list, image);

    for (uint32_t i = 0; running != NULL && !running->confirmed && i < list->slots_count; i++) {
        const struct twin_image_slot *slot = &list->slots[i];
        if (!slot->active && slot->confirmed && slot->image == running->image) {
            return slot;
        }
    }
    return NULL;
}
