/*
 * recovery_none.c - stands in for recovery.c where only a debugger helps.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

const bool boot_recovery_serial = false;

void boot_recovery_asked(const struct twin_boot_handover *handover)
{
    (void)handover;
}

void boot_recovery_stuck(void)
{
}
