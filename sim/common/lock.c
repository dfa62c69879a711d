/*
 * lock.c - see lock.h. SPDX-License-Identifier: Apache-2.0
 */
#include "lock.h"
#include <sys/file.h>
#include <time.h>

#define TRIES 200 /* 10 ms apart */

int lock_file(int fd)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (int tries = 0; tries < TRIES; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return 0;
        }
        nanosleep(&pause, NULL);
    }
    return -1;
}
