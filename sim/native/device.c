/*
 * device.c - see device.h. SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "flash_file.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_FAILURE_OF_OURS 1
#define RESET_NS             20000000u /* a firmware that always faults must not eat the host */

static int complain(const char *what)
{
    fprintf(stderr, "twinslot-device: %s: %s\n", what, strerror(errno));
    return -1;
}

/* The name of a thing of one device; with several devices they are numbered. To be freed. */
static char *numbered(const char *name, const struct options *options, unsigned number)
{
    char *own;

    if (asprintf(&own, options->count > 1 ? "%s.%u" : "%s", name, number) < 0) {
        abort();
    }
    return own;
}

static int open_flash(struct device *device, unsigned number)
{
    const struct options *options = device->options;
    char *path = numbered(options->flash, options, number);

    device->flash = flash_file_open(path, &options->geometry, options->image);
    free(path);
    return device->flash < 0 ? -1 : 0;
}

/* Memory that outlives resets. */
static int open_hardware(struct device *device)
{
    const struct options *options = device->options;

    device->memory = memfd_create("hardware", MFD_CLOEXEC);
    if (device->memory < 0 || ftruncate(device->memory, sizeof(struct hardware)) != 0) {
        return complain("cannot make memory");
    }
    device->hardware =
        mmap(NULL, sizeof(struct hardware), PROT_READ | PROT_WRITE, MAP_SHARED, device->memory, 0);
    if (device->hardware == MAP_FAILED) {
        return complain("cannot map memory");
    }
    *device->hardware = (struct hardware){.supervisor = getpid(),
                                          .units_left = options->cut_units,
                                          .erase_us = options->erase_us,
                                          .write_us = options->write_us,
                                          .smp_buf_size = (uint16_t)options->smp_buf_size,
                                          .smp_buf_count = (uint16_t)options->smp_buf_count,
                                          .has_udp = device->udp >= 0};
    return 0;
}

/* Our end does not block: a device that does not read must not stop the others. */
static int open_pair(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
        return complain("cannot make sockets");
    }
    return 0;
}

/* A bound socket, or -1 with errno. IPv6 sockets take IPv4 clients too, under mapped addresses. */
static int bound_socket(const char *interface, int family, const void *address, socklen_t len)
{
    const int off = 0;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if ((strcmp(interface, "all") == 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
                                                     (socklen_t)strlen(interface)) == 0) &&
        bind(fd, address, len) == 0) {
        return fd;
    }
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* On every address of the interface, which may have no IPv6. */
static int bind_port(const char *interface, unsigned port)
{
    const struct sockaddr_in6 both = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = in6addr_any};
    const struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = bound_socket(interface, AF_INET6, &both, sizeof(both));

    return fd >= 0 || errno == EADDRINUSE ? fd : bound_socket(interface, AF_INET, &v4, sizeof(v4));
}

static int open_udp(struct device *device, unsigned number)
{
    unsigned port = device->options->udp + number;

    if (device->options->udp == 0) {
        return 0;
    }
    device->udp = bind_port(device->options->interface, port);
    if (device->udp < 0) {
        fprintf(stderr, "twinslot-device: cannot use UDP port %u of %s: %s\n", port,
                device->options->interface, strerror(errno));
        return -1;
    }
    return 0;
}

/* Log text comes from the device, so only its way has noise. */
static int open_port(struct device *device, unsigned number)
{
    const struct options *options = device->options;
    struct line_config config = options->line;

    if (options->pty == NULL) {
        return 0;
    }
    device->link = numbered(options->pty, options, number);
    if (pty_open(&device->pty, device->link) != 0) {
        return -1;
    }
    way_init(&device->to_client, &config, options->loss);
    config.noise = 0;
    config.latency_ms = 0;
    way_init(&device->to_device, &config, options->loss);
    device->to_device.from = device->to_client.to = device->pty.master;
    device->to_device.to = device->to_client.from = device->smp[0];
    device->to_client.lossy = true;
    return 0;
}

static int open_console(struct device *device, unsigned number)
{
    const struct options *options = device->options;
    struct console *console = &device->shown;

    if (strcmp(options->console, "-") == 0) {
        console->out = STDOUT_FILENO;
        if (options->count > 1) {
            snprintf(console->prefix, sizeof(console->prefix), "%u: ", number);
        }
        return 0;
    }
    char *path = numbered(options->console, options, number);
    console->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    free(path);
    return console->out < 0 ? complain("cannot open the file for the console") : 0;
}

int device_open(struct device *device, const struct options *options, unsigned number)
{
    device->options = options;
    device->udp = device->flash = device->memory = -1;
    device->smp[0] = device->smp[1] = device->console[0] = device->console[1] = -1;
    device->pty.master = device->pty.slave = -1;
    if (open_flash(device, number) != 0 || open_udp(device, number) != 0 ||
        open_hardware(device) != 0 || open_pair(device->smp) != 0 ||
        open_pair(device->console) != 0 || open_console(device, number) != 0) {
        return -1;
    }
    return open_port(device, number);
}

/* What the process finds open (hardware.h). */
static void give_descriptors(const struct device *device, posix_spawn_file_actions_t *actions)
{
    posix_spawn_file_actions_adddup2(actions, device->console[1], FD_CONSOLE);
    posix_spawn_file_actions_adddup2(actions, device->console[1], FD_CONSOLE + 1);
    posix_spawn_file_actions_adddup2(actions, device->smp[1], FD_SMP);
    posix_spawn_file_actions_adddup2(actions, device->flash, FD_FLASH);
    posix_spawn_file_actions_adddup2(actions, device->memory, FD_HARDWARE);
    if (device->udp >= 0) {
        posix_spawn_file_actions_adddup2(actions, device->udp, FD_UDP);
    }
}

/* No signal is blocked or ignored, and Ctrl-C is for us alone: a group of its own. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETPGROUP);
}

int device_start(struct device *device)
{
    static char name[] = "twinslot-boot";
    char *arguments[] = {name, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    device->start_ns = UINT64_MAX;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    give_descriptors(device, &actions);
    set_attributes(&attributes);
    errno = posix_spawn(&device->pid, device->options->bootloader, &actions, &attributes, arguments,
                        environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (errno != 0) {
        device->pid = 0;
        fprintf(stderr, "twinslot-device: cannot run %s: %s\n", device->options->bootloader,
                strerror(errno));
    }
    return errno == 0 ? 0 : -1;
}

/* A process that was killed had no power any more; the watchdog is a timer's signal. */
static enum twin_board_start next_cause(struct device *device, int status)
{
    char text[80];

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RESET) {
        return TWIN_BOARD_START_SOFTWARE;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        return TWIN_BOARD_START_POWER;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        return TWIN_BOARD_START_WATCHDOG;
    }
    if (WIFSIGNALED(status)) {
        snprintf(text, sizeof(text), "fault: %s\n", strsignal(WTERMSIG(status)));
    } else {
        snprintf(text, sizeof(text), "fault: exit with status %d\n", WEXITSTATUS(status));
    }
    console_say(&device->shown, text);
    return TWIN_BOARD_START_FAULT;
}

int device_ended(struct device *device, int status, uint64_t now_ns)
{
    device->pid = 0;
    device_show(device);
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_POWER_CUT) {
        console_say(&device->shown, "the power was cut\n");
        return EXIT_POWER_CUT;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_BROKEN) {
        return EXIT_FAILURE_OF_OURS; /* it has said why */
    }
    device->hardware->cause = next_cause(device, status);
    device->start_ns = now_ns + RESET_NS;
    return -1;
}

void device_show(struct device *device)
{
    char bytes[4096];
    ssize_t len;

    while ((len = read(device->console[0], bytes, sizeof(bytes))) > 0) {
        console_take(&device->shown, bytes, (size_t)len);
    }
}

/* What the line had to carry: with its speed, that is the time it was busy. */
static void report_line(struct device *device)
{
    char text[120];

    snprintf(text, sizeof(text), "serial line: %llu bytes to the device, %llu from it\n",
             (unsigned long long)device->to_device.line.put,
             (unsigned long long)device->to_client.line.put);
    console_say(&device->shown, text);
}

void device_close(struct device *device)
{
    const int fds[] = {device->flash,  device->udp,        device->memory,    device->smp[0],
                       device->smp[1], device->console[0], device->console[1]};

    if (device->pid > 0) {
        kill(device->pid, SIGKILL);
        waitpid(device->pid, NULL, 0);
        device->pid = 0;
    }
    if (device->pty.master >= 0) {
        report_line(device);
        pty_close(&device->pty);
    }
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        close(fds[i]);
    }
    free(device->link);
}
