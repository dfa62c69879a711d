/*
 * srv_image_newest.c - what comes next in modes in which the image with the highest version is
 * started and no trailer decides (direct-XIP without revert, RAM load). A device in another mode
 * links none of it. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/srv_image.h"

static bool open_slot(const struct twin_slots *slots, enum twin_slot slot, struct twin_image *image)
{
    return twin_image_open(image, &slots->area[slot], 0, slots->area[slot].len) == TWIN_OK;
}

/* It cannot be taken back, as if somebody had asked for the previous image. */
enum twin_plan twin_srv_image_newest(const struct twin_slots *slots)
{
    struct twin_image running, other;

    return open_slot(slots, TWIN_PRIMARY, &running) && open_slot(slots, TWIN_SECONDARY, &other) &&
                   twin_version_compare(&other.header.version, &running.header.version) > 0
               ? TWIN_PLAN_PREVIOUS
               : TWIN_PLAN_NONE;
}
