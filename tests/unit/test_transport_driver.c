/*
 * test_transport_driver.c - the speed of a serial port, as drivers of all kinds take it.
 *
 * The port is a pseudo terminal, which takes every speed. What stricter drivers answer is put in on
 * the way to it: the linker leads ioctl() through here. SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "check.h"
#include "transport/link.h"
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Of stdlib.h, without what clashes with asm/termbits.h. */
extern int posix_openpt(int flags);
extern int grantpt(int fd);
extern int unlockpt(int fd);
extern char *ptsname(int fd);

/* What the driver does. */
static struct {
    uint32_t sets; /* this speed, whatever is asked for; 0: what is asked for */
    int refuses;   /* new settings, with this errno */
    unsigned settings_taken;
} driver;

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list list;

    va_start(list, request);
    void *arg = va_arg(list, void *);
    va_end(list);
    if (request == TCSETS2) {
        if (driver.refuses != 0) {
            errno = driver.refuses;
            return -1;
        }
        driver.settings_taken++;
    }
    const int rc = __real_ioctl(fd, request, arg);
    if (request == TCGETS2 && driver.sets != 0 && driver.settings_taken > 0) {
        ((struct termios2 *)arg)->c_ospeed = driver.sets;
    }
    return rc;
}

/* Whether the port is a wire; then its device number is one of a USB adapter. */
static bool is_wire;

int __real_fstat(int fd, struct stat *file);
int __wrap_fstat(int fd, struct stat *file);

int __wrap_fstat(int fd, struct stat *file)
{
    const int rc = __real_fstat(fd, file);

    if (is_wire) {
        file->st_rdev = makedev(188, 0);
    }
    return rc;
}

static struct twin_error error;
static int device, port;
static char dev[64];

static struct twin_link *open_at(uint32_t baud)
{
    char connstring[128];

    memset(&error, 0, sizeof(error));
    driver.settings_taken = 0;
    snprintf(connstring, sizeof(connstring), "dev=%s,baud=%u", dev, (unsigned)baud);
    return twin_link_open(twin_transport_find("serial"), connstring, &error);
}

/* The settings of the port now, or as they are while the link is open. */
static struct termios2 settings(void)
{
    struct termios2 now;

    CHECK_EQ(__real_ioctl(port, TCGETS2, &now), 0);
    return now;
}

static void check_every_speed(void)
{
    static const uint32_t speeds[] = {1,      50,     1200,    9600,    31250,   115200,  250000,
                                      256000, 460800, 1000000, 1843200, 3686400, 4000000, 12000000};

    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
        const struct termios2 before = settings();
        struct twin_link *link = open_at(speeds[i]);
        CHECK(link != NULL);
        const struct termios2 during = settings(), *now = &during;
        CHECK_EQ(now->c_ospeed, speeds[i]);
        CHECK_EQ(now->c_ispeed, speeds[i]);
        CHECK_EQ(now->c_cflag & (CSIZE | PARENB | CSTOPB | CLOCAL | CREAD), CS8 | CLOCAL | CREAD);
        CHECK_EQ(now->c_iflag & (IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK), 0);
        CHECK_EQ(now->c_lflag & (ECHO | ICANON | ISIG | IEXTEN), 0);
        CHECK_EQ(now->c_oflag & OPOST, 0);
        twin_link_close(link);
        const struct termios2 after = settings();
        CHECK_MEM(&after, &before, sizeof(before));
    }
}

/* A port that another program has left at an odd speed gets that back. */
static void check_odd_speed_found(void)
{
    struct termios2 odd = settings();

    odd.c_cflag = (odd.c_cflag & ~(tcflag_t)CBAUD) | BOTHER;
    odd.c_ospeed = odd.c_ispeed = 123456;
    CHECK_EQ(__real_ioctl(port, TCSETS2, &odd), 0);
    const struct termios2 before = settings();
    struct twin_link *link = open_at(9600);
    CHECK_EQ(settings().c_ospeed, 9600);
    twin_link_close(link);
    const struct termios2 after = settings();
    CHECK_MEM(&after, &before, sizeof(before));
    CHECK_EQ(after.c_ospeed, 123456);
}

static void check_refused(const char *text, enum twin_error_code code)
{
    const struct termios2 before = settings();

    CHECK(open_at(250000) == NULL);
    CHECK(strstr(error.why, text) != NULL && strstr(error.why, dev) != NULL);
    CHECK_EQ(error.code, code);
    const struct termios2 after = settings();
    CHECK_MEM(&after, &before, sizeof(before));
}

static void check_stricter_drivers(void)
{
    driver.sets = 9600; /* silently, as some USB adapters do */
    check_refused("its driver set 9600", TWIN_ERROR_USAGE);
    driver.sets = 230400; /* the nearest that it has */
    check_refused("its driver set 230400", TWIN_ERROR_USAGE);
    driver.sets = 0;
    driver.refuses = EINVAL;
    check_refused("refuses", TWIN_ERROR_USAGE);
    driver.refuses = EIO;
    check_refused("no device answers", TWIN_ERROR_LINK);
    driver.refuses = 0;
    driver.sets = 246153; /* what a divider comes to: near enough */
    struct twin_link *link = open_at(250000);
    CHECK(link != NULL);
    twin_link_close(link);
    driver.sets = 0;
}

static bool is_exclusive(void)
{
    int mark = 0;

    CHECK_EQ(__real_ioctl(port, TIOCGEXCL, &mark), 0);
    return mark != 0;
}

/* A wire is ours alone while the link is open. A pseudo terminal is not marked: it would keep the
 * mark if we were killed. */
static void check_exclusive(void)
{
    is_wire = true;
    struct twin_link *link = open_at(9600);
    CHECK(link != NULL && is_exclusive());
    twin_link_close(link);
    CHECK(!is_exclusive());
    is_wire = false;
    link = open_at(9600);
    CHECK(link != NULL && !is_exclusive());
    twin_link_close(link);
}

int main(void)
{
    device = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(device >= 0 && grantpt(device) == 0 && unlockpt(device) == 0);
    snprintf(dev, sizeof(dev), "%s", ptsname(device));
    port = open(dev, O_RDWR | O_NOCTTY);
    CHECK(port >= 0);
    check_every_speed();
    check_odd_speed_found();
    check_stricter_drivers();
    check_exclusive();
    close(port);
    close(device);
    return check_report();
}
