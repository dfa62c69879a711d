/*
 * emulator.c - see emulator.h. SPDX-License-Identifier: Apache-2.0
 */
#include "emulator.h"
#include "complain.h"
#include "flash_file.h"
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX        32
#define EXIT_NO_PROGRAM 127
#define EXIT_POWER_CUT  10 /* the firmware used its word budget up (ports/BOARD/flash.c) */

struct args {
    char *list[ARGS_MAX + 1];
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void add(struct args *args, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    if (args->count == ARGS_MAX || vasprintf(&args->list[args->count++], format, values) < 0) {
        abort();
    }
    va_end(values);
}

static void add_line(struct args *args, const char *name, int fd)
{
    add(args, "-chardev");
    add(args, "socket,id=%s,fd=%d", name, fd);
    add(args, "-serial");
    add(args, "chardev:%s", name);
}

/*
 * The reset vector is at the start of the file. The budget goes into RAM that the firmware looks
 * at; its end is reported by semihosting, which is off otherwise.
 */
static void make_args(struct args *args, const struct emulator *emulator)
{
    const struct options *options = emulator->options;
    const struct emulated_board *board = options->board;

    add(args, "%s", options->qemu);
    add(args, "-M");
    add(args, "%s", board->machine);
    add(args, "-m");
    add(args, "%uB", board->file_len);
    add(args, "-object");
    add(args, "memory-backend-file,id=flash,size=%u,share=on,mem-path=/proc/self/fd/%d",
        board->file_len, emulator->flash);
    add(args, "-global");
    add(args, "armv7m.init-nsvtor=%u", board->flash_addr);
    add(args, "-display");
    add(args, "none");
    add(args, "-monitor");
    add(args, "none");
    add(args, "-action");
    add(args, "watchdog=reset");
    add_line(args, "smp", emulator->device.smp[1]);
    add_line(args, "console", emulator->device.console[1]);
    if (options->cut_words != 0) {
        add(args, "-semihosting-config");
        add(args, "enable=on,target=native");
        add(args, "-device");
        add(args, "loader,addr=%u,data=%u,data-len=4", board->cut_addr, options->cut_words);
    }
}

/* In the child: become QEMU, which inherits what its arguments name. */
static _Noreturn void become_qemu(const struct emulator *emulator, char *const *list, pid_t parent)
{
    const int inherited[] = {emulator->flash, emulator->device.smp[1], emulator->device.console[1]};
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) {
        _exit(EXIT_NO_PROGRAM);
    }
    for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]); i++) {
        fcntl(inherited[i], F_SETFD, 0);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {
        execvp(list[0], list);
        complain("cannot run", list[0]);
    }
    _exit(EXIT_NO_PROGRAM);
}

static int start(struct device *device)
{
    const struct emulator *emulator = (const struct emulator *)device;
    struct args args = {.count = 0};
    pid_t parent = getpid();

    make_args(&args, emulator);
    device->pid = fork();
    if (device->pid == 0) {
        become_qemu(emulator, args.list, parent);
    }
    for (size_t i = 0; i < args.count; i++) {
        free(args.list[i]);
    }
    if (device->pid < 0) {
        device->pid = 0;
        return complain("cannot start", emulator->options->qemu);
    }
    return 0;
}

/* It resets the processor by itself; when it ends, it stays off. */
static int ended(struct device *device, int status, uint64_t now_ns)
{
    (void)device;
    (void)now_ns;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_POWER_CUT) {
        fprintf(stderr, "twinslot-board: the power was cut\n");
        return EXIT_POWER_CUT;
    }
    fprintf(stderr, "twinslot-board: the emulator ended unexpectedly\n");
    return 1;
}

/* Behind the flash lies the rest of the memory chip that stands for it. */
static int complete_flash(int fd, const void *kind)
{
    const struct emulated_board *board = kind;

    return ftruncate(fd, board->file_len);
}

static bool is_flash(int fd, const void *kind)
{
    const struct emulated_board *board = kind;
    struct stat file;

    return fstat(fd, &file) == 0 && file.st_size == board->file_len;
}

int emulator_open(struct emulator *emulator, const struct options *options)
{
    const struct emulated_board *board = options->board;
    const struct flash_shape shape = {
        .owner = "this board",
        .len = board->flash_len,
        .erased = 0xff,
        .parts = {{options->bootloader, 0, board->boot_len},
                  {options->image, board->primary_off, board->slot_len}},
        .complete = complete_flash,
        .is_complete = is_flash,
        .kind = board,
    };

    device_init(&emulator->device, start, ended);
    emulator->options = options;
    emulator->flash = flash_file_open(options->flash, &shape);
    if (emulator->flash < 0) {
        return -1;
    }
    return device_open(&emulator->device, options->pty, &options->line, 0, options->console);
}

void emulator_close(struct emulator *emulator)
{
    device_close(&emulator->device);
    close(emulator->flash);
}
