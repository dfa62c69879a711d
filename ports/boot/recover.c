/*
 * recover.c - nothing can be started: the good image in the other slot comes.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log.h"
#include "options.h"
#include "twin_config.h"

#define TRIES_MAX (2 * TWIN_IMAGES_MAX) /* at each start: a flash may refuse its work */

bool boot_recover(struct twin_boot *boot)
{
    static uint8_t tries;
    const bool goes_on = tries < TRIES_MAX && TWIN_BOOT_RECOVER(boot) == TWIN_OK;

    tries++;
    if (goes_on) {
        boot_log_recover();
    }
    return goes_on;
}
