/*
 * running.c - for an image: which slot the bootloader has started.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"

unsigned twin_board_running_slot(void)
{
    return twin_native_hardware->slot;
}
