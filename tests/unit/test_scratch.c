/*
 * test_scratch.c - what only swap-scratch has: an area more, images that reach into the trailer's
 * sector, slots with sectors of different size. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

/* As the reference computes it: slot - trailer - what the scratch trailer needs more than the first
 * sector of the slot's trailer has. */
static void test_image_max(void)
{
    static const struct {
        struct rig_shape shape;
        uint32_t max;
    } cases[] = {
        {{4096, 8, 4, 128, 8, 0xff, 100, 100}, 32768 - 1584},
        {{4096, 10, 32, 128, 32, 0xff, 100, 100}, 40960 - 12448 - (256 - 160)},
        {{1024, 16, 1, 16, 8, 0xff, 100, 100}, 16384 - 96},
        /* 24 bytes of the trailer, which has 1048, in its first sector; 60 in the scratch area. */
        {{1024, 16, 4, 83, 8, 0xff, 100, 100}, 16384 - 1044 - (60 - 20)},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        rig_make_in(&rig, &cases[i].shape, &rig_swap_scratch);
        CHECK_EQ(twin_slots_check(&rig.slots), TWIN_OK);
        CHECK_EQ(twin_slots_image_max(&rig.slots), cases[i].max);
        rig_free(&rig);
    }
}

static void test_geometry(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_swap_scratch);
    struct twin_slots slots = rig.slots;
    slots.area[TWIN_SCRATCH].len = 0; /* no such area */
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    slots = rig.slots;
    slots.area[TWIN_SCRATCH].flash = NULL;
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    slots = rig.slots;
    slots.area[TWIN_SECONDARY].len -= 4096; /* slots of unequal size */
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    const struct twin_map one = {&rig.slots, 1},
                          two = {(struct twin_slots[]){rig.slots, rig.slots}, 2};
    CHECK_EQ(twin_map_check(&one), TWIN_OK);
    CHECK_EQ(twin_map_check(&two), TWIN_E_ARG);
    rig_free(&rig);
}

static void check_update(struct rig *rig, unsigned starts)
{
    rig_reset(rig);
    CHECK_EQ(twin_slots_request(&rig->slots, false), TWIN_OK);
    for (unsigned i = 1; i <= starts; i++) {
        struct rig_boot boot = rig_boot(rig);
        CHECK(boot.status == TWIN_BOOT_START && boot.major == 2 && boot.unconfirmed);
        CHECK_EQ(boot.attempt, i);
        CHECK(rig_slot_holds(rig, TWIN_SECONDARY, 0, &rig->old));
    }
    struct rig_boot boot = rig_boot(rig);
    CHECK(boot.status == TWIN_BOOT_START && boot.major == 1 && !boot.unconfirmed);
    CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
    CHECK_EQ(rig->sim.violations, 0);
}

/* Three starts; one where an image has the place in which they are counted. */
static void test_attempts(void)
{
    static const struct {
        uint32_t below; /* bytes between image and status area */
        unsigned starts;
    } cases[] = {{0, 1}, {8 * 4 - 4, 1}, {8 * 4, 3}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig_shape full = shape;
        struct rig rig;
        full.new_len = 32768 - 1584 - 32 - 4 - 36 - 36 - 260 - cases[i].below;
        rig_make_in(&rig, &full, &rig_swap_scratch);
        CHECK_EQ(rig.new.len, twin_slots_image_max(&rig.slots) - cases[i].below);
        check_update(&rig, cases[i].starts);
        rig_free(&rig);
    }
}

/* The secondary's and the scratch area's pages are a quarter of the primary's: boundaries coincide
 * in groups that fit into scratch. */
static void test_unequal_sectors(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_swap_scratch);
    struct twin_flash small = rig.sim.flash;
    rig.sim.flash.page_bytes = 1024;
    small = rig.sim.flash;
    rig.sim.flash.page_bytes = 4096;
    rig.slots.area[TWIN_SECONDARY].flash = &small;
    rig.slots.area[TWIN_SCRATCH].flash = &small;
    CHECK_EQ(twin_slots_check(&rig.slots), TWIN_OK);
    check_update(&rig, 3);
    rig_free(&rig);
}

/* The last writes of a revert are torn so that they cannot be read, and the trailer's sector holds
 * the end of the image that runs: no erase can heal it, and yet the next update is taken. */
static void test_torn_end(void)
{
    static const struct rig_shape full = {4096, 4, 4, 16, 8, 0xff, RIG_FILL, 5000};
    struct rig rig;

    rig_make_in(&rig, &full, &rig_swap_scratch);
    rig.config.attempts = 1;
    for (uint32_t from_end = 0; from_end < 3; from_end++) {
        for (uint32_t seed = 1; seed <= 16; seed++) {
            uint32_t cut = 0;
            for (unsigned run = 0; run < 2; run++) { /* count the operations, then cut there */
                rig_reset(&rig);
                CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
                CHECK_EQ(rig_boot(&rig).major, 2);
                sim_arm(&rig.sim, cut, SIM_CUT_ECC, seed);
                (void)rig_boot(&rig);
                cut = rig.sim.ops - from_end;
            }
            sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
            CHECK_EQ(rig_boot(&rig).major, 1);
            const char *fault = rig_update_fault(&rig);
            CHECK(fault == NULL);
        }
    }
    rig_free(&rig);
}

int main(void)
{
    test_image_max();
    test_geometry();
    test_attempts();
    test_unequal_sectors();
    test_torn_end();
    return check_report();
}
