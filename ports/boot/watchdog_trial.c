/*
 * watchdog_trial.c - the watchdog watches an image on trial. SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"
#include "twin_config.h"

void boot_watchdog(const struct twin_boot_handover *handover)
{
    if (handover->unconfirmed) {
        twin_board_watchdog_start(CONFIG_TWIN_BOOT_WATCHDOG_MS);
    }
}
