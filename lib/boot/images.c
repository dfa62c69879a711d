/*
 * images.c - a device with several images: one after the other, and image 0 last.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

static twin_err_t begin(struct twin_boot_images *images, uint8_t image)
{
    images->priv.image = image;
    images->priv.config.slots = &images->priv.map->images[image];
    return twin_boot_init(&images->boot, &images->priv.config);
}

twin_err_t twin_boot_images_init(struct twin_boot_images *images, const struct twin_map *map,
                                 const struct twin_boot_config *config)
{
    TWIN_TRY(twin_map_check(map));
    images->priv.map = map;
    images->priv.config = *config;
    images->priv.unconfirmed = false;
    return begin(images, (uint8_t)(map->count - 1));
}

enum twin_boot_status twin_boot_images_step(struct twin_boot_images *images)
{
    struct twin_boot_handover *handover = &images->boot.handover;
    const enum twin_boot_status status = twin_boot_step(&images->boot);

    if (status != TWIN_BOOT_START) {
        return status;
    }
    handover->unconfirmed |= images->priv.unconfirmed;
    if (images->priv.image == 0) {
        return TWIN_BOOT_START;
    }
    images->priv.unconfirmed = handover->unconfirmed;
    return begin(images, (uint8_t)(images->priv.image - 1)) == TWIN_OK ? TWIN_BOOT_AGAIN
                                                                       : TWIN_BOOT_STOP;
}
