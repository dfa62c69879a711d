/*
 * flash_file.c - see flash_file.h. SPDX-License-Identifier: Apache-2.0
 */
#include "flash_file.h"
#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *what, const char *path)
{
    fprintf(stderr, "twinslot-device: %s %s: %s\n", what, path, strerror(errno));
    return -1;
}

/* Read a whole file into a slot. path may be NULL: nothing to place. */
static int place(uint8_t *slot, size_t room, const char *path)
{
    if (path == NULL) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    if (fd < 0 || fstat(fd, &file) != 0) {
        return complain("cannot open", path);
    }
    ssize_t len = read(fd, slot, room);
    close(fd);
    if (len >= 0 && len != file.st_size) {
        errno = EFBIG;
    }
    return len == file.st_size ? 0 : complain("cannot read into a slot", path);
}

/* The geometry is written last: without it, a file is no flash. */
static int write_new(int fd, const char *path, const struct geometry *geometry, const char *image)
{
    size_t len = 2 * (size_t)geometry->slot_bytes;
    uint8_t *flash = malloc(len);

    if (flash == NULL) {
        return complain("cannot make", path);
    }
    memset(flash, (int)geometry->erased, len);
    int status = place(flash, geometry->slot_bytes, image);
    if (status == 0 &&
        (write(fd, flash, len) != (ssize_t)len || geometry_write(fd, geometry) != 0)) {
        status = complain("cannot write", path);
    }
    free(flash);
    return status;
}

static int prepare(int fd, const char *path, const struct geometry *geometry, const char *image)
{
    struct geometry found;
    struct stat file;

    if (lock_file(fd) != 0) {
        return complain("another device runs on", path);
    }
    if (fstat(fd, &file) != 0) {
        return complain("cannot use", path);
    }
    if (file.st_size == 0) {
        int status = write_new(fd, path, geometry, image);
        if (status != 0 && ftruncate(fd, 0) != 0) {
            complain("cannot empty", path);
        }
        return status;
    }
    if (geometry_read(fd, &found) != 0) {
        fprintf(stderr,
                "twinslot-device: %s is no flash of a Linux device; remove it, or name "
                "another file\n",
                path);
        return -1;
    }
    return 0;
}

int flash_file_open(const char *path, const struct geometry *geometry, const char *image)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) {
        return complain("cannot open", path);
    }
    if (prepare(fd, path, geometry, image) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}
