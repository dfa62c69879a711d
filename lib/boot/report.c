/*
 * report.c - events for the log of the configuration. SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

void twin_boot_report(const struct twin_boot *boot, enum twin_boot_event event, uint32_t arg)
{
    const struct twin_boot_config *config = boot->priv.config;

    if (config->log != NULL) {
        config->log(config->log_ctx, event, arg);
    }
}
