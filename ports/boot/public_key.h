/*
 * public_key.h - the key that images must be signed with. `imgtool getpub` defines it, in the file
 * public_key.c, when the firmware is built. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin_config.h"

extern const unsigned char TWIN_PUBLIC_KEY[];
extern const unsigned int TWIN_PUBLIC_KEY_LEN;
