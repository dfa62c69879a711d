/*
 * bench_swap.c - flash work of one swap of a 400 KB pair with the map of the nRF52840: 4 KiB pages,
 * 4-byte writes, slots of 472 KiB. Counts, not times. SPDX-License-Identifier: Apache-2.0
 */
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD 400000u

static const struct world_shape shape = {4096, 118, 4, 128, 8, 0xff, PAYLOAD, PAYLOAD};

static uint32_t worst_page(const struct world *world)
{
    uint32_t worst = 0;

    for (uint32_t i = 0; i < world->sim.flash.size / world->sim.flash.page_bytes; i++) {
        worst = world->sim.page_erases[i] > worst ? world->sim.page_erases[i] : worst;
    }
    return worst;
}

static void row(struct world *world, const char *what, uint8_t want)
{
    sim_arm(&world->sim, 0, SIM_CUT_BEFORE, 1);
    struct world_boot boot = world_boot(world);

    if (boot.status != TWIN_BOOT_START || boot.major != want) {
        fprintf(stderr, "bench_swap: %s did not start version %u\n", what, want);
        exit(1);
    }
    printf("| %s | %u | %llu | %u |\n", what, world->sim.erases,
           (unsigned long long)world->sim.bytes_written, worst_page(world));
}

static void request(struct world *world)
{
    if (twin_slots_request(&world->config.slots, false) != TWIN_OK) {
        exit(1);
    }
}

int main(void)
{
    static struct world world;

    world_make(&world, &shape);
    world_reset(&world);
    world.config.attempts = 1;
    printf(
        "| 400 KB pair, 4 KiB sectors | sector erases | bytes written | most erases of a sector |\n"
        "|---|---|---|---|\n");
    request(&world);
    row(&world, "first update of a new device", 2);
    row(&world, "revert", 1);
    request(&world);
    row(&world, "update after an update", 2);
    printf("| MCUboot swap-offset, the same work | 198 | 803632 | 1 |\n");
    world_free(&world);
    return 0;
}
