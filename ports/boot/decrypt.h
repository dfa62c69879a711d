/*
 * decrypt.h - whether the bootloader decrypts its updates: decrypt.c, or decrypt_all.c for
 * several images; or decrypt_none.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"
#include "twin/cipher.h"

/* With what: from the build (cmake/decrypt_key.cmake). */
extern const struct twin_decrypt boot_decrypt;

/* The configuration, and the map, with which `boot` sees no encrypted image: of one image, or of
 * several. Valid until boot_forget_keys(). Slots that are not made for it, or modes that cannot
 * have it, stay as they are: there encrypted images are refused. */
const struct twin_boot_config *boot_decrypts(const struct twin_boot *boot,
                                             const struct twin_boot_config *config);
const struct twin_map *boot_decrypts_all(const struct twin_boot *boot, const struct twin_map *map,
                                         const struct twin_boot_config *config);

/* Before anything is started. */
void boot_forget_keys(void);
