/*
 * link.c - the table of transports, and their clock. SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "transport/link.h"
#include "transport/kinds.h"
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
