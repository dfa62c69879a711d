/*
 * emulator.c - see emulator.h. SPDX-License-Identifier: Apache-2.0
 */
#include "emulator.h"
#include "flash_file.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX        32
#define EXIT_NO_PROGRAM 127
#define CUT_BUDGET_ADDR "0x2003ffd0" /* retained.h of the firmware */

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
 * The reset vector is at the start of the file. The budget goes into RAM that the firmware reads
 * when power comes on; its end is reported by semihosting, which is off otherwise.
 */
static void make_args(struct args *args, const struct options *options, int flash_fd, int smp,
                      int console)
{
    add(args, "%s", options->qemu);
    add(args, "-M");
    add(args, "mps2-an386,memory-backend=flash");
    add(args, "-m");
    add(args, "16M");
    add(args, "-object");
    add(args, "memory-backend-file,id=flash,size=%u,share=on,mem-path=/proc/self/fd/%d",
        FLASH_FILE_LEN, flash_fd);
    add(args, "-global");
    add(args, "armv7m.init-nsvtor=0x21000000");
    add(args, "-display");
    add(args, "none");
    add(args, "-monitor");
    add(args, "none");
    add(args, "-action");
    add(args, "watchdog=reset");
    add_line(args, "smp", smp);
    add_line(args, "console", console);
    if (options->cut_words != 0) {
        add(args, "-semihosting-config");
        add(args, "enable=on,target=native");
        add(args, "-device");
        add(args, "loader,addr=" CUT_BUDGET_ADDR ",data=%u,data-len=4", options->cut_words);
    }
}

/* In the child: become QEMU. */
static void become_qemu(struct args *args, pid_t parent)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) {
        _exit(EXIT_NO_PROGRAM);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) {
        execvp(args->list[0], args->list);
        fprintf(stderr, "twinslot-board: cannot run %s: %s\n", args->list[0], strerror(errno));
    }
    _exit(EXIT_NO_PROGRAM);
}

/* A pair of connected sockets: pair[0] is ours, pair[1] is inherited by QEMU. */
static int open_pair(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        return -1;
    }
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    return fcntl(pair[0], F_SETFL, O_NONBLOCK);
}

int emulator_start(struct emulator *emulator, const struct options *options, int flash_fd)
{
    struct args args = {.count = 0};
    pid_t parent = getpid();
    int smp[2], console[2];

    if (open_pair(smp) != 0 || open_pair(console) != 0) {
        fprintf(stderr, "twinslot-board: cannot make sockets: %s\n", strerror(errno));
        return -1;
    }
    make_args(&args, options, flash_fd, smp[1], console[1]);
    pid_t pid = fork();
    if (pid == 0) {
        become_qemu(&args, parent);
    }
    close(smp[1]);
    close(console[1]);
    for (size_t i = 0; i < args.count; i++) {
        free(args.list[i]);
    }
    *emulator = (struct emulator){.pid = pid, .smp = smp[0], .console = console[0]};
    if (pid < 0) {
        fprintf(stderr, "twinslot-board: cannot start a process: %s\n", strerror(errno));
        return -1;
    }
    return 0;
}

void emulator_stop(struct emulator *emulator)
{
    if (emulator->pid > 0) {
        kill(emulator->pid, SIGKILL);
        waitpid(emulator->pid, NULL, 0);
    }
    emulator->pid = 0;
    close(emulator->smp);
    close(emulator->console);
}
