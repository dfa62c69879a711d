/*
 * pty.h - a pseudo terminal that stands for a device's serial port, under a name of its own.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

struct pty {
    int master; /* the device's end; does not block */
    int slave;  /* kept open, so that clients may come and go */
    const char *link;
};

/*
 * Open a raw pseudo terminal and make `link` a symbolic link to it. An old symbolic link of this
 * name is replaced; another kind of file is not. link must live as long as the pty.
 *
 * Returns 0, or -1 after saying on stderr what is wrong.
 */
int pty_open(struct pty *pty, const char *link);

/* Close it and remove the link. */
void pty_close(struct pty *pty);
