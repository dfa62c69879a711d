/*
 * run.c - the loop of device.h: carries bytes between devices and the host, and starts and ends
 * their processes. SPDX-License-Identifier: Apache-2.0
 */
#include "complain.h"
#include "device.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define REST_NS  500000ull /* between two looks at many devices */

#define EXIT_NOT_POSSIBLE 1

/* Places in the list of watched descriptors: two for all, then three for each device. */
enum { WATCH_SIGNALS, WATCH_TYPING, WATCH_DEVICES };
enum { WATCH_CONSOLE = SERIAL_WATCHED, WATCH_PER_DEVICE };

struct fleet {
    struct device *const *devices;
    unsigned count;
    int signals;
    bool typing; /* standard input is still open */
    struct pollfd *watched;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct pollfd *watched_of(const struct fleet *fleet, unsigned number)
{
    return &fleet->watched[WATCH_DEVICES + number * WATCH_PER_DEVICE];
}

/* Fill in what to watch; returns when there is something to do if nothing comes before. */
static uint64_t watch_all(struct fleet *fleet)
{
    uint64_t due = UINT64_MAX;

    fleet->watched[WATCH_SIGNALS] = (struct pollfd){.fd = fleet->signals, .events = POLLIN};
    fleet->watched[WATCH_TYPING] =
        (struct pollfd){.fd = fleet->typing ? STDIN_FILENO : -1, .events = POLLIN};
    for (unsigned i = 0; i < fleet->count; i++) {
        const struct device *device = fleet->devices[i];
        struct pollfd *watched = watched_of(fleet, i);
        serial_watch(&device->serial, watched);
        watched[WATCH_CONSOLE] = (struct pollfd){.fd = device->console[0], .events = POLLIN};
        due = earlier(due, earlier(device->start_ns, serial_due_ns(&device->serial)));
    }
    return due;
}

/* Sleep until a byte comes or one is due. */
static void wait_for_work(struct fleet *fleet)
{
    const nfds_t count = WATCH_DEVICES + (nfds_t)fleet->count * WATCH_PER_DEVICE;
    uint64_t due = watch_all(fleet), now = now_ns();
    uint64_t sleep_ns = due > now ? due - now : 0;

    if (fleet->count > 1 && sleep_ns < REST_NS) {
        sleep_ns = REST_NS;
    }
    struct timespec timeout = {.tv_sec = (time_t)(sleep_ns / NS_PER_S),
                               .tv_nsec = (long)(sleep_ns % NS_PER_S)};
    if (ppoll(fleet->watched, count, due == UINT64_MAX ? NULL : &timeout, NULL) < 0) {
        for (nfds_t i = 0; i < count; i++) {
            fleet->watched[i].revents = 0;
        }
    }
}

/* Returns 0, or -1 if it cannot go on. */
static int serve_device(struct device *device, const struct pollfd *watched)
{
    uint64_t now = now_ns();

    serial_serve(&device->serial, watched, now);
    if (watched[WATCH_CONSOLE].revents != 0) {
        console_take_from(&device->shown, device->console[0]);
    }
    if (device->start_ns > now) {
        return 0;
    }
    device->start_ns = STAYS_OFF;
    return device->start(device);
}

/* Give all devices what was typed; what they do not take is lost. */
static void type(struct fleet *fleet)
{
    char bytes[4096];
    ssize_t len = read(STDIN_FILENO, bytes, sizeof(bytes));

    fleet->typing = len > 0;
    for (unsigned i = 0; i < fleet->count && len > 0; i++) {
        (void)!write(fleet->devices[i]->console[0], bytes, (size_t)len);
    }
}

static struct device *find(const struct fleet *fleet, pid_t pid)
{
    for (unsigned i = 0; i < fleet->count; i++) {
        if (fleet->devices[i]->pid == pid) {
            return fleet->devices[i];
        }
    }
    return NULL;
}

static bool any_runs(const struct fleet *fleet)
{
    for (unsigned i = 0; i < fleet->count; i++) {
        if (fleet->devices[i]->pid != 0 || fleet->devices[i]->start_ns != STAYS_OFF) {
            return true;
        }
    }
    return false;
}

/* Processes have ended. Returns -1 to go on, else the exit status: no device is left. */
static int reap(struct fleet *fleet)
{
    int ended, status = -1;
    pid_t pid;

    while ((pid = waitpid(-1, &ended, WNOHANG)) > 0) {
        struct device *device = find(fleet, pid);
        if (device != NULL) {
            device->pid = 0;
            console_take_from(&device->shown, device->console[0]); /* the last words */
            int why = device->ended(device, ended, now_ns());
            status = why >= 0 ? why : status;
        }
    }
    return any_runs(fleet) ? -1 : status;
}

/* What a signal asks for: -1 to go on, else the exit status. */
static int serve_signal(struct fleet *fleet)
{
    struct signalfd_siginfo info;

    if (read(fleet->signals, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
        return -1;
    }
    return info.ssi_signo == SIGCHLD ? reap(fleet) : 0;
}

static int serve_all(struct fleet *fleet)
{
    for (unsigned i = 0; i < fleet->count; i++) {
        if (serve_device(fleet->devices[i], watched_of(fleet, i)) != 0) {
            return EXIT_NOT_POSSIBLE;
        }
    }
    if (fleet->watched[WATCH_TYPING].revents != 0) {
        type(fleet);
    }
    return fleet->watched[WATCH_SIGNALS].revents != 0 ? serve_signal(fleet) : -1;
}

/* Signals that end us, and the ends of processes, are read from a descriptor. */
static int open_signals(void)
{
    const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        sigaddset(&signals, ours[i]);
    }
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

int device_run(struct device *const *devices, unsigned count)
{
    struct fleet fleet = {
        .devices = devices,
        .count = count,
        .typing = true,
        .signals = open_signals(),
        .watched = calloc(WATCH_DEVICES + count * WATCH_PER_DEVICE, sizeof(struct pollfd)),
    };
    int status = -1;

    if (fleet.signals < 0 || fleet.watched == NULL) {
        complain("cannot watch", "the devices");
        status = EXIT_NOT_POSSIBLE;
    }
    prctl(PR_SET_TIMERSLACK, 1ul); /* a byte is due when it is due */
    while (status < 0) {
        wait_for_work(&fleet);
        status = serve_all(&fleet);
    }
    free(fleet.watched);
    close(fleet.signals);
    return status;
}
