/*
 * options.h - command line of twinslot-board. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "boards.h"
#include "line.h"

struct options {
    const char *board_name;
    const struct emulated_board *board;
    const char *flash, *bootloader, *image; /* files */
    const char *pty, *console, *qemu;
    unsigned cut_words; /* 0: power never fails */
    struct line_config line;
};

/* Returns -1 to go on; else the exit status, after having said what there is to say. */
int options_parse(struct options *options, int argc, char **argv);
