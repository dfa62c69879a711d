/*
 * images_one.c - a device with one image. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "images.h"
#include "twin/srv_image.h"
#include "twin_config.h"

struct twin_srv_entry images_entry(bool nothing_runs)
{
    static struct twin_srv_image_config config = {.is_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE,
                                                  .hash = &TWIN_IMAGE_HASH,
                                                  .plan = TWIN_SRV_PLAN};
    static struct twin_srv_image_state state;

    config.slots = twin_board_map.images;
    config.first = nothing_runs ? TWIN_SECONDARY : TWIN_PRIMARY;
    config.running = (uint8_t)twin_board_running_slot();
    return (struct twin_srv_entry)TWIN_SRV_IMAGE(&config, &state);
}
