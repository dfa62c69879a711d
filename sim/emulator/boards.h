/*
 * boards.h - the boards that QEMU emulates: those of ports/ whose board.cmake says how.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdint.h>

struct emulated_board {
    const char *name;    /* of the folder */
    const char *machine; /* QEMU's -M; its memory backend "flash" is the file */
    uint32_t file_len;   /* bytes of that memory; the flash is its first flash_len */
    uint32_t flash_addr, flash_len, boot_len, primary_off, slot_len;
    uint32_t cut_addr; /* where the firmware looks for its word budget (--cut) */
};

/* The board of this name, or NULL. */
const struct emulated_board *emulated_board_find(const char *name);
