/*
 * images_all.c - a device with several images. SPDX-License-Identifier: Apache-2.0
 */
#include "images.h"
#include "twin/srv_images.h"
#include "twin_config.h"

struct twin_srv_entry images_entry(const struct twin_map *map, unsigned running, unsigned first)
{
    static struct twin_srv_images_config config = {.is_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE,
                                                   .hash = &TWIN_IMAGE_HASH};
    static struct twin_srv_images_state state;

    config.map = map;
    config.first = (uint8_t)first;
    config.running = (uint8_t)running;
    if (map->images->mode->row_count == 0) {
        config.plan = twin_srv_image_newest;
    }

    return (struct twin_srv_entry)TWIN_SRV_IMAGES(&config, &state);
}
