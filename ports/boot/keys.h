/*
 * keys.h - the keys that the bootloader knows, made by cmake/keys.cmake from PEM files when the
 * firmware is built. The first one signs the firmware of this build; behind it those that count as
 * well, while keys are changed, and those that are revoked. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"

extern const struct twin_pubkey boot_keys[BOOT_KEY_COUNT]; /* the build says how many */
