/*
 * device.c - the parts of device.h that concern one device; the loop is in run.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "complain.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Our end does not block: a device that does not read must not stop the others. */
static int open_pair(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
        return complain("cannot make", "sockets");
    }
    return 0;
}

void device_init(struct device *device, int (*start)(struct device *device),
                 int (*ended)(struct device *device, int status, uint64_t now_ns))
{
    memset(device, 0, sizeof(*device));
    device->start = start;
    device->ended = ended;
    device->smp[0] = device->smp[1] = device->console[0] = device->console[1] = -1;
    device->serial.pty.master = -1;
}

int device_open(struct device *device, const char *link, const struct line_config *config,
                unsigned loss, const char *console_path)
{
    if (open_pair(device->smp) != 0 || open_pair(device->console) != 0 ||
        console_open(&device->shown, console_path) != 0) {
        return -1;
    }
    return serial_open(&device->serial, link, config, loss, device->smp[0]);
}

void device_close(struct device *device)
{
    const int fds[] = {device->smp[0], device->smp[1], device->console[0], device->console[1]};

    if (device->pid > 0) {
        kill(device->pid, SIGKILL);
        waitpid(device->pid, NULL, 0);
        device->pid = 0;
    }
    serial_close(&device->serial);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        close(fds[i]);
    }
}
