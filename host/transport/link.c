/*
 * link.c - the table of transports, and what they share.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "transport/link.h"
#include "transport/kinds.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>

const struct twin_transport *const twin_transports[] = {&twin_transport_serial, &twin_transport_udp,
                                                        NULL};

const struct twin_transport *twin_transport_find(const char *name)
{
    for (size_t i = 0; twin_transports[i] != NULL; i++) {
        if (strcmp(twin_transports[i]->name, name) == 0) {
            return twin_transports[i];
        }
    }
    return NULL;
}

int64_t twin_link_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum twin_link_ready twin_link_wait(const struct twin_link *link, int fd, bool to_write,
                                    int64_t until_ms)
{
    struct pollfd fds[2] = {{.fd = fd, .events = to_write ? POLLOUT : POLLIN},
                            {.fd = link->stop_fd, .events = POLLIN}};

    for (;;) { /* once more only after a signal, and until_ms stays */
        int64_t left_ms = until_ms - twin_link_now_ms();
        left_ms = left_ms < 0 ? 0 : left_ms;
        left_ms = left_ms > INT_MAX ? INT_MAX : left_ms;
        const int count = poll(fds, 2, (int)left_ms);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (fds[1].revents != 0) {
            return TWIN_LINK_STOP;
        }
        return count > 0 ? TWIN_LINK_READY : TWIN_LINK_NOT_YET;
    }
}
