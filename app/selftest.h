/*
 * selftest.h - does this firmware work? It says so by confirming itself, where the build wants
 * that (variant.h). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "monitor.h"

struct selftest {
    bool done;
};

/*
 * To be called from the main loop. The test passes when the sensor gives plausible values and the
 * firmware's own image in flash is undamaged; it fails when the sensor does not within 10 s. The
 * result is printed once; a pass confirms the firmware if it is on trial and configured to.
 */
void selftest_run(struct selftest *selftest, const struct monitor *monitor, uint32_t now_ms);
