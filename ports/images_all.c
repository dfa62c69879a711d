/*
 * images_all.c - a device with several images. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "images.h"
#include "twin/srv_images.h"
#include "twin_config.h"

struct twin_srv_entry images_entry(bool nothing_runs)
{
    static struct twin_srv_images_config config = {.map = &twin_board_map,
                                                   .is_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE,
                                                   .hash = &TWIN_IMAGE_HASH};
    static struct twin_srv_images_state state;

    config.first = nothing_runs ? TWIN_SECONDARY : TWIN_PRIMARY;
    config.running = (uint8_t)twin_board_running_slot();
    if (twin_board_map.images->mode->row_count == 0) {
        config.plan = twin_srv_image_newest;
    }

    return (struct twin_srv_entry)TWIN_SRV_IMAGES(&config, &state);
}
