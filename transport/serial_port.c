/*
 * serial_port.c - open a tty alone and raw, give it back as it was, and explain what fails.
 *
 * Not the framing (serial.c). SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "serial_port.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct speed {
    uint32_t baud;
    speed_t code;
};

static const struct speed speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},
#ifdef B4000000
    {460800, B460800},   {500000, B500000},   {576000, B576000},   {921600, B921600},
    {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000}, {2000000, B2000000},
    {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000}, {4000000, B4000000},
#endif
};
#define SPEED_COUNT (sizeof(speeds) / sizeof(speeds[0]))

static const struct speed *find_speed(uint32_t baud)
{
    for (size_t i = 0; i < SPEED_COUNT; i++) {
        if (speeds[i].baud == baud) {
            return &speeds[i];
        }
    }
    return NULL;
}

/* ---- Settings ---- */

static bool parse_number(const char *text, uint32_t *number)
{
    char *end;

    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    *number = (uint32_t)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && value <= UINT32_MAX;
}

static bool parse_baud(struct serial_settings *settings, const char *value,
                       struct transport_problem *problem)
{
    char list[SPEED_COUNT * 9] = "";

    if (parse_number(value, &settings->baud) && find_speed(settings->baud) != NULL) {
        return true;
    }
    for (size_t i = 0, len = 0; i < SPEED_COUNT; i++) {
        len += (size_t)snprintf(list + len, sizeof(list) - len, " %u", (unsigned)speeds[i].baud);
    }
    transport_explain(problem, "unknown baud rate '%s' for the serial port; it can be:%s", value,
                      list);
    return false;
}

/* As the Go tool has it: mtu counts bytes on the line, base64 and framing included. */
static bool parse_mtu(struct serial_settings *settings, const char *value,
                      struct transport_problem *problem)
{
    uint32_t mtu;

    if (!parse_number(value, &mtu) || mtu < 128 || mtu > 65535) {
        transport_explain(problem, "mtu '%s' for the serial port is not between 128 and 65535",
                          value);
        return false;
    }
    settings->packet_guess = mtu * 3 / 4 - 13;
    return true;
}

static bool parse_dev(struct serial_settings *settings, const char *value,
                      struct transport_problem *problem)
{
    if (strlen(value) >= sizeof(settings->dev)) {
        transport_explain(problem, "the name of the serial port is too long: '%.40s...'", value);
        return false;
    }
    snprintf(settings->dev, sizeof(settings->dev), "%s", value);
    return true;
}

static bool parse_word(struct serial_settings *settings, char *word,
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
    transport_explain(problem,
                      "unknown word '%s' in the serial connstring; it may have dev, baud "
                      "and mtu: dev=/dev/ttyACM0,baud=115200",
                      word);
    return false;
}

bool serial_settings_parse(struct serial_settings *settings, const char *connstring,
                           struct transport_problem *problem)
{
    char text[1024];
    char *rest = NULL;

    *settings = (struct serial_settings){.baud = 115200};
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
        transport_explain(problem, "the serial connstring '%s' names no port: dev=/dev/ttyACM0",
                          connstring);
        return false;
    }
    return true;
}

/* ---- Explanations ---- */

static void explain_missing(const char *dev, struct transport_problem *problem)
{
    glob_t found = {.gl_pathc = 0};
    char list[400] = "";
    size_t len = 0;

    glob("/dev/ttyACM*", 0, NULL, &found);
    glob("/dev/ttyUSB*", GLOB_APPEND, NULL, &found);
    glob("/dev/cu.usb*", GLOB_APPEND, NULL, &found);
    glob("/dev/serial/by-id/*", GLOB_APPEND, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc && len < sizeof(list); i++) {
        len += (size_t)snprintf(list + len, sizeof(list) - len, " %s", found.gl_pathv[i]);
    }
    globfree(&found);
    if (list[0] == '\0') {
        transport_explain(problem,
                          "there is no serial port %s, and none of the usual names is in /dev: is "
                          "the cable in and the device on?",
                          dev);
    } else {
        transport_explain(problem, "there is no serial port %s. Found:%s", dev, list);
    }
}

static void explain_forbidden(const char *dev, struct transport_problem *problem)
{
    struct stat st;
    const struct group *group = stat(dev, &st) == 0 ? getgrgid(st.st_gid) : NULL;
    const char *name = group != NULL ? group->gr_name : "dialout";

    transport_explain(problem,
                      "no permission for the serial port %s. Become a member of its group: "
                      "sudo usermod -aG %s \"$USER\", then log in again",
                      dev, name);
}

static void explain_open(const char *dev, int why, struct transport_problem *problem)
{
    switch (why) {
    case ENOENT:
        explain_missing(dev, problem);
        break;
    case EACCES:
    case EPERM:
        explain_forbidden(dev, problem);
        break;
    case EBUSY:
    case EWOULDBLOCK:
        transport_explain(problem,
                          "the serial port %s is in use by another program: close it (a terminal? "
                          "another mcumgr? 'fuser %s' tells which)",
                          dev, dev);
        break;
    case ENOTTY:
        transport_explain(problem, "%s is not a serial port", dev);
        break;
    default:
        transport_explain(problem, "the serial port %s cannot be used: %s", dev, strerror(why));
        break;
    }
}

/* ---- The port ---- */

/* Raw bytes both ways, at this speed; no modem lines are waited for. Returns 0 or an errno. */
static int make_raw(struct serial_port *port, uint32_t baud)
{
    struct termios raw = port->found;

    cfmakeraw(&raw);
    raw.c_cflag |= CLOCAL | CREAD;
    raw.c_cflag &= (tcflag_t)~CSTOPB;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (cfsetspeed(&raw, find_speed(baud)->code) != 0 || tcsetattr(port->fd, TCSANOW, &raw) != 0) {
        return errno;
    }
    tcflush(port->fd, TCIFLUSH);
    return 0;
}

static int claim(struct serial_port *port)
{
    if (tcgetattr(port->fd, &port->found) != 0) {
        return ENOTTY;
    }
    if (flock(port->fd, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
    ioctl(port->fd, TIOCEXCL); /* keeps out programs that do not look at the lock */
    return 0;
}

bool serial_port_open(struct serial_port *port, const struct serial_settings *settings,
                      struct transport_problem *problem)
{
    memcpy(port->dev, settings->dev, sizeof(port->dev));
    port->fd = open(port->dev, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0) {
        explain_open(port->dev, errno, problem);
        return false;
    }
    int why = claim(port);
    if (why == 0) {
        why = make_raw(port, settings->baud);
        if (why != 0) {
            serial_port_close(port);
        }
    } else {
        close(port->fd);
    }
    if (why != 0) {
        explain_open(port->dev, why, problem);
    }
    return why == 0;
}

void serial_port_close(struct serial_port *port)
{
    tcflush(port->fd, TCOFLUSH); /* a device that holds us must not hold our end */
    tcsetattr(port->fd, TCSANOW, &port->found);
    ioctl(port->fd, TIOCNXCL);
    close(port->fd);
}
