/*
 * serial.h - the serial port of a device, as the host sees it: a pseudo terminal, and a wire each
 * way between that and the device. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "pty.h"
#include "wire.h"
#include <poll.h>

enum { SERIAL_CLIENT, SERIAL_DEVICE, SERIAL_WATCHED }; /* descriptors to watch */

struct serial {
    struct pty pty; /* master -1: there is none; then all of these do nothing */
    struct wire to_device, to_client;
};

/*
 * Open it under the name `link`, which must live as long as it; NULL: there is none. config: speed
 * and faults of lines; loss: of whole packets, every Nth; 0: none. device_fd is our end of the
 * device's line, and does not block.
 *
 * Returns 0, or -1 after saying on stderr what is wrong.
 */
int serial_open(struct serial *serial, const char *link, const struct line_config *config,
                unsigned loss, int device_fd);

/* What to wait for, and until when: UINT64_MAX for ever. */
void serial_watch(const struct serial *serial, struct pollfd watched[SERIAL_WATCHED]);
uint64_t serial_due_ns(const struct serial *serial);

/* Move what has come and what is due. */
void serial_serve(struct serial *serial, const struct pollfd watched[SERIAL_WATCHED],
                  uint64_t now_ns);

/* Close it and remove the link. */
void serial_close(struct serial *serial);
