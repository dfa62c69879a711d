/*
 * serial_tty.h - the terminal settings of a serial port: raw bytes at any speed, and back.
 *
 * serial_tty_linux.c knows every speed that a driver takes; serial_tty_posix.c those that POSIX and
 * the system have names for. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Settings of a port, in the system's own form. */
struct twin_serial_tty {
    uint64_t priv[16];
};

/* Is this the port of a program instead of a wire? */
bool twin_serial_tty_is_pseudo(int fd);

/*
 * Save the settings of an open port and make it raw: eight bits, bytes both ways as they are, no
 * modem line is waited for. What has arrived before is dropped. Flow control stays as it was found.
 *
 * found  out: what to give to twin_serial_tty_restore().
 * baud   the speed, at least 1.
 * got    out: the speed that the driver has set; it may be another one than asked for.
 *
 * Returns 0, or an errno value and then the settings are as found: ENOTTY if this is no serial
 * port, EINVAL if the driver refuses them.
 */
int twin_serial_tty_make_raw(int fd, uint32_t baud, struct twin_serial_tty *found, uint32_t *got);

/* Put the settings back. What waits to be sent is dropped: a device that takes nothing must not
 * hold up whoever closes the port. */
void twin_serial_tty_restore(int fd, const struct twin_serial_tty *found);
