/*
 * boot_mode.h - the bootloader's mode is that of the flash, not that of the build: compiled into
 * ports/boot/main.c before its first line.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

const struct twin_boot_config *twin_native_boot_config(const struct twin_boot_config *built);
#define TWIN_BOOT_CONFIG(built) twin_native_boot_config(built)
