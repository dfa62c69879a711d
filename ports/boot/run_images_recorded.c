/*
 * run_images_recorded.c - the step loop for a board with several images, which writes down what
 * became of updates. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "decrypt.h"
#include "options.h"
#include "run.h"
#include "twin/recorder.h"

const struct twin_boot_handover *boot_run(const struct twin_boot_config *config)
{
    static struct twin_boot_recorder recorder;
    static struct twin_boot_images images;
    struct twin_boot_config recorded = *config;
    enum twin_boot_status status;

    twin_boot_recorder_init(&recorder, &images.boot, &recorded);
    if (twin_boot_images_init(&images, boot_decrypts_all(&images.boot, &twin_board_map, config),
                              &recorded) != TWIN_OK) {
        return NULL;
    }
    do {
        status = twin_boot_images_step(&images);
        twin_boot_recorder_step(&recorder);
    } while (status == TWIN_BOOT_AGAIN || (status == TWIN_BOOT_STOP && boot_recover(&images.boot)));
    return status == TWIN_BOOT_START ? &images.boot.handover : NULL;
}
