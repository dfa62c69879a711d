/*
 * file.c - whole files in and out. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM 65536
#define SPARE      4096 /* for what is put behind the content: a little of that moves nothing */

/* Append until the end. The size of a file is only a hint: pipes have none and files may grow. */
static int read_all(int fd, size_t max, size_t hint, struct twin_buf *out)
{
    const size_t before = out->len;
    size_t room = hint < max ? hint + 1 : max + 1;

    for (;;) {
        twin_buf_reserve(out, before + room + SPARE);
        if (out->failed) {
            return ENOMEM;
        }
        while (out->len - before < room) {
            ssize_t got = read(fd, out->data + out->len, before + room - out->len);
            if (got == 0) {
                return 0;
            }
            if (got < 0 && errno != EINTR) {
                return errno;
            }
            out->len += got > 0 ? (size_t)got : 0;
        }
        if (out->len - before > max) {
            return EFBIG;
        }
        room = room > max / 2 ? max + 1 : room * 2;
    }
}

int twin_file_read(const char *path, size_t max, struct twin_buf *out)
{
    const size_t before = out->len;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0) {
        return errno;
    }
    if (fstat(fd, &info) != 0) {
        rc = errno;
    } else {
        rc = read_all(fd, max, S_ISREG(info.st_mode) ? (size_t)info.st_size : FIRST_ROOM, out);
    }
    close(fd);
    if (rc != 0) {
        out->len = before;
    }
    return rc;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t got = write(fd, data, len);
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        data += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int write_directly(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int rc = fd < 0 ? errno : write_all(fd, data, len);

    if (fd >= 0 && close(fd) != 0 && rc == 0) {
        rc = errno;
    }
    return rc;
}

/* Mode of the new file: the old one's; for a first file what open() would give. */
static mode_t choose_mode(const struct stat *old, unsigned rules)
{
    if (rules & TWIN_FILE_SECRET) {
        return 0600;
    }
    if (old != NULL) {
        return old->st_mode & 0777;
    }
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/*
 * A rename lasts only once its folder is on disk. That matters for a new key; any other file is the
 * old or the new one after a power cut, and can be made again. Not every file system can do this:
 * no error.
 */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');

    snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path + 1) : 1,
             slash != NULL ? path : ".");
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

/* Those that end a program from outside. */
static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define END_COUNT (sizeof(end_signals) / sizeof(end_signals[0]))

static void block_signals(sigset_t *before)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < END_COUNT; i++) {
        sigaddset(&set, end_signals[i]);
    }
    sigprocmask(SIG_BLOCK, &set, before);
}

/* Has somebody asked the program to end meanwhile? What is ignored waits like any other. */
static bool end_was_asked(void)
{
    struct sigaction action;
    sigset_t waiting;

    sigemptyset(&waiting);
    sigpending(&waiting);
    for (size_t i = 0; i < END_COUNT; i++) {
        if (sigismember(&waiting, end_signals[i]) == 1 &&
            sigaction(end_signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            return true;
        }
    }
    return false;
}

/* Not every file system has modes. The temporary file is the owner's alone, so it only stays so. */
static int set_mode(int fd, mode_t mode)
{
    if (fchmod(fd, mode) == 0 || errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP) {
        return 0;
    }
    return errno;
}

static int fill(int fd, mode_t mode, const void *data, size_t len)
{
    int rc = write_all(fd, data, len);

    if (rc == 0) {
        rc = set_mode(fd, mode);
    }
    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }
    return rc == 0 && end_was_asked() ? EINTR : rc;
}

static int write_temporary(char *name, mode_t mode, const void *data, size_t len)
{
    int fd = mkstemp(name);
    int rc;

    if (fd < 0) {
        return errno;
    }
    rc = fill(fd, mode, data, len);
    if (close(fd) != 0 && rc == 0) {
        rc = errno;
    }
    if (rc != 0) {
        unlink(name);
    }
    return rc;
}

/*
 * Give a finished file its name, which must be free: link() fails when it is taken, as rename()
 * would not. Where a file system has no links (FAT), an empty file holds the name for the rename.
 */
static int name_new(const char *temporary, const char *path)
{
    if (link(temporary, path) == 0) {
        unlink(temporary);
        return 0;
    }
    if (errno == EEXIST) {
        return EEXIST;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno;
    }
    close(fd);
    if (rename(temporary, path) == 0) {
        return 0;
    }
    int err = errno;
    unlink(path);
    return err;
}

static int write_by_rename(const char *path, const void *data, size_t len, mode_t mode,
                           unsigned rules)
{
    char name[PATH_MAX];
    int rc;

    if (snprintf(name, sizeof(name), "%s.XXXXXX", path) >= (int)sizeof(name)) {
        return ENAMETOOLONG;
    }
    rc = write_temporary(name, mode, data, len);
    if (rc != 0) {
        return rc;
    }
    if ((rules & TWIN_FILE_NEW) != 0) {
        rc = name_new(name, path);
    } else {
        rc = rename(name, path) != 0 ? errno : 0;
    }
    if (rc != 0) {
        unlink(name);
    } else if ((rules & TWIN_FILE_SECRET) != 0) {
        sync_folder(path);
    }
    return rc;
}

/* Ctrl-C waits until the temporary file is gone: it would hold a whole private key. */
static int write_uninterrupted(const char *path, const void *data, size_t len, mode_t mode,
                               unsigned rules)
{
    sigset_t before;

    block_signals(&before);
    int rc = write_by_rename(path, data, len, mode, rules);
    sigprocmask(SIG_SETMASK, &before, NULL); /* a signal that waited ends the program here */
    return rc;
}

int twin_file_write(const char *path, const void *data, size_t len, unsigned rules)
{
    char real[PATH_MAX];
    struct stat old;

    if (stat(path, &old) != 0) {
        return write_uninterrupted(path, data, len, choose_mode(NULL, rules), rules);
    }
    if (rules & TWIN_FILE_NEW) {
        return EEXIST;
    }
    if (S_ISDIR(old.st_mode)) {
        return EISDIR;
    }
    if (!S_ISREG(old.st_mode)) {
        return write_directly(path, data, len);
    }
    /* A link keeps pointing at the file, which is what gets new content. */
    if (realpath(path, real) == NULL) {
        return errno;
    }
    return write_uninterrupted(real, data, len, choose_mode(&old, rules), rules);
}

bool twin_file_is_same(const char *a, const char *b)
{
    struct stat a_info, b_info;

    if (a == NULL || b == NULL) {
        return false;
    }
    return strcmp(a, b) == 0 ||
           (stat(a, &a_info) == 0 && stat(b, &b_info) == 0 && S_ISREG(a_info.st_mode) &&
            a_info.st_dev == b_info.st_dev && a_info.st_ino == b_info.st_ino);
}
