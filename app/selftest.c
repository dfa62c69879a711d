/*
 * selftest.c - see selftest.h. SPDX-License-Identifier: Apache-2.0
 */
#include "selftest.h"
#include "print.h"
#include "twin/hangs.h"
#include "twin_config.h"
#include "variant.h"
#include <string.h>

#define SENSOR_LIMIT_MS 10000

static bool image_is_whole(void)
{
    const struct twin_slots *slots = twin_board_map.images;
    uint8_t stored[TWIN_HASH_MAX], computed[TWIN_HASH_MAX];
    struct twin_image image;

    return twin_image_open(&image, &slots->area[TWIN_PRIMARY], 0, twin_slots_image_max(slots)) ==
               TWIN_OK &&
           twin_image_hash_read(&image, &TWIN_IMAGE_HASH, stored) == TWIN_OK &&
           twin_image_hash_compute(&image, &TWIN_IMAGE_HASH, computed) == TWIN_OK &&
           memcmp(stored, computed, TWIN_IMAGE_HASH.len) == 0;
}

static void confirm(void)
{
    twin_err_t err = twin_slots_confirm(twin_board_map.images);

    twin_print("self-test: firmware confirmed: ");
    twin_print(twin_err_str(err));
    twin_print("\n");
}

void selftest_run(struct selftest *selftest, const struct monitor *monitor, uint32_t now_ms)
{
    bool plausible = vitals_plausible(&monitor->vitals);

    if (selftest->done || (!plausible && now_ms < SENSOR_LIMIT_MS)) {
        return;
    }
    selftest->done = true;
    if (!plausible || !image_is_whole()) {
        twin_print("self-test: failed\n");
        return;
    }
    twin_print("self-test: passed\n");
    twin_boot_hangs_alive(twin_board_hangs());
    if (app_variant.self_confirm && monitor_on_trial()) {
        confirm();
    }
}
