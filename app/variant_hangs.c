/*
 * variant_hangs.c - a bad update: it hangs at its start and never feeds the watchdog.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "variant.h"

static void hang(void)
{
    for (volatile int forever = 1; forever;) {
    }
}

const struct app_variant app_variant = {.self_confirm = true, .at_start = hang};
