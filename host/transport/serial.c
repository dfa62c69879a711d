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
#define DRIVER_BYTES 4096 /* that a driver may hold before it takes more */
#define CLEAR_MS     20   /* between the end of a stale line and a packet */
#define LINE_MS      10   /* between the lines of a packet, after a silence */

struct serial_link {
    struct twin_link link;
    struct twin_serial_port port;
    struct twin_console_decoder decoder;
    uint32_t baud;

    /* What is being sent: in one piece, or line by line with pauses. */
    size_t tx_len, tx_done, piece_end;
    int64_t piece_ms;    /* when the present piece begins */
    int64_t patience_ms; /* that the driver may take for it */
    bool is_by_line;

    size_t rx_len, rx_used;
    uint8_t rx[4096];
    uint8_t packet[PACKET_MAX + TWIN_CONSOLE_OVERHEAD];
    uint8_t tx[1 + TWIN_CONSOLE_ENCODED_MAX(PACKET_MAX)];
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
    serial->link = (struct twin_link){.kind = &twin_transport_serial,
                                      .packet_max = PACKET_MAX,
                                      .packet_guess = settings.packet_guess,
                                      .wait = {.fd = serial->port.fd, .events = POLLIN},
                                      .wake_ms = TWIN_LINK_NEVER,
                                      .send_limit_ms = SEND_LIMIT_MS};
    serial->baud = settings.baud;
    twin_console_decoder_init(&serial->decoder, serial->packet, sizeof(serial->packet));
    return &serial->link;
}

static enum twin_error_code explain_gone(const struct serial_link *serial, const char *why,
                                         struct twin_error *error)
{
    twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s is gone: %s", serial->port.dev, why);
    return twin_error_hint(error,
                           "Was the cable pulled, or did the device reset? Try again once it is "
                           "back; it may have another name then");
}

/* ---- Sending ---- */

static void wait_for(struct serial_link *serial, int fd, short events, int64_t until_ms)
{
    serial->link.wait = (struct pollfd){.fd = fd, .events = events};
    serial->link.wake_ms = until_ms;
}

/* How long the driver may take for len more bytes: the limit, or what a slow line needs for them.
 */
static int64_t patience_ms(const struct serial_link *serial, size_t len)
{
    const int64_t line_ms = (int64_t)(len + DRIVER_BYTES) * 10 * 1000 / serial->baud;

    return line_ms > serial->link.send_limit_ms ? line_ms : serial->link.send_limit_ms;
}

/* The next bytes that go out in one piece, from at_ms on: all, or one line after a silence. */
static void begin_piece(struct serial_link *serial, int64_t at_ms)
{
    const uint8_t *piece = serial->tx + serial->tx_done;
    const size_t left = serial->tx_len - serial->tx_done;
    const uint8_t *end = serial->is_by_line ? memchr(piece, '\n', left) : NULL;
    const size_t len = end != NULL ? (size_t)(end - piece) + 1 : left;

    serial->piece_end = serial->tx_done + len;
    serial->piece_ms = at_ms;
    serial->patience_ms = patience_ms(serial, len);
    wait_for(serial, -1, 0, at_ms);
}

static enum twin_error_code explain_stuck(const struct serial_link *serial,
                                          struct twin_error *error)
{
    twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s took nothing for %.1f s",
                   serial->port.dev, (double)serial->patience_ms / 1000);
    return twin_error_hint(error, "Does the device hold it back (flow control), or is it the "
                                  "wrong port?");
}

/*
 * A piece is out. What follows must not come at once: a Zephyr whose console is a shell loses what
 * comes together with the end of a stale line, and a device on a fast line may not have room for
 * all lines.
 */
static void end_piece(struct serial_link *serial)
{
    const bool is_clearing = serial->tx_done == 1 && serial->is_by_line;

    if (serial->tx_done < serial->tx_len) {
        begin_piece(serial, twin_link_now_ms() + (is_clearing ? CLEAR_MS : LINE_MS));
    } else {
        serial->link.is_sending = false;
        wait_for(serial, serial->port.fd, POLLIN, TWIN_LINK_NEVER);
    }
}

/* Write what may go out by now, as far as the driver takes it. */
static enum twin_error_code go_on_sending(struct serial_link *serial, struct twin_error *error)
{
    const int64_t now_ms = twin_link_now_ms(), until_ms = serial->piece_ms + serial->patience_ms;

    if (now_ms < serial->piece_ms) {
        return TWIN_ERROR_NONE;
    }
    const ssize_t count =
        write(serial->port.fd, serial->tx + serial->tx_done, serial->piece_end - serial->tx_done);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        return explain_gone(serial, strerror(errno), error);
    }
    serial->tx_done += count > 0 ? (size_t)count : 0;
    if (serial->tx_done == serial->piece_end) {
        end_piece(serial);
    } else if (now_ms >= until_ms) {
        return explain_stuck(serial, error);
    } else {
        wait_for(serial, serial->port.fd, POLLOUT, until_ms);
    }
    return TWIN_ERROR_NONE;
}

static enum twin_error_code serial_send(struct twin_link *link, struct twin_span packet,
                                        struct twin_error *error)
{
    struct serial_link *serial = serial_of(link);
    const size_t clear_len = link->is_stale ? 1 : 0;

    serial->tx[0] = '\n';
    if (twin_console_encode(packet, serial->tx + clear_len, sizeof(serial->tx) - clear_len,
                            &serial->tx_len) != TWIN_OK) {
        return twin_error_set(error, TWIN_ERROR_LINK,
                              "a packet of %zu bytes does not fit the serial framing", packet.len);
    }
    serial->tx_len += clear_len;
    serial->tx_done = 0;
    serial->is_by_line = link->is_stale;
    link->is_stale = false;
    link->is_sending = true;
    begin_piece(serial, twin_link_now_ms());
    return go_on_sending(serial, error);
}

/* ---- Receiving ---- */

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

static enum twin_error_code read_bytes(struct serial_link *serial, struct twin_error *error)
{
    const ssize_t count = read(serial->port.fd, serial->rx, sizeof(serial->rx));

    serial->rx_used = 0;
    serial->rx_len = count > 0 ? (size_t)count : 0;
    if (count == 0) {
        return explain_gone(serial, "end of file", error);
    }
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        return explain_gone(serial, strerror(errno), error);
    }
    return TWIN_ERROR_NONE;
}

static enum twin_link_event serial_receive(struct twin_link *link, struct twin_span *packet,
                                           struct twin_error *error)
{
    struct serial_link *serial = serial_of(link);

    if (link->is_sending) {
        return go_on_sending(serial, error) == TWIN_ERROR_NONE ? TWIN_LINK_NONE : TWIN_LINK_BROKEN;
    }
    if (take_bytes(serial, packet)) {
        return TWIN_LINK_PACKET;
    }
    if (read_bytes(serial, error) != TWIN_ERROR_NONE) {
        return TWIN_LINK_BROKEN;
    }
    return take_bytes(serial, packet) ? TWIN_LINK_PACKET : TWIN_LINK_NONE;
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
