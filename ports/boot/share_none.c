/*
 * share_none.c - stands in for share.c where nobody asks. SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

void boot_share(const struct twin_boot_config *config, const struct twin_boot_handover *handover)
{
    (void)config;
    (void)handover;
}
