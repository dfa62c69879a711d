/*
 * main.c - twinslot-device: runs devices as Linux processes and carries bytes between their serial
 * lines and the host. One thread, one loop, however many devices.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/std_fds.h"
#include "device.h"
#include "twin_config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define REST_NS  500000ull /* between two looks at many devices */

#define EXIT_NOT_POSSIBLE 1

/* Places in the list of watched descriptors: two for all, then three for each device. */
enum { WATCH_SIGNALS, WATCH_TYPING, WATCH_DEVICES };
enum { WATCH_CLIENT, WATCH_SMP, WATCH_CONSOLE, WATCH_PER_DEVICE };

struct fleet {
    struct device **devices;
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

/* A descriptor to watch, or to leave out. */
static struct pollfd watch(int fd, int events)
{
    return (struct pollfd){.fd = events != 0 ? fd : -1, .events = (short)events};
}

static void watch_device(const struct device *device, struct pollfd *watched)
{
    int client = 0, smp = 0;

    if (device->pty.master >= 0) {
        client = way_has_room(&device->to_device) ? POLLIN : 0;
        smp = (way_has_room(&device->to_client) ? POLLIN : 0) |
              (way_is_blocked(&device->to_device) ? POLLOUT : 0);
    }
    watched[WATCH_CLIENT] = watch(device->pty.master, client);
    watched[WATCH_SMP] = watch(device->smp[0], smp);
    watched[WATCH_CONSOLE] = watch(device->console[0], POLLIN);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* When there is something to do for a device, if nothing comes before. */
static uint64_t device_due_ns(const struct device *device)
{
    if (device->pty.master < 0) {
        return device->start_ns;
    }
    return earlier(device->start_ns,
                   earlier(way_due_ns(&device->to_device), way_due_ns(&device->to_client)));
}

/* Sleep until a byte comes or one is due. */
static void wait_for_work(struct fleet *fleet)
{
    uint64_t due = UINT64_MAX, now = now_ns(), sleep_ns;
    nfds_t count = WATCH_DEVICES + (nfds_t)fleet->count * WATCH_PER_DEVICE;

    fleet->watched[WATCH_SIGNALS] = watch(fleet->signals, POLLIN);
    fleet->watched[WATCH_TYPING] = watch(STDIN_FILENO, fleet->typing ? POLLIN : 0);
    for (unsigned i = 0; i < fleet->count; i++) {
        due = earlier(due, device_due_ns(fleet->devices[i]));
        watch_device(fleet->devices[i], &fleet->watched[WATCH_DEVICES + i * WATCH_PER_DEVICE]);
    }
    sleep_ns = due > now ? due - now : 0;
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

    if ((watched[WATCH_CLIENT].revents & POLLIN) != 0) {
        way_receive(&device->to_device, now);
    }
    if ((watched[WATCH_SMP].revents & POLLIN) != 0) {
        way_receive(&device->to_client, now);
    }
    if (watched[WATCH_CONSOLE].revents != 0) {
        device_show(device);
    }
    if (device->pty.master >= 0) {
        way_deliver(&device->to_device, now);
        way_deliver(&device->to_client, now);
    }
    return device->start_ns <= now ? device_start(device) : 0;
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
        if (fleet->devices[i]->pid != 0 || fleet->devices[i]->start_ns != UINT64_MAX) {
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
        int why = device == NULL ? -1 : device_ended(device, ended, now_ns());
        status = why >= 0 ? why : status;
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

static int run(struct fleet *fleet)
{
    int status = -1;

    while (status < 0) {
        wait_for_work(fleet);
        for (unsigned i = 0; i < fleet->count; i++) {
            if (serve_device(fleet->devices[i],
                             &fleet->watched[WATCH_DEVICES + i * WATCH_PER_DEVICE]) != 0) {
                status = EXIT_NOT_POSSIBLE;
            }
        }
        if (fleet->watched[WATCH_TYPING].revents != 0) {
            type(fleet);
        }
        if (fleet->watched[WATCH_SIGNALS].revents != 0) {
            status = serve_signal(fleet);
        }
    }
    return status;
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

/* Keep the numbers that devices inherit free of our own descriptors, and allow many of those. */
static void prepare_descriptors(void)
{
    struct rlimit limit;

    while (open("/dev/null", O_RDWR | O_CLOEXEC) < FD_END) {
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_all(struct fleet *fleet, const struct options *options)
{
    fleet->devices = calloc(options->count, sizeof(struct device *));
    fleet->watched =
        calloc(WATCH_DEVICES + options->count * WATCH_PER_DEVICE, sizeof(struct pollfd));
    if (fleet->devices == NULL || fleet->watched == NULL) {
        return -1;
    }
    while (fleet->count < options->count) {
        struct device *device = calloc(1, sizeof(*device));
        if (device == NULL) {
            return -1;
        }
        fleet->devices[fleet->count] = device;
        int status = device_open(device, options, fleet->count++);
        if (status != 0) {
            return status;
        }
    }
    for (unsigned i = 0; i < fleet->count; i++) {
        if (device_start(fleet->devices[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

static void close_all(struct fleet *fleet)
{
    for (unsigned i = 0; i < fleet->count; i++) {
        device_close(fleet->devices[i]);
        free(fleet->devices[i]);
    }
    free(fleet->devices);
    free(fleet->watched);
}

/* twinslot-boot, in the folder where this program is. */
static void find_bootloader(char *path, size_t cap)
{
    ssize_t len = readlink("/proc/self/exe", path, cap - 1);

    path[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(path, '/');
    size_t folder_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    snprintf(path + folder_len, cap - folder_len, "twinslot-boot");
}

int main(int argc, char **argv)
{
    char bootloader[PATH_MAX];
    struct fleet fleet = {.typing = true};
    struct options options = {
        .console = "-",
        .interface = "lo",
        .bootloader = bootloader,
        .count = 1,
        .geometry = {.page_bytes = 4096, .slot_bytes = 0x76000, .write_bytes = 4, .erased = 0xff},
        .smp_buf_size = CONFIG_TWIN_SMP_BUF_SIZE,
        .smp_buf_count = CONFIG_TWIN_SMP_BUF_COUNT,
    };

    twin_std_fds_open();
    find_bootloader(bootloader, sizeof(bootloader));
    int status = options_parse(&options, argc, argv);
    if (status >= 0) {
        return status;
    }
    prepare_descriptors();
    prctl(PR_SET_TIMERSLACK, 1ul); /* a byte is due when it is due */
    fleet.signals = open_signals();
    status = open_all(&fleet, &options) == 0 ? run(&fleet) : EXIT_NOT_POSSIBLE;
    close_all(&fleet);
    return status;
}
