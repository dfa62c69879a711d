/*
 * variant_faults.c - a bad update: it overwrites its own code, which memory protection forbids.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "variant.h"
#include <stdint.h>

static void fault(void)
{
    *(volatile uint32_t *)((uintptr_t)fault & ~(uintptr_t)3) = 0;
}

const struct app_variant app_variant = {.self_confirm = true, .at_start = fault};
