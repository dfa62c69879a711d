/*
 * serial.c - see serial.h. SPDX-License-Identifier: Apache-2.0
 */
#include "serial.h"

static bool is_open(const struct serial *serial)
{
    return serial->pty.master >= 0;
}

/* Log text comes from the device, and so does the delay: only its wire has them. */
int serial_open(struct serial *serial, const char *link, const struct line_config *config,
                unsigned loss, int device_fd)
{
    struct line_config quiet = *config;

    quiet.noise = 0;
    quiet.latency_ms = 0;
    wire_init(&serial->to_client, config, loss);
    wire_init(&serial->to_device, &quiet, loss);
    serial->pty.master = -1;
    if (link == NULL) {
        return 0;
    }
    int status = pty_open(&serial->pty, link);
    serial->to_device.from = serial->to_client.to = serial->pty.master;
    serial->to_device.to = serial->to_client.from = device_fd;
    serial->to_client.lossy = true;
    return status;
}

/* A descriptor to watch, or to leave out. */
static struct pollfd watch(int fd, int events)
{
    return (struct pollfd){.fd = events != 0 ? fd : -1, .events = (short)events};
}

void serial_watch(const struct serial *serial, struct pollfd watched[SERIAL_WATCHED])
{
    int client = wire_has_room(&serial->to_device) ? POLLIN : 0;
    int device = wire_has_room(&serial->to_client) ? POLLIN : 0;

    if (wire_is_blocked(&serial->to_device)) {
        device |= POLLOUT;
    }
    watched[SERIAL_CLIENT] = watch(serial->pty.master, is_open(serial) ? client : 0);
    watched[SERIAL_DEVICE] = watch(serial->to_device.to, is_open(serial) ? device : 0);
}

uint64_t serial_due_ns(const struct serial *serial)
{
    uint64_t in = wire_due_ns(&serial->to_device), out = wire_due_ns(&serial->to_client);

    return in < out ? in : out;
}

void serial_serve(struct serial *serial, const struct pollfd watched[SERIAL_WATCHED],
                  uint64_t now_ns)
{
    if ((watched[SERIAL_CLIENT].revents & POLLIN) != 0) {
        wire_receive(&serial->to_device, now_ns);
    }
    if ((watched[SERIAL_DEVICE].revents & POLLIN) != 0) {
        wire_receive(&serial->to_client, now_ns);
    }
    wire_deliver(&serial->to_device, now_ns);
    wire_deliver(&serial->to_client, now_ns);
}

void serial_close(struct serial *serial)
{
    if (is_open(serial)) {
        pty_close(&serial->pty);
        serial->pty.master = -1;
    }
}
