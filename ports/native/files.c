/*
 * files.c - the files of the device are those of a folder on this PC (twinslot-device --files).
 *
 * Names were looked at by the file group: no part of them is "..". Links are not followed, so what
 * is outside the folder cannot be reached. SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include "twin/grp_enum.h"
#include "twin/grp_fs.h"
#include "twin/server.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int opened = -1;
static bool is_written;

/* Open what a name stands for, part by part; -1 with errno. */
static int open_name(const char *name, int flags)
{
    int folder = dup(FD_FILES);
    char part[TWIN_SRV_FS_NAME_MAX];

    while (folder >= 0) {
        const size_t len = strcspn(name + 1, "/");
        const bool is_last = name[1 + len] == '\0';
        memcpy(part, name + 1, len);
        part[len] = '\0';
        const int next = openat(
            folder, part,
            (is_last ? flags | O_NONBLOCK : O_RDONLY | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC, 0644);
        const int why = errno;
        close(folder);
        errno = why;
        folder = next;
        if (is_last) {
            return folder;
        }
        name += 1 + len;
    }
    return -1;
}

static enum twin_fs_rc rc_of(int error)
{
    static const struct {
        int error;
        enum twin_fs_rc rc;
    } rows[] = {{ENOENT, TWIN_FS_RC_NOT_FOUND},         {ENOTDIR, TWIN_FS_RC_NOT_FOUND},
                {EISDIR, TWIN_FS_RC_IS_DIRECTORY},      {ELOOP, TWIN_FS_RC_INVALID_NAME},
                {EROFS, TWIN_FS_RC_READ_ONLY},          {EACCES, TWIN_FS_RC_READ_ONLY},
                {ENAMETOOLONG, TWIN_FS_RC_INVALID_NAME}};

    for (unsigned i = 0; i < TWIN_COUNT(rows); i++) {
        if (rows[i].error == error) {
            return rows[i].rc;
        }
    }
    return TWIN_FS_RC_OPEN_FAILED;
}

/* Only files: no folders, pipes or devices. */
static enum twin_fs_rc measure(int fd, uint32_t *len)
{
    struct stat found;

    if (fstat(fd, &found) != 0 || (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) ||
        found.st_size > UINT32_MAX) {
        return TWIN_FS_RC_OPEN_FAILED;
    }
    *len = (uint32_t)found.st_size;
    return S_ISDIR(found.st_mode) ? TWIN_FS_RC_IS_DIRECTORY : TWIN_FS_OK;
}

static enum twin_fs_rc size(void *ctx, const char *name, uint32_t *len)
{
    const int fd = open_name(name, O_RDONLY);

    (void)ctx;
    if (fd < 0) {
        return rc_of(errno);
    }
    const enum twin_fs_rc rc = measure(fd, len);
    close(fd);
    return rc;
}

static enum twin_fs_rc open_file(void *ctx, const char *name, bool to_write)
{
    uint32_t len;

    (void)ctx;
    opened = open_name(name, to_write ? O_WRONLY | O_CREAT : O_RDONLY);
    is_written = to_write;
    if (opened < 0) {
        return rc_of(errno);
    }
    const enum twin_fs_rc rc = measure(opened, &len);
    if (rc != TWIN_FS_OK) {
        close(opened);
        opened = -1;
    }
    return rc;
}

static enum twin_fs_rc read_file(void *ctx, uint32_t off, void *buf, size_t len)
{
    (void)ctx;
    return pread(opened, buf, len, (off_t)off) == (ssize_t)len ? TWIN_FS_OK
                                                               : TWIN_FS_RC_READ_FAILED;
}

static enum twin_fs_rc write_file(void *ctx, uint32_t off, const void *data, size_t len)
{
    (void)ctx;
    if (off == 0 && ftruncate(opened, 0) != 0) {
        return TWIN_FS_RC_TRUNCATE_FAILED;
    }
    return pwrite(opened, data, len, (off_t)off) == (ssize_t)len ? TWIN_FS_OK
                                                                 : TWIN_FS_RC_WRITE_FAILED;
}

static enum twin_fs_rc close_file(void *ctx)
{
    const bool is_safe = !is_written || (fsync(opened) == 0 && fsync(FD_FILES) == 0);
    const bool is_closed = close(opened) == 0;

    (void)ctx;
    opened = -1;
    return is_safe && is_closed ? TWIN_FS_OK : TWIN_FS_RC_CLOSE_FAILED;
}

size_t twin_board_groups(const struct twin_srv_entry **entries)
{
    static const struct twin_srv_fs_config config = {.size = size,
                                                     .open = open_file,
                                                     .read = read_file,
                                                     .write = write_file,
                                                     .close = close_file};
    static struct twin_srv_fs_state state;
    static const struct twin_srv_entry groups[] = {TWIN_SRV_ENUM, TWIN_SRV_FS(&config, &state)};

    *entries = groups;
    return twin_native_hardware->has_files ? TWIN_COUNT(groups) : 1;
}
