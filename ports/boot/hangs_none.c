/*
 * hangs_none.c - stands in for hangs.c where a confirmed image is started for ever.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

void boot_hangs_begin(const struct twin_boot_config *config)
{
    (void)config;
}

void boot_hangs_start(const struct twin_boot_handover *handover)
{
    (void)handover;
}
