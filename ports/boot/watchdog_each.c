/*
 * watchdog_each.c - the watchdog watches every image. SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"
#include "twin_config.h"

void boot_watchdog(const struct twin_boot_handover *handover)
{
    (void)handover;
    twin_board_watchdog_start(CONFIG_TWIN_BOOT_WATCHDOG_MS);
}
