/*
 * serial_tty_linux.c - see serial_tty.h. By Linux's own calls, which take the speed as a number;
 * the C library's know only some. SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "transport/serial_tty.h"
#include <asm/termbits.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PTS_MAJOR_FIRST 136 /* device numbers of pseudo terminals */
#define PTS_MAJOR_LAST  143

_Static_assert(sizeof(struct termios2) <= sizeof(struct twin_serial_tty), "the settings fit");

static void make_raw(struct termios2 *tty, uint32_t baud)
{
    tty->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    tty->c_oflag &= ~(tcflag_t)OPOST;
    tty->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    tty->c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB | CBAUD | CIBAUD);
    tty->c_cflag |= CS8 | CLOCAL | CREAD | BOTHER; /* CIBAUD 0: both ways the same speed */
    tty->c_ispeed = baud;
    tty->c_ospeed = baud;
    tty->c_cc[VMIN] = 1;
    tty->c_cc[VTIME] = 0;
}

bool twin_serial_tty_is_pseudo(int fd)
{
    struct stat port;

    return fstat(fd, &port) == 0 && major(port.st_rdev) >= PTS_MAJOR_FIRST &&
           major(port.st_rdev) <= PTS_MAJOR_LAST;
}

int twin_serial_tty_make_raw(int fd, uint32_t baud, struct twin_serial_tty *found, uint32_t *got)
{
    struct termios2 tty;

    if (ioctl(fd, TCGETS2, &tty) != 0) {
        return errno;
    }
    memset(found, 0, sizeof(*found));
    memcpy(found, &tty, sizeof(tty));
    make_raw(&tty, baud);
    if (ioctl(fd, TCSETS2, &tty) != 0 || ioctl(fd, TCGETS2, &tty) != 0) {
        const int why = errno;
        twin_serial_tty_restore(fd, found);
        return why;
    }
    *got = tty.c_ospeed;
    ioctl(fd, TCFLSH, TCIFLUSH);
    return 0;
}

void twin_serial_tty_restore(int fd, const struct twin_serial_tty *found)
{
    struct termios2 tty;

    memcpy(&tty, found, sizeof(tty));
    ioctl(fd, TCFLSH, TCOFLUSH);
    ioctl(fd, TCSETS2, &tty);
}
