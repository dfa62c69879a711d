/*
 * flash_file.c - see flash_file.h. SPDX-License-Identifier: Apache-2.0
 */
#include "flash_file.h"
#include "complain.h"
#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read a whole file to its place in the flash. */
static int place(uint8_t *flash, const struct flash_part *part)
{
    struct stat file;

    if (part->path == NULL) {
        return 0;
    }
    int fd = open(part->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &file) != 0) {
        return complain("cannot open", part->path);
    }
    ssize_t len = read(fd, flash + part->off, part->room);
    close(fd);
    if (len >= 0 && len != file.st_size) {
        errno = EFBIG;
    }
    return len == file.st_size ? 0 : complain("cannot put into the flash", part->path);
}

static int write_new(int fd, const char *path, const struct flash_shape *shape)
{
    uint8_t *flash = malloc(shape->len);

    if (flash == NULL) {
        return complain("cannot make", path);
    }
    memset(flash, shape->erased, shape->len);
    int status = 0;
    for (size_t i = 0; status == 0 && i < FLASH_PARTS_MAX; i++) {
        status = place(flash, &shape->parts[i]);
    }
    if (status == 0 && (write(fd, flash, shape->len) != (ssize_t)shape->len ||
                        shape->complete(fd, shape->kind) != 0)) {
        status = complain("cannot write", path);
    }
    free(flash);
    return status;
}

static int prepare(int fd, const char *path, const struct flash_shape *shape)
{
    struct stat file;

    if (lock_file(fd) != 0) {
        return complain("another device runs on", path);
    }
    if (fstat(fd, &file) != 0) {
        return complain("cannot use", path);
    }
    if (file.st_size == 0) {
        int status = write_new(fd, path, shape);
        if (status != 0 && ftruncate(fd, 0) != 0) {
            complain("cannot empty", path);
        }
        return status;
    }
    if (!shape->is_complete(fd, shape->kind)) {
        fprintf(stderr, "%s: %s is no flash of %s; remove it, or name another file\n",
                program_invocation_short_name, path, shape->owner);
        return -1;
    }
    return 0;
}

int flash_file_open(const char *path, const struct flash_shape *shape)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) {
        return complain("cannot open", path);
    }
    if (prepare(fd, path, shape) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}
