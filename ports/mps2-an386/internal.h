/*
 * internal.h - what the files of this port share with each other and nobody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"

/* Reset the processor and say why at the next start. */
_Noreturn void twin_board_restart(enum twin_board_start cause);

/* The flash device: 1 MiB, 4 KiB pages, 4-byte write units. */
extern const struct twin_flash twin_board_flash;

/* Protect memory: flash read-only or, for the flash driver, writable. */
void twin_board_protect(bool flash_writable);

/* Interrupt handlers of the serial lines. */
void uart0_received(void);
void uart1_received(void);
