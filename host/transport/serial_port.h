/*
 * serial_port.h - a serial port in raw mode: settings from text, opening, restoring.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport/link.h"
#include "transport/serial_tty.h"

#define SERIAL_DEV_MAX 256

struct twin_serial_settings {
    char dev[SERIAL_DEV_MAX];
    uint32_t baud;
    uint32_t packet_guess; /* from mtu; 0: not given */
};

struct twin_serial_port {
    int fd;
    char dev[SERIAL_DEV_MAX];
    bool is_exclusive;            /* by us: to be taken back */
    struct twin_serial_tty found; /* as the port was; restored at the end */
};

/*
 * Read "dev=PORT,baud=N,mtu=N"; a word without '=' is the port. baud is 115200 if not given.
 * Of a key that stands there twice the last one counts, but two ports are refused.
 * TWIN_ERROR_USAGE: an unknown key, a number out of range, or no port.
 */
enum twin_error_code twin_serial_settings_parse(struct twin_serial_settings *settings,
                                                const char *connstring, struct twin_error *error);

/*
 * Open a port for this process alone (a lock and TIOCEXCL) and set it to raw mode.
 * Returns TWIN_ERROR_NONE; TWIN_ERROR_USAGE for a speed that the driver does not do; else
 * TWIN_ERROR_LINK.
 */
enum twin_error_code twin_serial_port_open(struct twin_serial_port *port,
                                           const struct twin_serial_settings *settings,
                                           struct twin_error *error);

/* Give the port back as it was found. */
void twin_serial_port_close(struct twin_serial_port *port);
