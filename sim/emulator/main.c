/*
 * main.c - twinslot-board: runs a board in QEMU. SPDX-License-Identifier: Apache-2.0
 */
#include "base/std_fds.h"
#include "emulator.h"

int main(int argc, char **argv)
{
    static struct emulator emulator; /* with its two wires it is too large for a stack */
    struct device *const device = &emulator.device;
    struct options options;

    twin_std_fds_open();
    int status = options_parse(&options, argc, argv);
    if (status >= 0) {
        return status;
    }
    status = emulator_open(&emulator, &options) == 0 ? device_run(&device, 1) : 1;
    emulator_close(&emulator);
    return status;
}
