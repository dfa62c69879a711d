/*
 * process.h - a device whose processor is a process: first the bootloader, then the image that it
 * becomes. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "device.h"
#include "hardware.h"
#include "options.h"

struct process {
    struct device device; /* the first member: run.c knows no more */
    const struct options *options;
    int flash, udp, files;     /* udp and files: -1 if there are none */
    int memory;                /* the file that `hardware` is mapped from */
    struct hardware *hardware; /* shared with the process */
    char *link;                /* name of the serial port; NULL if there is none */
};

/*
 * Prepare device number `number`; process is zeroed. options must live as long as it.
 *
 * Returns 0, or -1 after saying on stderr what is wrong; process_close() is due in any case.
 */
int process_open(struct process *process, const struct options *options, unsigned number);

/* End it, and say what its line carried. */
void process_close(struct process *process);
