/*
 * device.h - a device that a process on this machine stands for: its lines and its console. The
 * owner of this struct, whose first member it is, knows what kind of process that is.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "console.h"
#include "serial.h"
#include <sys/types.h>

#define STAYS_OFF UINT64_MAX

struct device {
    /* Begin the process. Returns 0, or -1 after saying on stderr what is wrong. */
    int (*start)(struct device *device);
    /*
     * It has ended with this status (waitpid). Returns -1 if it is to start again, at start_ns;
     * else it stays off, and that is the exit status that says why.
     */
    int (*ended)(struct device *device, int status, uint64_t now_ns);

    pid_t pid;              /* 0: it does not run */
    uint64_t start_ns;      /* when it is to start; STAYS_OFF: it runs, or will not */
    int smp[2], console[2]; /* socket pairs: [0] ours, [1] the device's */
    struct console shown;
    struct serial serial;
};

/* Begin, with everything closed: device_close() may follow. It starts when device_run() does. */
void device_init(struct device *device, int (*start)(struct device *device),
                 int (*ended)(struct device *device, int status, uint64_t now_ns));

/*
 * Open the lines. link, config and loss: of the serial port (serial_open); console_path: see
 * console_open().
 *
 * Returns 0, or -1 after saying on stderr what is wrong.
 */
int device_open(struct device *device, const char *link, const struct line_config *config,
                unsigned loss, const char *console_path);

/* End the process, remove the link, close the descriptors. */
void device_close(struct device *device);

/*
 * Run devices until a signal ends this program, or until none of them runs any more: one thread,
 * one loop, however many. What is typed on standard input goes to the consoles of all.
 *
 * Returns the exit status: 0 after a signal, 1 if something could not be done, else what a device
 * ended with.
 */
int device_run(struct device *const *devices, unsigned count);
