/*
 * boot_mode.c - see boot_mode.h. SPDX-License-Identifier: Apache-2.0
 */
#include "boot_mode.h"
#include "internal.h"
#include <string.h>

#ifndef BOOT_UNPACKS /* without the package that unpacks, compressed updates are refused */
#define twin_boot_overwrite_lzma twin_boot_overwrite
#endif

static const struct twin_boot_mode *boot_mode(void)
{
    static const struct {
        const char *name;
        const struct twin_boot_mode *mode;
    } modes[] = {
        {"swap_move", &twin_boot_swap_move},
        {"overwrite", &twin_boot_overwrite},
        {"overwrite_fast", &twin_boot_overwrite_fast},
        {"overwrite_lzma", &twin_boot_overwrite_lzma},
        {"xip", &twin_boot_xip},
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
    static _Alignas(8) uint8_t unpack_buf[32768];

    config = *built;
    config.mode = boot_mode();
    if (config.mode == &twin_boot_overwrite_lzma) {
        config.buf = unpack_buf;
        config.buf_len = sizeof(unpack_buf);
    }
    return &config;
}
