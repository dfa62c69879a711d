/*
 * emulator.h - a board whose processor is QEMU's. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "boards.h"
#include "device.h"
#include "options.h"

struct emulator {
    struct device device; /* the first member: run.c knows no more */
    const struct options *options;
    int flash;
};

/*
 * Prepare it; emulator is zeroed, and options must live as long as it.
 *
 * Returns 0, or -1 after saying on stderr what is wrong; emulator_close() is due in any case.
 */
int emulator_open(struct emulator *emulator, const struct options *options);
void emulator_close(struct emulator *emulator);
