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

static bool parse_baud(struct twin_serial_settings *settings, const char *value,
                       struct transport_problem *problem)
{
    if (parse_number(value, &settings->baud) && settings->baud != 0) {
        return true;
    }
    transport_explain(problem, "the baud rate '%s' is not a number of bits per second above 0",
                      value);
    return false;
}

/* What the Go tool makes of its "mtu": bytes of a packet. A very small one still has to carry the
 * beginning of an image. */
static bool parse_mtu(struct twin_serial_settings *settings, const char *value,
                      struct transport_problem *problem)
{
    uint32_t mtu;

    if (!parse_number(value, &mtu) || mtu < 1 || mtu > MTU_MAX) {
        transport_explain(problem, "mtu '%s' for the serial port is not between 1 and %d", value,
                          MTU_MAX);
        return false;
    }
    const uint32_t bytes = mtu * 3 / 4;
    settings->packet_guess =
        bytes > PACKET_GUESS_MIN + MTU_OVERHEAD ? bytes - MTU_OVERHEAD : PACKET_GUESS_MIN;
    return true;
}

static bool parse_dev(struct twin_serial_settings *settings, const char *value,
                      struct transport_problem *problem)
{
    if (strlen(value) >= sizeof(settings->dev)) {
        transport_explain(problem, "the name of the serial port is too long: '%.40s...'", value);
        return false;
    }
    if (settings->dev[0] != '\0' && strcmp(settings->dev, value) != 0) {
        transport_explain(problem, "the connstring names two serial ports, %s and %s",
                          settings->dev, value);
        return false;
    }
    snprintf(settings->dev, sizeof(settings->dev), "%s", value);
    return true;
}

static bool parse_word(struct twin_serial_settings *settings, char *word,
                       struct transport_problem *problem)
{
    char *value = strchr(word, '=');

    if (value == NULL) {
        return parse_dev(settings, word, problem);
    }
    *value++ = '\0';
    if (strcmp(word, "dev") == 0) {
        return parse_dev(settings, value, problem);
    }
    if (strcmp(word, "baud") == 0) {
        return parse_baud(settings, value, problem);
    }
    if (strcmp(word, "mtu") == 0) {
        return parse_mtu(settings, value, problem);
    }
    transport_explain(problem, "unknown word '%s' in the serial connstring", word);
    transport_hint(problem, EXAMPLE);
    return false;
}

bool twin_serial_settings_parse(struct twin_serial_settings *settings, const char *connstring,
                                struct transport_problem *problem)
{
    char text[1024];
    char *rest = NULL;

    *settings = (struct twin_serial_settings){.baud = 115200};
    if (strlen(connstring) >= sizeof(text)) {
        transport_explain(problem, "the serial connstring is too long");
        return false;
    }
    snprintf(text, sizeof(text), "%s", connstring);
    for (char *word = strtok_r(text, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        if (!parse_word(settings, word, problem)) {
            return false;
        }
    }
    if (settings->dev[0] == '\0') {
        transport_explain(problem, "the serial connstring '%s' names no port", connstring);
        transport_hint(problem, EXAMPLE);
        return false;
    }
    return true;
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

/* Raw bytes at this speed; false with a problem, and the port as it was. */
static bool set_up(struct twin_serial_port *port, uint32_t baud, struct transport_problem *problem)
{
    uint32_t got;
    const int why = twin_serial_tty_make_raw(port->fd, baud, &port->found, &got);

    if (why == 0 && is_near(baud, got)) {
        return true;
    }
    if (why != 0 && why != EINVAL) {
        twin_serial_explain(port->dev, why, problem);
        return false;
    }
    problem->is_usage = true;
    if (why == 0) {
        twin_serial_tty_restore(port->fd, &port->found);
        transport_explain(problem, "the serial port %s does not do %u baud: its driver set %u",
                          port->dev, (unsigned)baud, (unsigned)got);
    } else {
        transport_explain(problem, "the serial port %s does not do %u baud: its driver refuses it",
                          port->dev, (unsigned)baud);
    }
    transport_hint(problem, "Which speed does the device's firmware use? 115200 is common");
    return false;
}

bool twin_serial_port_open(struct twin_serial_port *port,
                           const struct twin_serial_settings *settings,
                           struct transport_problem *problem)
{
    memcpy(port->dev, settings->dev, sizeof(port->dev));
    port->fd = open(port->dev, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0) {
        twin_serial_explain(port->dev, errno, problem);
        return false;
    }
    if (isatty(port->fd) != 1) {
        twin_serial_explain(port->dev, errno, problem);
        close(port->fd);
        return false;
    }
    const int why = claim(port);
    if (why != 0) {
        twin_serial_explain(port->dev, why, problem);
        close(port->fd);
        return false;
    }
    if (!set_up(port, settings->baud, problem)) {
        unclaim(port);
        return false;
    }
    return true;
}

void twin_serial_port_close(struct twin_serial_port *port)
{
    twin_serial_tty_restore(port->fd, &port->found);
    unclaim(port);
}
