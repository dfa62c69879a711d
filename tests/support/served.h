/*
 * served.h - the groups of a device under test, as an application would set them up.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_os.h"
#include "twin/srv_image.h"

struct served {
    struct twin_srv_os_config os;
    struct twin_srv_image_config image;
    struct twin_srv_image_state image_state;
    struct twin_srv_entry groups[2];
};

/* Fill in the groups, and their part of the server's configuration. */
static inline void served_make(struct served *served, struct twin_srv_config *config,
                               const struct twin_slots *slots)
{
    const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&served->os),
                                            TWIN_SRV_IMAGE(&served->image, &served->image_state)};

    served->os =
        (struct twin_srv_os_config){.bootloader = "MCUboot", .boot_mode = TWIN_MODE_SWAP_OFFSET};
    served->image = (struct twin_srv_image_config){.slots = slots};
    memcpy(served->groups, groups, sizeof(groups));
    config->groups = served->groups;
    config->group_count = TWIN_COUNT(groups);
}
