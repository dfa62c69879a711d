/*
 * process.c - see process.h. SPDX-License-Identifier: Apache-2.0
 */
#include "process.h"
#include "board.h"
#include "complain.h"
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

/* The name of a thing of one device; with several devices they are numbered. To be freed. */
static char *numbered(const char *name, const struct options *options, unsigned number)
{
    char *own;

    if (asprintf(&own, options->count > 1 ? "%s.%u" : "%s", name, number) < 0) {
        abort();
    }
    return own;
}

static int complete_flash(int fd, const void *kind)
{
    return geometry_write(fd, kind);
}

/* One that is there keeps its geometry. */
static bool is_flash(int fd, const void *kind)
{
    struct geometry found;

    (void)kind;
    return geometry_read(fd, &found) == 0;
}

static int open_flash(struct process *process, unsigned number)
{
    const struct options *options = process->options;
    const struct geometry *geometry = &options->geometry;
    struct flash_shape shape = {.owner = "a Linux device",
                                .len = geometry_flash_len(geometry),
                                .erased = (uint8_t)geometry->erased,
                                .complete = complete_flash,
                                .is_complete = is_flash,
                                .kind = geometry};
    char *path = numbered(options->flash, options, number);

    for (uint32_t i = 0; i < geometry->images; i++) {
        const uint32_t len = geometry->slot_bytes;
        shape.parts[i] = (struct flash_part){options->image, 2 * i * len, len};
    }
    process->flash = flash_file_open(path, &shape);
    free(path);
    return process->flash < 0 ? -1 : 0;
}

/* Memory that outlives resets. */
static int open_hardware(struct process *process)
{
    const struct options *options = process->options;

    process->memory = memfd_create("hardware", MFD_CLOEXEC);
    if (process->memory < 0 || ftruncate(process->memory, sizeof(struct hardware)) != 0) {
        return complain("cannot make", "memory");
    }
    process->hardware =
        mmap(NULL, sizeof(struct hardware), PROT_READ | PROT_WRITE, MAP_SHARED, process->memory, 0);
    if (process->hardware == MAP_FAILED) {
        return complain("cannot map", "memory");
    }
    *process->hardware = (struct hardware){.supervisor = getpid(),
                                           .units_left = options->cut_units,
                                           .erase_us = options->erase_us,
                                           .write_us = options->write_us,
                                           .smp_buf_size = (uint16_t)options->smp_buf_size,
                                           .smp_buf_count = (uint16_t)options->smp_buf_count,
                                           .button = options->button != 0,
                                           .has_udp = process->udp >= 0,
                                           .has_files = process->files >= 0};
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

static int open_udp(struct process *process, unsigned number)
{
    unsigned port = process->options->udp + number;

    if (process->options->udp == 0) {
        return 0;
    }
    process->udp = bind_port(process->options->interface, port);
    if (process->udp < 0) {
        fprintf(stderr, "twinslot-device: cannot use UDP port %u of %s: %s\n", port,
                process->options->interface, strerror(errno));
        return -1;
    }
    return 0;
}

static int open_files(struct process *process)
{
    const char *folder = process->options->files;

    if (folder == NULL) {
        return 0;
    }
    process->files = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return process->files < 0 ? complain("cannot open", folder) : 0;
}

/* Its lines. Many devices share standard output, but no file. */
static int open_lines(struct process *process, unsigned number)
{
    const struct options *options = process->options;
    struct console *shown = &process->device.shown;
    char *path = numbered(options->console, options, number);
    const char *console = strcmp(options->console, "-") == 0 ? "-" : path;

    process->link = options->pty == NULL ? NULL : numbered(options->pty, options, number);
    int status =
        device_open(&process->device, process->link, &options->line, options->loss, console);
    if (options->count > 1 && shown->out == STDOUT_FILENO) {
        snprintf(shown->prefix, sizeof(shown->prefix), "%u: ", number);
    }
    free(path);
    return status;
}

/* What the process finds open (hardware.h). */
static void give_descriptors(const struct process *process, posix_spawn_file_actions_t *actions)
{
    posix_spawn_file_actions_adddup2(actions, process->device.console[1], FD_CONSOLE);
    posix_spawn_file_actions_adddup2(actions, process->device.console[1], FD_CONSOLE + 1);
    posix_spawn_file_actions_adddup2(actions, process->device.smp[1], FD_SMP);
    posix_spawn_file_actions_adddup2(actions, process->flash, FD_FLASH);
    posix_spawn_file_actions_adddup2(actions, process->memory, FD_HARDWARE);
    if (process->files >= 0) {
        posix_spawn_file_actions_adddup2(actions, process->files, FD_FILES);
    }
    if (process->udp >= 0) {
        posix_spawn_file_actions_adddup2(actions, process->udp, FD_UDP);
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

static int start(struct device *device)
{
    static char name[] = "twinslot-boot";
    char *arguments[] = {name, NULL};
    const struct process *process = (const struct process *)device;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    give_descriptors(process, &actions);
    set_attributes(&attributes);
    errno = posix_spawn(&device->pid, process->options->bootloader, &actions, &attributes,
                        arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (errno != 0) {
        device->pid = 0;
        return complain("cannot run", process->options->bootloader);
    }
    return 0;
}

/* A process that was killed had no power any more; the watchdog is a timer's signal. */
static enum twin_board_start next_cause(struct device *device, int status)
{
    char text[80];

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RESET) {
        return TWIN_BOARD_START_SOFTWARE;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_RECOVERY) {
        return TWIN_BOARD_START_RECOVERY;
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

static int ended(struct device *device, int status, uint64_t now_ns)
{
    const struct process *process = (const struct process *)device;

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_POWER_CUT) {
        console_say(&device->shown, "the power was cut\n");
        return EXIT_POWER_CUT;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_BROKEN) {
        return EXIT_FAILURE_OF_OURS; /* it has said why */
    }
    process->hardware->cause = next_cause(device, status);
    device->start_ns = now_ns + RESET_NS;
    return -1;
}

int process_open(struct process *process, const struct options *options, unsigned number)
{
    device_init(&process->device, start, ended);
    process->options = options;
    process->udp = process->flash = process->memory = process->files = -1;
    if (open_flash(process, number) != 0 || open_udp(process, number) != 0 ||
        open_files(process) != 0 || open_hardware(process) != 0) {
        return -1;
    }
    return open_lines(process, number);
}

/* What the line had to carry: with its speed, that is the time it was busy. */
static void report_line(struct device *device)
{
    char text[120];

    snprintf(text, sizeof(text), "serial line: %llu bytes to the device, %llu from it\n",
             (unsigned long long)device->serial.to_device.line.put,
             (unsigned long long)device->serial.to_client.line.put);
    console_say(&device->shown, text);
}

void process_close(struct process *process)
{
    const int fds[] = {process->flash, process->udp, process->memory, process->files};

    if (process->device.serial.pty.master >= 0) {
        report_line(&process->device);
    }
    device_close(&process->device);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        close(fds[i]);
    }
    free(process->link);
}
