/*
 * flash_file.c - see flash_file.h. SPDX-License-Identifier: Apache-2.0
 */
#include "flash_file.h"
#include "lock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The map of board.c. */
#define FLASH_LEN      0x100000u
#define BOOTLOADER_LEN 0x0c000u
#define PRIMARY_ADDR   0x0c000u
#define PRIMARY_LEN    0x76000u

static int complain(const char *what, const char *path)
{
    fprintf(stderr, "twinslot-board: %s %s: %s\n", what, path, strerror(errno));
    return -1;
}

/* Read a whole file into the flash. path may be NULL: nothing to place. */
static int place(uint8_t *at, size_t room, const char *path)
{
    if (path == NULL) {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return complain("cannot open", path);
    }
    size_t len = fread(at, 1, room, file);
    int failed = ferror(file);
    int more = failed == 0 && len == room ? fgetc(file) : EOF;
    fclose(file);
    if (failed != 0 || len == 0) {
        return complain("cannot read", path);
    }
    if (more != EOF) {
        errno = EFBIG;
        return complain("no room for", path);
    }
    return 0;
}

static int write_new(int fd, const char *path, const char *bootloader, const char *image)
{
    static uint8_t flash[FLASH_LEN];

    memset(flash, 0xff, sizeof(flash));
    if (place(flash, BOOTLOADER_LEN, bootloader) != 0 ||
        place(flash + PRIMARY_ADDR, PRIMARY_LEN, image) != 0) {
        return -1;
    }
    if (write(fd, flash, sizeof(flash)) != (ssize_t)sizeof(flash) ||
        ftruncate(fd, FLASH_FILE_LEN) != 0) {
        return complain("cannot write", path);
    }
    return 0;
}

static int prepare(int fd, const char *path, const char *bootloader, const char *image)
{
    struct stat found;

    if (lock_file(fd) != 0) {
        return complain("another emulator runs on", path);
    }
    if (fstat(fd, &found) != 0) {
        return complain("cannot use", path);
    }
    if (found.st_size == 0) {
        return write_new(fd, path, bootloader, image);
    }
    if (found.st_size != FLASH_FILE_LEN) {
        errno = EINVAL;
        return complain("this is not a flash of this board:", path);
    }
    return 0;
}

int flash_file_open(const char *path, const char *bootloader, const char *image)
{
    int fd = open(path, O_RDWR | O_CREAT, 0644);

    if (fd < 0) {
        return complain("cannot open", path);
    }
    if (prepare(fd, path, bootloader, image) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}
