/*
 * flash_priv.h - what the files of lib/flash share. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/mode.h"

#define TWIN_MAGIC_LEN 16

/* The magic of these slots. */
void twin_trailer_magic(const struct twin_slots *slots, uint8_t out[TWIN_MAGIC_LEN]);
