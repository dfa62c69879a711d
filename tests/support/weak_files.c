/*
 * weak_files.c - loaded into a program by LD_PRELOAD: a file system without links, as FAT is one
 * (NO_LINKS), one where
 * modes cannot be set (NO_CHMOD) or are the same for all files (SAME_MODES), and a disk at which
 * somebody presses Ctrl-C during fsync() (INTERRUPT). SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int link(const char *from, const char *to)
{
    int (*next)(const char *, const char *);
    void *symbol = dlsym(RTLD_NEXT, "link");

    if (getenv("NO_LINKS") != NULL) {
        errno = EPERM;
        return -1;
    }
    memcpy(&next, &symbol, sizeof(next));
    return next(from, to);
}

int fchmod(int fd, mode_t mode)
{
    int (*next)(int, mode_t);
    void *symbol = dlsym(RTLD_NEXT, "fchmod");

    if (getenv("NO_CHMOD") != NULL) {
        errno = EPERM;
        return -1;
    }
    memcpy(&next, &symbol, sizeof(next));
    return next(fd, getenv("SAME_MODES") != NULL ? 0755 : mode);
}

int fsync(int fd)
{
    int (*next)(int);
    void *symbol = dlsym(RTLD_NEXT, "fsync");

    if (getenv("INTERRUPT") != NULL) {
        kill(getpid(), atoi(getenv("INTERRUPT")));
    }
    memcpy(&next, &symbol, sizeof(next));
    return next(fd);
}
