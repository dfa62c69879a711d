/*
 * internal.h - what the files of this port share with each other and nobody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cortex_m.h"

/* The flash device: 1 MiB, 4 KiB pages, 4-byte write units. */
extern const struct twin_flash twin_board_flash;

/* Get the flash driver ready. */
void twin_board_flash_start(void);
