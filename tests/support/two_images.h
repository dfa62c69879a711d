/*
 * two_images.h - a flash with two pairs of slots, for tests of a device with two images. The rig
 * gives mode, keys and images. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/rig.h"

struct two_images {
    struct sim_flash sim;
    struct twin_slots slots[2];
    struct twin_map map;
};

/* sectors: of each of the four slots. */
static inline void two_images_make(struct two_images *two, const struct twin_mode *mode,
                                   uint32_t sector, uint32_t sectors)
{
    const uint32_t len = sector * sectors;

    sim_init(&two->sim, 4 * len, sector, 4, 0xff);
    two->map = (struct twin_map){two->slots, 2};
    for (uint32_t i = 0; i < 2; i++) {
        two->slots[i] = (struct twin_slots){
            .mode = mode,
            .area = {{&two->sim.flash, 2 * i * len, len},
                     {&two->sim.flash, (2 * i + 1) * len, len}},
            .sector_bytes = sector,
            .max_sectors = 128,
            .max_align = 8,
            .image = (uint8_t)i,
        };
    }
}

/* Erase everything, put the old image into each primary and the new one where updates go. */
static inline void two_images_reset(struct two_images *two, const struct rig *rig)
{
    sim_blank(&two->sim, 0, two->sim.flash.size);
    for (uint32_t i = 0; i < 2; i++) {
        const struct twin_slots *slots = &two->slots[i];
        sim_put(&two->sim, slots->area[TWIN_PRIMARY].addr, rig->old.bytes, rig->old.len);
        sim_put(&two->sim, slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots),
                rig->new.bytes, rig->new.len);
    }
    sim_arm(&two->sim, 0, SIM_CUT_BEFORE, 1);
}
