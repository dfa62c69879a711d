/*
 * options.h - command line of twinslot-device. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "geometry.h"
#include "line.h"

struct options {
    const char *flash, *image, *pty, *console, *bootloader, *interface, *mode, *files;
    unsigned count, udp;      /* devices; first UDP port, 0: none */
    struct geometry geometry; /* of a flash that is made */
    struct line_config line;
    unsigned loss; /* every Nth packet of the serial line; 0: none */
    unsigned smp_buf_size, smp_buf_count;
    unsigned button;                        /* held? */
    unsigned cut_units, erase_us, write_us; /* hardware.h */
};

/* Returns -1 to go on; else the exit status, after having said what there is to say. */
int options_parse(struct options *options, int argc, char **argv);
