/*
 * base/file.h - whole files, in and out. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Bytes from malloc; free(data) when done. */
struct twin_file_bytes {
    uint8_t *data;
    size_t len;
};

/*
 * Read a whole file of at most max bytes. One more byte, a 0, stands behind the content.
 *
 * Returns 0, or an errno value (EFBIG if it is longer, EISDIR for a folder).
 */
int twin_file_read(const char *path, size_t max, struct twin_file_bytes *bytes);

enum twin_file_rule {
    TWIN_FILE_REPLACE,        /* whatever is there before */
    TWIN_FILE_NEW = 1 << 0,   /* EEXIST if there is something */
    TWIN_FILE_SECRET = 1 << 1 /* mode 0600, whatever it was before */
};

/*
 * Write a whole file so that the name stands for the old content or the new one, never for a part:
 * temporary file in the same folder, fsync, rename. A device or a pipe is written directly. Signals
 * that would end the program wait meanwhile, and then nothing is written (EINTR).
 *
 * rules   of enum twin_file_rule.
 *
 * Returns 0, or an errno value; then nothing is left behind.
 */
int twin_file_write(const char *path, const void *data, size_t len, unsigned rules);
