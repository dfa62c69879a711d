/*
 * recover_none.c - stands in for recover.c where somebody else is to help.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

bool boot_recover(struct twin_boot *boot)
{
    (void)boot;
    return false;
}
