/*
 * variant_good.c - the monitor as it should be; somebody else confirms it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "variant.h"

static void nothing(void)
{
}

const struct app_variant app_variant = {.self_confirm = false, .at_start = nothing};
