/*
 * single.c - the mode with one slot: its image is verified and started, and nobody but a debugger
 * or a serial recovery brings another one. SPDX-License-Identifier: Apache-2.0
 */
#include "../boot_priv.h"

const struct twin_boot_mode twin_boot_single = {.facts = &twin_mode_single,
                                                .look = twin_boot_start_untried};
