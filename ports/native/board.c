/*
 * board.c - start, clock, sleep, reset, watchdog and lines of the device that is Linux processes.
 *
 * Flash is in flash.c, the hand-over to an image in start.c. SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include "twin/hangs.h"
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_MS 10

const struct twin_board_names twin_board_names = {
    .board = "native", .processor = "linux-process", .arch = "host"};

struct hardware *twin_native_hardware;
static struct timespec started;

static _Noreturn void broken(const char *why)
{
    fprintf(stderr, "twinslot device: %s; start it with twinslot-device\n", why);
    _exit(EXIT_BROKEN);
}

/* The device ends with its supervisor, also if that ended before we could ask for it. */
static void die_with_supervisor(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != twin_native_hardware->supervisor) {
        _exit(EXIT_BROKEN);
    }
}

/* Before main(): the geometry of the flash is as constant for a program as if it were built in. */
__attribute__((constructor)) static void power_up(void)
{
    twin_native_hardware = mmap(NULL, sizeof(*twin_native_hardware), PROT_READ | PROT_WRITE,
                                MAP_SHARED, FD_HARDWARE, 0);
    if (twin_native_hardware == MAP_FAILED) {
        broken("no hardware");
    }
    die_with_supervisor();
    if (twin_native_flash_open() != 0) {
        broken("the flash is not usable");
    }
}

void twin_board_init(void)
{
    clock_gettime(CLOCK_MONOTONIC, &started);
}

void twin_board_start_settle(void)
{
    /* The supervisor has done it: it sees how the programs end. */
}

enum twin_board_start twin_board_start_cause(void)
{
    return (enum twin_board_start)twin_native_hardware->cause;
}

struct twin_boot_hangs *twin_board_hangs(void)
{
    _Static_assert(sizeof(struct twin_boot_hangs) <= sizeof(twin_native_hardware->hangs), "room");
    return (struct twin_boot_hangs *)twin_native_hardware->hangs;
}

struct twin_shared twin_board_shared(void)
{
    _Static_assert(sizeof(twin_native_hardware->shared) >= TWIN_SHARED_ENOUGH, "room");
    return (struct twin_shared){twin_native_hardware->shared, sizeof(twin_native_hardware->shared)};
}

uint32_t twin_board_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((now.tv_sec - started.tv_sec) * 1000 +
                      (now.tv_nsec - started.tv_nsec) / 1000000);
}

void twin_board_halt(void)
{
    pause();
}

_Noreturn void twin_board_reset(void)
{
    _exit(EXIT_RESET);
}

_Noreturn void twin_board_reset_to_recovery(void)
{
    _exit(EXIT_RECOVERY);
}

bool twin_board_button(void)
{
    return twin_native_hardware->button;
}

/* Throw away what came while nobody listened, as a receiver that was off does. */
static void drain(int fd)
{
    uint8_t bytes[4096];

    while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
    }
}

void twin_board_receive_start(void)
{
    drain(FD_SMP);
    if (twin_native_hardware->has_udp) {
        drain(FD_UDP);
    }
}

void twin_board_sleep(void)
{
    struct pollfd fds[] = {{.fd = FD_SMP, .events = POLLIN},
                           {.fd = FD_CONSOLE, .events = POLLIN},
                           {.fd = twin_native_hardware->has_udp ? FD_UDP : -1, .events = POLLIN}};

    poll(fds, sizeof(fds) / sizeof(fds[0]), SLEEP_MS);
}

static int line_fd(enum twin_board_line line)
{
    return line == TWIN_BOARD_SMP ? FD_SMP : FD_CONSOLE;
}

size_t twin_board_read(enum twin_board_line line, uint8_t *buf, size_t cap)
{
    ssize_t len = recv(line_fd(line), buf, cap, MSG_DONTWAIT);

    return len > 0 ? (size_t)len : 0;
}

void twin_board_write(enum twin_board_line line, const void *buf, size_t len)
{
    const uint8_t *bytes = buf;

    while (len > 0) {
        ssize_t sent = send(line_fd(line), bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* the supervisor is ending, and we with it */
        }
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* Who sent the last packet. */
static struct sockaddr_storage peer;
static socklen_t peer_len;

size_t twin_board_packet_read(uint8_t *buf, size_t cap)
{
    if (!twin_native_hardware->has_udp) {
        return 0;
    }
    peer_len = sizeof(peer);
    ssize_t len =
        recvfrom(FD_UDP, buf, cap, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&peer, &peer_len);

    return len > 0 && (size_t)len <= cap ? (size_t)len : 0;
}

void twin_board_packet_write(const void *buf, size_t len)
{
    /* What cannot be sent is lost, as any datagram may be; the client asks again. */
    (void)sendto(FD_UDP, buf, len, MSG_DONTWAIT, (struct sockaddr *)&peer, peer_len);
}

/* The watchdog is a timer that outlives the hand-over to an image; its signal kills. */
void twin_board_watchdog_start(uint32_t timeout_ms)
{
    struct timeval time = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    struct itimerval running, timer = {.it_interval = time, .it_value = time};

    getitimer(ITIMER_REAL, &running);
    if (!timerisset(&running.it_interval)) {
        setitimer(ITIMER_REAL, &timer, NULL);
    }
}

void twin_board_watchdog_feed(void)
{
    struct itimerval timer;

    getitimer(ITIMER_REAL, &timer);
    timer.it_value = timer.it_interval; /* both 0 when it was never started */
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* Linux makes the stack grow as it is used, so its size is the most that it ever held. */
struct twin_board_stack twin_board_stack_use(void)
{
    struct twin_board_stack stack = {0};
    struct rlimit limit;
    char text[4096] = "";
    FILE *file = fopen("/proc/self/status", "re");

    if (file != NULL) {
        (void)!fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    }
    const char *grown = strstr(text, "VmStk:");
    if (grown != NULL && getrlimit(RLIMIT_STACK, &limit) == 0) {
        stack.used = (uint32_t)strtoul(grown + strlen("VmStk:"), NULL, 10) * 1024;
        stack.size = limit.rlim_cur > UINT32_MAX ? UINT32_MAX : (uint32_t)limit.rlim_cur;
    }
    return stack;
}
