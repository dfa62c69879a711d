/*
 * decrypt_none.c - updates are not encrypted. SPDX-License-Identifier: Apache-2.0
 */
#include "decrypt.h"

const struct twin_boot_config *boot_decrypts(const struct twin_boot *boot,
                                             const struct twin_boot_config *config)
{
    (void)boot;
    return config;
}

const struct twin_map *boot_decrypts_all(const struct twin_boot *boot, const struct twin_map *map,
                                         const struct twin_boot_config *config)
{
    (void)boot;
    (void)config;
    return map;
}

void boot_forget_keys(void)
{
}
