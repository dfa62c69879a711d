/*
 * serial.c - SMP over a serial port: console framing on a tty in raw mode.
 *
 * Not the choice of port and its explanations (serial_port.c).
 * Spec: docs/spec-smp.md section 4. SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "transport/kinds.h"
#include "transport/serial_port.h"
#include "twin/console.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACKET_MAX   65533
#define SEND_MS      10000 /* unless the owner sets another limit */
#define DRIVER_BYTES 4096  /* that a driver may hold before it takes more */
#define CLEAR_MS     20    /* between the end of a stale line and a packet */
#define LINE_MS      10    /* between the lines of a packet, after a silence */

struct serial_link {
    struct twin_link link;
    struct twin_serial_port port;
    struct twin_console_decoder decoder;
    uint32_t baud;
    bool is_dirty; /* the device may be in the middle of a line: end that first */
    size_t rx_len, rx_used;
    uint8_t rx[4096];
    uint8_t packet[PACKET_MAX + TWIN_CONSOLE_OVERHEAD];
    uint8_t tx[TWIN_CONSOLE_ENCODED_MAX(PACKET_MAX)];
};

static struct serial_link *serial_of(struct twin_link *link)
{
    return (struct serial_link *)(void *)link; /* the link is the first member */
}

static struct twin_link *serial_open(const char *connstring, struct twin_error *error)
{
    struct twin_serial_settings settings;
    struct serial_link *serial;

    if (twin_serial_settings_parse(&settings, connstring, error) != TWIN_ERROR_NONE) {
        return NULL;
    }
    serial = calloc(1, sizeof(*serial));
    if (serial == NULL) {
        twin_error_no_memory(error);
        return NULL;
    }
    if (twin_serial_port_open(&serial->port, &settings, error) != TWIN_ERROR_NONE) {
        free(serial);
        return NULL;
    }
    serial->link.kind = &twin_transport_serial;
    serial->link.packet_max = PACKET_MAX;
    serial->link.packet_guess = settings.packet_guess;
    serial->link.stop_fd = -1;
    serial->link.send_limit_ms = SEND_MS;
    serial->baud = settings.baud;
    twin_console_decoder_init(&serial->decoder, serial->packet, sizeof(serial->packet));
    return &serial->link;
}

static void explain_gone(const struct serial_link *serial, const char *why,
                         struct twin_error *error)
{
    twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s is gone: %s", serial->port.dev, why);
    twin_error_hint(error, "Was the cable pulled, or did the device reset? Try again once it is "
                           "back; it may have another name then");
}

/* How long the driver may take for len more bytes: the limit, or what a slow line needs for them.
 */
static int64_t patience_ms(const struct serial_link *serial, size_t len)
{
    const int64_t line_ms = (int64_t)(len + DRIVER_BYTES) * 10 * 1000 / serial->baud;

    return line_ms > serial->link.send_limit_ms ? line_ms : serial->link.send_limit_ms;
}

/* All of it in one write, unless the driver's buffer is full. */
static bool write_all(struct serial_link *serial, const uint8_t *bytes, size_t len,
                      struct twin_error *error)
{
    const int64_t patience = patience_ms(serial, len), until_ms = twin_link_now_ms() + patience;
    size_t done = 0;

    for (;;) { /* until_ms bounds it */
        const ssize_t count = write(serial->port.fd, bytes + done, len - done);
        if (count > 0) {
            done += (size_t)count;
        } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
            explain_gone(serial, strerror(errno), error);
            return false;
        }
        if (done == len) {
            return true;
        }
        switch (twin_link_wait(&serial->link, serial->port.fd, true, until_ms)) {
        case TWIN_LINK_READY:
            break;
        case TWIN_LINK_STOP:
            serial->is_dirty = true;
            return true; /* the next receive tells the owner */
        case TWIN_LINK_NOT_YET:
        default:
            twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s took nothing for %.1f s",
                           serial->port.dev, (double)patience / 1000);
            twin_error_hint(error, "Does the device hold it back (flow control), or is it the "
                                   "wrong port?");
            return false;
        }
    }
}

/*
 * End a line of which the device may have the beginning only. The packet must not follow at once: a
 * Zephyr whose console is a shell loses what comes together with the end of a line.
 */
static bool clear_line(struct serial_link *serial, struct twin_error *error)
{
    serial->is_dirty = false;
    if (!write_all(serial, (const uint8_t *)"\n", 1, error)) {
        return false;
    }
    twin_link_wait(&serial->link, -1, false, twin_link_now_ms() + CLEAR_MS);
    return true;
}

/* Line by line: a device on a fast line may not have room for all of them at once. */
static bool write_lines(struct serial_link *serial, size_t len, struct twin_error *error)
{
    for (size_t done = 0; done < len;) {
        const uint8_t *line = serial->tx + done;
        const uint8_t *end = memchr(line, '\n', len - done);
        const size_t line_len = end != NULL ? (size_t)(end - line) + 1 : len - done;
        if (!write_all(serial, line, line_len, error)) {
            return false;
        }
        done += line_len;
        if (done < len) {
            twin_link_wait(&serial->link, -1, false, twin_link_now_ms() + LINE_MS);
        }
    }
    return true;
}

static bool serial_send(struct twin_link *link, struct twin_span packet, struct twin_error *error)
{
    struct serial_link *serial = serial_of(link);
    size_t len;

    if (twin_console_encode(packet, serial->tx, sizeof(serial->tx), &len) != TWIN_OK) {
        twin_error_set(error, TWIN_ERROR_LINK,
                       "a packet of %zu bytes does not fit the serial framing", packet.len);
        return false;
    }
    if (serial->is_dirty) {
        return clear_line(serial, error) && write_lines(serial, len, error);
    }
    return write_all(serial, serial->tx, len, error);
}

/* Decode what is in rx. True: a packet is complete. */
static bool take_bytes(struct serial_link *serial, struct twin_span *packet)
{
    while (serial->rx_used < serial->rx_len) {
        switch (twin_console_decode(&serial->decoder, serial->rx[serial->rx_used++])) {
        case TWIN_CONSOLE_PACKET:
            *packet = serial->decoder.packet;
            return true;
        case TWIN_CONSOLE_TEXT:
            if (serial->link.on_text != NULL) {
                serial->link.on_text(serial->link.ctx, serial->decoder.text);
            }
            break;
        case TWIN_CONSOLE_NONE:
        case TWIN_CONSOLE_DROPPED:
        default:
            break;
        }
    }
    return false;
}

static bool read_bytes(struct serial_link *serial, struct twin_error *error)
{
    const ssize_t count = read(serial->port.fd, serial->rx, sizeof(serial->rx));

    serial->rx_used = 0;
    serial->rx_len = count > 0 ? (size_t)count : 0;
    if (count == 0) {
        explain_gone(serial, "end of file", error);
    } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
        explain_gone(serial, strerror(errno), error);
    } else {
        return true;
    }
    return false;
}

static enum twin_link_event serial_receive(struct twin_link *link, int timeout_ms,
                                           struct twin_span *packet, struct twin_error *error)
{
    struct serial_link *serial = serial_of(link);
    const int64_t until_ms = twin_link_now_ms() + timeout_ms;
    bool is_over = false; /* also when text arrives without end */

    while (!take_bytes(serial, packet)) {
        switch (is_over ? TWIN_LINK_NOT_YET
                        : twin_link_wait(link, serial->port.fd, false, until_ms)) {
        case TWIN_LINK_STOP:
            return TWIN_LINK_STOPPED;
        case TWIN_LINK_NOT_YET:
            serial->is_dirty = true; /* something may have been lost half-way */
            return TWIN_LINK_SILENCE;
        case TWIN_LINK_READY:
        default:
            break;
        }
        if (!read_bytes(serial, error)) {
            return TWIN_LINK_BROKEN;
        }
        is_over = twin_link_now_ms() >= until_ms;
    }
    return TWIN_LINK_PACKET;
}

static void serial_close(struct twin_link *link)
{
    twin_serial_port_close(&serial_of(link)->port);
    free(serial_of(link));
}

const struct twin_transport twin_transport_serial = {.name = "serial",
                                                     .connstring = "dev=PORT[,baud=N][,mtu=N]",
                                                     .frame_bytes = TWIN_CONSOLE_OVERHEAD,
                                                     .open = serial_open,
                                                     .send = serial_send,
                                                     .receive = serial_receive,
                                                     .close = serial_close};
