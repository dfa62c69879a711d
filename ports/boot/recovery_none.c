/*
 * recovery_none.c - stands in for recovery.c where only a debugger helps.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

const bool boot_recovery_serial = false;

void boot_recovery_asked(void)
{
}

void boot_recovery_stuck(void)
{
}
