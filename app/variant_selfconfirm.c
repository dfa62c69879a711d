/*
 * variant_selfconfirm.c - confirms itself after its self-test. SPDX-License-Identifier: Apache-2.0
 */
#include "variant.h"

static void nothing(void)
{
}

const struct app_variant app_variant = {.self_confirm = true, .at_start = nothing};
