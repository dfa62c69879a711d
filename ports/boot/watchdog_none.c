/*
 * watchdog_none.c - for applications that feed no watchdog. SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

void boot_watchdog(const struct twin_boot_handover *handover)
{
    (void)handover;
}
