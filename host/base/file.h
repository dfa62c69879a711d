/*
 * base/file.h - whole files, in and out. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/*
 * Append the content of a file, of at most max bytes. Pipes and devices are read to their end.
 *
 * Returns 0, or an errno value, and then nothing is appended: EFBIG if it is longer, EISDIR for a
 * folder, ENOMEM also if out has failed before.
 */
int twin_file_read(const char *path, size_t max, struct twin_buf *out);

enum twin_file_rule {
    TWIN_FILE_REPLACE,        /* whatever is there before */
    TWIN_FILE_NEW = 1 << 0,   /* EEXIST if there is something */
    TWIN_FILE_SECRET = 1 << 1 /* mode 0600, whatever it was before */
};

/*
 * Write a whole file so that the name stands for the old content or the new one, never for a part:
 * temporary file in the same folder, fsync, rename. A device or a pipe is written directly. Signals
 * that would end the program wait meanwhile, and then nothing is written (EINTR). Not for several
 * threads at once: the mode of a new file is asked for by setting the umask and setting it back.
 *
 * rules   of enum twin_file_rule.
 *
 * Returns 0, or an errno value; then nothing is left behind.
 */
int twin_file_write(const char *path, const void *data, size_t len, unsigned rules);

/* Is it the same name, or two names of one file? NULL is no file. */
bool twin_file_is_same(const char *a, const char *b);
