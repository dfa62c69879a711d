/*
 * images_one.c - a device with one image. SPDX-License-Identifier: Apache-2.0
 */
#include "images.h"
#include "twin/srv_image.h"
#include "twin_config.h"

struct twin_srv_entry images_entry(const struct twin_map *map, unsigned running, unsigned first)
{
    static struct twin_srv_image_config config = {.is_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE,
                                                  .hash = &TWIN_IMAGE_HASH,
                                                  .plan = TWIN_SRV_PLAN};
    static struct twin_srv_image_state state;

    config.slots = map->images;
    config.first = (uint8_t)first;
    config.running = (uint8_t)running;
    return (struct twin_srv_entry)TWIN_SRV_IMAGE(&config, &state);
}
