/*
 * pty.c - see pty.h. SPDX-License-Identifier: Apache-2.0
 */
#include "pty.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int make_raw(int fd)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) != 0) {
        return -1;
    }
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings);
}

static int make_link(const char *name, const char *link)
{
    struct stat old;

    if (lstat(link, &old) == 0 && S_ISLNK(old.st_mode)) {
        unlink(link);
    }
    return symlink(name, link);
}

static int open_ends(struct pty *pty, char *name, size_t name_len)
{
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0 ||
        ptsname_r(pty->master, name, name_len) != 0) {
        return -1;
    }
    pty->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return pty->slave < 0 ? -1 : make_raw(pty->slave);
}

int pty_open(struct pty *pty, const char *link)
{
    char name[64];

    *pty = (struct pty){.master = -1, .slave = -1, .link = link};
    if (open_ends(pty, name, sizeof(name)) != 0) {
        fprintf(stderr, "cannot open a pseudo terminal: %s\n", strerror(errno));
    } else if (make_link(name, link) != 0) {
        fprintf(stderr, "cannot make the link %s to %s: %s\n", link, name, strerror(errno));
    } else {
        return 0;
    }
    return -1;
}

void pty_close(struct pty *pty)
{
    unlink(pty->link);
    close(pty->slave);
    close(pty->master);
}
