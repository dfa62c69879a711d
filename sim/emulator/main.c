/*
 * main.c - twinslot-board: runs the emulated board and carries bytes between its serial lines and
 * the host. SPDX-License-Identifier: Apache-2.0
 */
#include "base/std_fds.h"
#include "emulator.h"
#include "flash_file.h"
#include "pty.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define PIECE    4096 /* bytes moved at once */

/* One direction of the SMP port. */
struct way {
    struct line line;
    int from, to;
    bool lossy;   /* nobody may be reading: what does not fit is lost, as on a real port */
    bool blocked; /* the receiver takes nothing now */
};

struct board {
    struct emulator emulator;
    struct pty pty;
    struct way to_device, to_client;
    int console, signals;
    bool typing; /* standard input is still open */
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void way_receive(struct way *way)
{
    uint8_t bytes[PIECE];
    size_t room = line_room(&way->line);
    ssize_t len = read(way->from, bytes, room < sizeof(bytes) ? room : sizeof(bytes));

    if (len > 0) {
        line_put(&way->line, bytes, (size_t)len, now_ns());
    }
}

/* Hand over what has arrived. */
static void way_deliver(struct way *way)
{
    uint8_t bytes[PIECE];
    size_t len = line_peek(&way->line, bytes, sizeof(bytes), now_ns());

    way->blocked = false;
    if (len == 0) {
        return;
    }
    ssize_t sent = write(way->to, bytes, len);
    if (way->lossy) {
        line_take(&way->line, len);
    } else if (sent > 0) {
        line_take(&way->line, (size_t)sent);
    } else {
        way->blocked = true;
    }
}

/* Show what the device says on its console; false when there is no more. */
static bool show(struct board *board)
{
    uint8_t bytes[PIECE];
    ssize_t len = read(board->emulator.console, bytes, sizeof(bytes));

    if (len > 0 && write(board->console, bytes, (size_t)len) < 0) {
        fprintf(stderr, "twinslot-board: console, no more from here on: %s\n", strerror(errno));
        board->console = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    return len > 0;
}

/* Give the device what was typed; what it does not take is lost. False when input has ended. */
static bool type(const struct board *board)
{
    uint8_t bytes[PIECE];
    ssize_t len = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (len > 0 && write(board->emulator.console, bytes, (size_t)len) < 0 && errno != EAGAIN) {
        return false;
    }
    return len > 0;
}

/* Sleep until a byte comes or one is due. */
static void wait_for_work(const struct board *board, struct pollfd *fds, nfds_t count)
{
    uint64_t now = now_ns();
    uint64_t due = line_due_ns(&board->to_client.line);

    if (!board->to_device.blocked && line_due_ns(&board->to_device.line) < due) {
        due = line_due_ns(&board->to_device.line);
    }
    uint64_t sleep_ns = due > now ? due - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(sleep_ns / NS_PER_S),
                               .tv_nsec = (long)(sleep_ns % NS_PER_S)};
    if (ppoll(fds, count, due == UINT64_MAX ? NULL : &timeout, NULL) < 0) {
        for (nfds_t i = 0; i < count; i++) {
            fds[i].revents = 0;
        }
    }
}

/* A descriptor to watch, or to leave out. */
static struct pollfd watch(int fd, bool wanted, short events)
{
    return (struct pollfd){.fd = wanted ? fd : -1, .events = events};
}

/* What a signal asks for: -1 to go on, else the exit status. */
static int signal_status(struct board *board)
{
    struct signalfd_siginfo info;
    int status;

    if (read(board->signals, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
        return -1;
    }
    if (info.ssi_signo != SIGCHLD) {
        return 0;
    }
    if (waitpid(board->emulator.pid, &status, WNOHANG) != board->emulator.pid) {
        return -1;
    }
    board->emulator.pid = 0;
    while (show(board)) {
        /* the last words */
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EMULATOR_POWER_CUT) {
        fprintf(stderr, "twinslot-board: the power was cut\n");
        return EMULATOR_POWER_CUT;
    }
    fprintf(stderr, "twinslot-board: the emulator ended unexpectedly\n");
    return 1;
}

static int run(struct board *board)
{
    int status = -1;

    while (status < 0) {
        struct way *in = &board->to_device, *out = &board->to_client;
        struct pollfd fds[] = {
            watch(board->signals, true, POLLIN),
            watch(in->from, line_room(&in->line) > 0, POLLIN),
            watch(out->from, line_room(&out->line) > 0, POLLIN),
            watch(board->emulator.console, true, POLLIN),
            watch(STDIN_FILENO, board->typing, POLLIN),
            watch(in->to, in->blocked, POLLOUT),
        };
        wait_for_work(board, fds, sizeof(fds) / sizeof(fds[0]));
        if (fds[1].revents != 0) {
            way_receive(in);
        }
        if (fds[2].revents != 0) {
            way_receive(out);
        }
        if (fds[3].revents != 0) {
            show(board);
        }
        if (fds[4].revents != 0) {
            board->typing = type(board);
        }
        way_deliver(in);
        way_deliver(out);
        if (fds[0].revents != 0) {
            status = signal_status(board);
        }
    }
    return status;
}

/* Signals that end us, and the emulator's end, are read from a descriptor. */
static int open_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int open_console(const char *path)
{
    if (strcmp(path, "-") == 0) {
        return STDOUT_FILENO;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        fprintf(stderr, "twinslot-board: cannot open %s: %s\n", path, strerror(errno));
    }
    return fd;
}

/* Log text comes from the device, and so does the delay: only its way has them. */
static void connect_ways(struct board *board, struct line_config config)
{
    line_init(&board->to_client.line, &config);
    config.noise = 0;
    config.latency_ms = 0;
    line_init(&board->to_device.line, &config);
    board->to_device.from = board->to_client.to = board->pty.master;
    board->to_device.to = board->to_client.from = board->emulator.smp;
    board->to_client.lossy = true;
    board->typing = true;
}

int main(int argc, char **argv)
{
    static struct board board; /* with its two queues it is too large for a stack */
    struct options options;

    twin_std_fds_open();
    int status = options_parse(&options, argc, argv);
    if (status >= 0) {
        return status;
    }
    int flash = flash_file_open(options.flash, options.bootloader, options.image);
    board.console = open_console(options.console);
    board.signals = open_signals();
    if (flash < 0 || board.console < 0 || pty_open(&board.pty, options.pty) != 0) {
        return 1;
    }
    status = 1;
    if (emulator_start(&board.emulator, &options, flash) == 0) {
        connect_ways(&board, options.line);
        status = run(&board);
        emulator_stop(&board.emulator);
    }
    pty_close(&board.pty);
    return status;
}
