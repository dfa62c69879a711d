/*
 * device.h - one device: its flash, its memory, its lines, and the process that is its processor.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "console.h"
#include "hardware.h"
#include "options.h"
#include "pty.h"
#include "way.h"
#include <sys/types.h>

struct device {
    const struct options *options;
    pid_t pid;                 /* 0: it does not run */
    uint64_t start_ns;         /* when it is to run again; UINT64_MAX: it runs, or stays off */
    int flash, udp;            /* udp: -1 if there is none */
    int memory;                /* the file that `hardware` is mapped from */
    struct hardware *hardware; /* shared with the process */
    int smp[2], console[2];    /* socket pairs: [0] ours, [1] the device's */
    struct console shown;
    struct pty pty; /* master -1 if there is none */
    char *link;     /* its name */
    struct way to_device, to_client;
};

/*
 * Prepare device number `number`; device is zeroed. options must live as long as it.
 *
 * Returns 0, or -1 after saying on stderr what is wrong; device_close() is due in any case.
 */
int device_open(struct device *device, const struct options *options, unsigned number);

/* Start the processor at the bootloader. Returns 0, or -1 after saying what is wrong. */
int device_start(struct device *device);

/*
 * The process has ended with this status (waitpid): it is to start again after the moment that a
 * reset takes, or to stay off.
 *
 * Returns -1 to go on; else it stays off, and that is the exit status that says why.
 */
int device_ended(struct device *device, int status, uint64_t now_ns);

/* Show what the device has written on its console. */
void device_show(struct device *device);

/* End the process, say what its line carried, remove the link, close the descriptors. */
void device_close(struct device *device);
