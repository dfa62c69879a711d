/*
 * lock.h - one program at a time on a file. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/*
 * Lock an open file until it is closed or the process ends. One that was killed a moment ago may
 * still be ending, so this waits up to two seconds. Returns 0, or -1 with errno.
 */
int lock_file(int fd);
