/*
 * serial_tty_posix.c - see serial_tty.h. With what POSIX has, for systems that are not Linux.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#include "transport/serial_tty.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <termios.h>

_Static_assert(sizeof(struct termios) <= sizeof(struct twin_serial_tty), "the settings fit");

static const struct speed {
    uint32_t baud;
    speed_t code;
} speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},
#ifdef B4000000
    {460800, B460800},   {500000, B500000},   {576000, B576000},   {921600, B921600},
    {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000}, {2000000, B2000000},
    {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000}, {4000000, B4000000},
#endif
};

/* The first one that is not below baud: one that has no name is seen to be another. */
static const struct speed *find_speed(uint32_t baud)
{
    size_t i = 0;

    while (i + 1 < sizeof(speeds) / sizeof(speeds[0]) && speeds[i].baud < baud) {
        i++;
    }
    return &speeds[i];
}

bool twin_serial_tty_is_pseudo(int fd)
{
    (void)fd;
    return false; /* what depends on it is safe with ports that are wires */
}

int twin_serial_tty_make_raw(int fd, uint32_t baud, struct twin_serial_tty *found, uint32_t *got)
{
    const struct speed *speed = find_speed(baud);
    struct termios tty;

    if (tcgetattr(fd, &tty) != 0) {
        return errno;
    }
    memset(found, 0, sizeof(*found));
    memcpy(found, &tty, sizeof(tty));
    cfmakeraw(&tty);
    tty.c_cflag |= CLOCAL | CREAD;
    tty.c_cflag &= (tcflag_t)~CSTOPB;
    tty.c_cc[VMIN] = 1;
    tty.c_cc[VTIME] = 0;
    if (cfsetispeed(&tty, speed->code) != 0 || cfsetospeed(&tty, speed->code) != 0 ||
        tcsetattr(fd, TCSANOW, &tty) != 0 || tcgetattr(fd, &tty) != 0) {
        const int why = errno;
        twin_serial_tty_restore(fd, found);
        return why;
    }
    *got = cfgetospeed(&tty) == speed->code ? speed->baud : 0;
    tcflush(fd, TCIFLUSH);
    return 0;
}

void twin_serial_tty_restore(int fd, const struct twin_serial_tty *found)
{
    struct termios tty;

    memcpy(&tty, found, sizeof(tty));
    tcflush(fd, TCOFLUSH);
    tcsetattr(fd, TCSANOW, &tty);
}
