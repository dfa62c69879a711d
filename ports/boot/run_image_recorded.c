/*
 * run_image_recorded.c - the step loop for a board with one image, which writes down what became of
 * updates. SPDX-License-Identifier: Apache-2.0
 */
#include "decrypt.h"
#include "options.h"
#include "run.h"
#include "twin/recorder.h"

const struct twin_boot_handover *boot_run(const struct twin_boot_config *config)
{
    static struct twin_boot_recorder recorder;
    static struct twin_boot_config recorded;
    static struct twin_boot boot;
    enum twin_boot_status status;

    recorded = *boot_decrypts(&boot, config);
    twin_boot_recorder_init(&recorder, &boot, &recorded);
    if (twin_boot_init(&boot, &recorded) != TWIN_OK) {
        return NULL;
    }
    do {
        status = twin_boot_step(&boot);
        twin_boot_recorder_step(&recorder);
    } while (status == TWIN_BOOT_AGAIN || (status == TWIN_BOOT_STOP && boot_recover(&boot)));
    return status == TWIN_BOOT_START ? &boot.handover : NULL;
}
