/*
 * serial_port.c - settings from text; open a tty alone and raw, give it back as it was.
 *
 * Not the framing (serial.c), nor what to say when it fails (serial_explain.c).
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "transport/serial_port.h"
#include "transport/serial_explain.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MTU_MAX          65535
#define MTU_OVERHEAD     13
#define PACKET_GUESS_MIN 112 /* TWIN_UPLOAD_PACKET_MIN: an image header has to fit */
#define EXAMPLE          "It is dev=PORT[,baud=N][,mtu=N], for example dev=/dev/ttyACM0,baud=115200"

/* ---- Settings ---- */

static bool parse_number(const char *text, uint32_t *number)
{
    char *end;

    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    *number = (uint32_t)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && value <= UINT32_MAX;
}

static enum twin_error_code parse_baud(struct twin_serial_settings *settings, const char *value,
                                       struct twin_error *error)
{
    if (parse_number(value, &settings->baud) && settings->baud != 0) {
        return TWIN_ERROR_NONE;
    }
    return twin_error_set(error, TWIN_ERROR_USAGE,
                          "the baud rate '%s' is not a number of bits per second above 0", value);
}

/* What the Go tool makes of its "mtu": bytes of a packet. A very small one still has to carry the
 * beginning of an image. */
static enum twin_error_code parse_mtu(struct twin_serial_settings *settings, const char *value,
                                      struct twin_error *error)
{
    uint32_t mtu;

    if (!parse_number(value, &mtu) || mtu < 1 || mtu > MTU_MAX) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "mtu '%s' for the serial port is not between 1 and %d", value,
                              MTU_MAX);
    }
    const uint32_t bytes = mtu * 3 / 4;
    settings->packet_guess =
        bytes > PACKET_GUESS_MIN + MTU_OVERHEAD ? bytes - MTU_OVERHEAD : PACKET_GUESS_MIN;
    return TWIN_ERROR_NONE;
}

static enum twin_error_code parse_dev(struct twin_serial_settings *settings, const char *value,
                                      struct twin_error *error)
{
    if (strlen(value) >= sizeof(settings->dev)) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "the name of the serial port is too long: '%.40s...'", value);
    }
    if (settings->dev[0] != '\0' && strcmp(settings->dev, value) != 0) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "the connstring names two serial ports, %s and %s", settings->dev,
                              value);
    }
    snprintf(settings->dev, sizeof(settings->dev), "%s", value);
    return TWIN_ERROR_NONE;
}

static enum twin_error_code parse_word(struct twin_serial_settings *settings, char *word,
                                       struct twin_error *error)
{
    char *value = strchr(word, '=');

    if (value == NULL) {
        return parse_dev(settings, word, error);
    }
    *value++ = '\0';
    if (strcmp(word, "dev") == 0) {
        return parse_dev(settings, value, error);
    }
    if (strcmp(word, "baud") == 0) {
        return parse_baud(settings, value, error);
    }
    if (strcmp(word, "mtu") == 0) {
        return parse_mtu(settings, value, error);
    }
    twin_error_set(error, TWIN_ERROR_USAGE, "unknown word '%s' in the serial connstring", word);
    return twin_error_hint(error, EXAMPLE);
}

enum twin_error_code twin_serial_settings_parse(struct twin_serial_settings *settings,
                                                const char *connstring, struct twin_error *error)
{
    char text[1024];
    char *rest = NULL;

    *settings = (struct twin_serial_settings){.baud = 115200};
    if (strlen(connstring) >= sizeof(text)) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "the serial connstring is too long");
    }
    snprintf(text, sizeof(text), "%s", connstring);
    for (char *word = strtok_r(text, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        if (parse_word(settings, word, error) != TWIN_ERROR_NONE) {
            return error->code;
        }
    }
    if (settings->dev[0] == '\0') {
        twin_error_set(error, TWIN_ERROR_USAGE, "the serial connstring '%s' names no port",
                       connstring);
        return twin_error_hint(error, EXAMPLE);
    }
    return TWIN_ERROR_NONE;
}

/* ---- The port ---- */

/*
 * The port for this process alone: a lock, and for programs that do not look at it, TIOCEXCL. One
 * that somebody has set already (root gets past it) is not ours to take back. A pseudo terminal
 * gets none: it would keep it when we are killed, for as long as its other end is open.
 */
static int claim(struct twin_serial_port *port)
{
    int is_exclusive = 0;

    if (flock(port->fd, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
#ifdef TIOCGEXCL
    ioctl(port->fd, TIOCGEXCL, &is_exclusive);
#endif
    port->is_exclusive =
        is_exclusive == 0 && !twin_serial_tty_is_pseudo(port->fd) && ioctl(port->fd, TIOCEXCL) == 0;
    return 0;
}

static void unclaim(struct twin_serial_port *port)
{
    if (port->is_exclusive) {
        ioctl(port->fd, TIOCNXCL);
    }
    close(port->fd);
}

/* A receiver samples the middle of ten bits: it is lost beyond 5 %, which both sides share. */
static bool is_near(uint32_t wanted, uint32_t got)
{
    const uint32_t away = wanted > got ? wanted - got : got - wanted;

    return away <= wanted / 40;
}

/* Raw bytes at this speed; an error leaves the port as it was. */
static enum twin_error_code set_up(struct twin_serial_port *port, uint32_t baud,
                                   struct twin_error *error)
{
    uint32_t got;
    const int why = twin_serial_tty_make_raw(port->fd, baud, &port->found, &got);

    if (why == 0 && is_near(baud, got)) {
        return TWIN_ERROR_NONE;
    }
    if (why != 0 && why != EINVAL) {
        return twin_serial_explain(port->dev, why, error);
    }
    if (why == 0) {
        twin_serial_tty_restore(port->fd, &port->found);
        twin_error_set(error, TWIN_ERROR_USAGE,
                       "the serial port %s does not do %u baud: its driver set %u", port->dev,
                       (unsigned)baud, (unsigned)got);
    } else {
        twin_error_set(error, TWIN_ERROR_USAGE,
                       "the serial port %s does not do %u baud: its driver refuses it", port->dev,
                       (unsigned)baud);
    }
    return twin_error_hint(error, "Which speed does the device's firmware use? 115200 is common");
}

enum twin_error_code twin_serial_port_open(struct twin_serial_port *port,
                                           const struct twin_serial_settings *settings,
                                           struct twin_error *error)
{
    memcpy(port->dev, settings->dev, sizeof(port->dev));
    port->fd = open(port->dev, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0) {
        return twin_serial_explain(port->dev, errno, error);
    }
    if (isatty(port->fd) != 1) {
        twin_serial_explain(port->dev, errno, error);
        close(port->fd);
        return error->code;
    }
    const int why = claim(port);
    if (why != 0) {
        twin_serial_explain(port->dev, why, error);
        close(port->fd);
        return error->code;
    }
    if (set_up(port, settings->baud, error) != TWIN_ERROR_NONE) {
        unclaim(port);
        return error->code;
    }
    return TWIN_ERROR_NONE;
}

void twin_serial_port_close(struct twin_serial_port *port)
{
    twin_serial_tty_restore(port->fd, &port->found);
    unclaim(port);
}
