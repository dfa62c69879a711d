/*
 * emulator.h - the QEMU process. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "options.h"
#include <sys/types.h>

#define EMULATOR_POWER_CUT 10 /* exit status: the firmware used its word budget up */

struct emulator {
    pid_t pid;
    int smp, console; /* our ends of the two serial lines; they do not block */
};

/*
 * Start QEMU on the flash file (flash_file_open). It ends when this process does, however that
 * ends.
 *
 * Returns 0, or -1 after saying on stderr what is wrong.
 */
int emulator_start(struct emulator *emulator, const struct options *options, int flash_fd);

/* End it and wait for it. Harmless when it has ended. */
void emulator_stop(struct emulator *emulator);
