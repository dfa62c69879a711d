/*
 * start.c - start the primary as it is. Whether it is on trial is for others to say.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

enum twin_boot_status twin_boot_start_untried(struct twin_boot *boot)
{
    struct twin_image image;
    twin_err_t err = twin_boot_primary_validate(boot->priv.config, &image);

    if (err != TWIN_OK) {
        twin_boot_report(boot, TWIN_BOOT_EV_INVALID, err);
        return TWIN_BOOT_STOP;
    }
    return twin_boot_hand_over(boot, &image);
}
