/*
 * variant.h - how one build of the monitor differs from the others. Each variant_*.c defines it;
 * a build links one of them. The bad ones exist to show that the device recovers from them.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>

struct app_variant {
    bool self_confirm;      /* confirm this firmware when its self-test has passed */
    void (*at_start)(void); /* called when the application starts */
};
extern const struct app_variant app_variant;
