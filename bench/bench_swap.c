/*
 * bench_swap.c - flash work of one swap of a 400 KB pair with the map of the nRF52840: 4 KiB pages,
 * 4-byte writes, slots of 472 KiB. Counts, not times. SPDX-License-Identifier: Apache-2.0
 */
#include "support/rig.h"
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD 400000u

static const struct rig_shape shape = {4096, 118, 4, 128, 8, 0xff, PAYLOAD, PAYLOAD};

static uint32_t worst_page(const struct rig *rig)
{
    uint32_t worst = 0;

    for (uint32_t i = 0; i < rig->sim.flash.size / rig->sim.flash.page_bytes; i++) {
        worst = rig->sim.page_erases[i] > worst ? rig->sim.page_erases[i] : worst;
    }
    return worst;
}

static void row(struct rig *rig, const char *what, uint8_t want)
{
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    struct rig_boot boot = rig_boot(rig);

    if (boot.status != TWIN_BOOT_START || boot.major != want) {
        fprintf(stderr, "bench_swap: %s did not start version %u\n", what, want);
        exit(1);
    }
    printf("| %s | %u | %llu | %u |\n", what, rig->sim.erases,
           (unsigned long long)rig->sim.bytes_written, worst_page(rig));
}

static void request(struct rig *rig)
{
    if (twin_slots_request(&rig->slots, false) != TWIN_OK) {
        exit(1);
    }
}

int main(void)
{
    static struct rig rig;

    rig_make(&rig, &shape);
    rig_reset(&rig);
    rig.config.attempts = 1;
    printf(
        "| 400 KB pair, 4 KiB sectors | sector erases | bytes written | most erases of a sector |\n"
        "|---|---|---|---|\n");
    request(&rig);
    row(&rig, "first update of a new device", 2);
    row(&rig, "revert", 1);
    request(&rig);
    row(&rig, "update after an update", 2);
    printf("| MCUboot swap-offset, the same work | 198 | 803632 | 1 |\n");
    rig_free(&rig);
    return 0;
}
