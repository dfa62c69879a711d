/*
 * run_image.c - the step loop for a board with one image. SPDX-License-Identifier: Apache-2.0
 */
#include "decrypt.h"
#include "options.h"
#include "run.h"

const struct twin_boot_handover *boot_run(const struct twin_boot_config *config)
{
    static struct twin_boot boot;
    enum twin_boot_status status = TWIN_BOOT_AGAIN;

    if (twin_boot_init(&boot, boot_decrypts(&boot, config)) != TWIN_OK) {
        return NULL;
    }
    while (status == TWIN_BOOT_AGAIN || (status == TWIN_BOOT_STOP && boot_recover(&boot))) {
        status = twin_boot_step(&boot);
    }
    return status == TWIN_BOOT_START ? &boot.handover : NULL;
}
