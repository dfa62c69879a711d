/*
 * run_images.c - the step loop for a board with several images. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "decrypt.h"
#include "options.h"
#include "run.h"

const struct twin_boot_handover *boot_run(const struct twin_boot_config *config)
{
    static struct twin_boot_images images;
    enum twin_boot_status status = TWIN_BOOT_AGAIN;

    if (twin_boot_images_init(&images, boot_decrypts_all(&images.boot, &twin_board_map, config),
                              config) != TWIN_OK) {
        return NULL;
    }
    while (status == TWIN_BOOT_AGAIN || (status == TWIN_BOOT_STOP && boot_recover(&images.boot))) {
        status = twin_boot_images_step(&images);
    }
    return status == TWIN_BOOT_START ? &images.boot.handover : NULL;
}
