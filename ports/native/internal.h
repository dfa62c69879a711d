/*
 * internal.h - what the files of this port share with each other and nobody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "hardware.h"

/* Set before main(). */
extern struct hardware *twin_native_hardware;

/* Map the flash file, read-only, and learn its geometry. Returns 0; -1 if it is not usable. */
int twin_native_flash_open(void);

/* The flash, for reading, at the address that a handover names. */
const uint8_t *twin_native_flash_at(uint32_t addr);

/* The name of the mode that the flash is made for. */
const char *twin_native_mode(void);
