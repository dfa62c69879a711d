/*
 * bench_swap.c - flash work of an update in each mode: a 400 KB pair with the nRF52840's map, 4 KiB
 * pages, 4-byte writes, slots of 472 KiB. Counts. SPDX-License-Identifier: Apache-2.0
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

static void row(struct rig *rig, const char *mode, const char *what, uint8_t want)
{
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    struct rig_boot boot = rig_boot(rig);

    if (boot.status != TWIN_BOOT_START || boot.major != want) {
        fprintf(stderr, "bench_swap: %s: %s did not start version %u\n", mode, what, want);
        exit(1);
    }
    printf("| %s | %s | %u | %llu | %u |\n", mode, what, rig->sim.erases,
           (unsigned long long)rig->sim.bytes_written, worst_page(rig));
}

static void request(struct rig *rig)
{
    if (twin_slots_request(&rig->slots, false) != TWIN_OK) {
        exit(1);
    }
}

static const struct {
    const char *name;
    const struct rig_mode *mode;
    const char *reference; /* MCUboot's erases, bytes, and most erases of a sector */
} modes[] = {
    {"swap-offset", &rig_swap_offset, "198 | 803632 | 1"},
    {"swap-move", &rig_swap_move, "296 | 1205428 | 2"},
    {"swap-scratch, one sector", &rig_swap_scratch, "297 | 1205000 | 99"},
    {"overwrite", &rig_overwrite, "120 | 483328 | 1"},
    {"overwrite, fast", &rig_overwrite_fast, "101 | 400680 | 1"},
};

static void measure(struct rig *rig, const struct rig_mode *mode, const char *name)
{
    rig_make_in(rig, &shape, mode);
    rig_reset(rig);
    rig->config.attempts = 1;
    row(rig, name, "nothing asked for", 1);
    request(rig);
    row(rig, name, "first update of a new device", 2);
    if (mode->tries) {
        row(rig, name, "revert", 1);
        request(rig);
        row(rig, name, "update after an update", 2);
    }
    rig_free(rig);
}

int main(void)
{
    static struct rig rig;

    printf("| mode | 400 KB pair, 4 KiB sectors | sector erases | bytes written | most erases of a "
           "sector |\n|---|---|---|---|---|\n");
    for (unsigned i = 0; i < TWIN_COUNT(modes); i++) {
        measure(&rig, modes[i].mode, modes[i].name);
        printf("| %s | MCUboot, an update | %s |\n", modes[i].name, modes[i].reference);
    }
    return 0;
}
