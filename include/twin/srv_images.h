/*
 * twin/srv_images.h - the image group of a device with several images: as twin/srv_image.h, for
 * each of them. Devices with one image link none of it. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/srv_image.h"

TWIN_C_BEGIN

struct twin_srv_images_config {
    const struct twin_map *map;
    /* As in struct twin_srv_image_config. */
    twin_downgrade_fn is_downgrade;
    const struct twin_hash_alg *hash;
    enum twin_plan (*plan)(const struct twin_slots *slots);
    uint8_t first;   /* as there, of all images */
    uint8_t running; /* of the first image; the others have none that runs elsewhere than in 0 */
};

/* Made ready by twin_srv_init(). One file is received at a time. */
struct twin_srv_images_state {
    struct twin_srv_image_state receiving;
    struct {
        uint8_t place; /* in the map, of the image that comes */
    } priv;
};

/*
 * The group in the table of a server, instead of TWIN_SRV_IMAGE; both arguments must live as long
 * as the server. twin_srv_init() returns TWIN_E_ARG if the map is missing or not usable.
 */
#define TWIN_SRV_IMAGES(config_, state_)                                                           \
    {                                                                                              \
        &twin_srv_images, 1 ? (config_) : (const struct twin_srv_images_config *)0,                \
            1 ? (state_) : (struct twin_srv_images_state *)0                                       \
    }
extern const struct twin_srv_group twin_srv_images;

TWIN_C_END
