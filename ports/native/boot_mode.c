/*
 * boot_mode.c - see boot_mode.h. SPDX-License-Identifier: Apache-2.0
 */
#include "boot_mode.h"
#include "internal.h"
#include <string.h>

static const struct twin_boot_mode *boot_mode(void)
{
    static const struct {
        const char *name;
        const struct twin_boot_mode *mode;
    } modes[] = {
        {"swap_move", &twin_boot_swap_move},           {"overwrite", &twin_boot_overwrite},
        {"overwrite_fast", &twin_boot_overwrite_fast}, {"xip", &twin_boot_xip},
        {"xip_revert", &twin_boot_xip_revert},
    };

    for (unsigned i = 0; i < TWIN_COUNT(modes); i++) {
        if (strcmp(modes[i].name, twin_native_mode()) == 0) {
            return modes[i].mode;
        }
    }
    return &twin_boot_swap_offset;
}

const struct twin_boot_config *twin_native_boot_config(const struct twin_boot_config *built)
{
    static struct twin_boot_config config;

    config = *built;
    config.mode = boot_mode();
    return &config;
}
