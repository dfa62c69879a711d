/*
 * test_previous.c - back to the previous image although the running one is confirmed: who may ask,
 * what the bootloader refuses, and that nothing is lost on the way. The power cuts of it are in
 * powercut/. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/world.h"

static const struct world_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static void expect(struct world *world, uint8_t major, bool unconfirmed)
{
    struct world_boot boot = world_boot(world);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(world->sim.violations, 0);
}

/* Version 2 came, on trial or for good, and was confirmed; version 1 stands behind it. */
static void prepare(struct world *world, bool permanent)
{
    world_reset(world);
    world->config.is_downgrade = NULL;
    CHECK_EQ(twin_slots_request(&world->config.slots, permanent), TWIN_OK);
    expect(world, 2, !permanent);
    CHECK_EQ(twin_slots_confirm(&world->config.slots), TWIN_OK);
    expect(world, 2, false);
}

static void ask(struct world *world)
{
    CHECK_EQ(twin_slots_request_previous(&world->config.slots), TWIN_OK);
}

/* There and back again, without an upload, as often as somebody likes. */
static void check_there_and_back(struct world *world, bool permanent)
{
    const struct twin_slots *slots = &world->config.slots;

    prepare(world, permanent);
    for (unsigned round = 0; round < 2; round++) {
        ask(world);
        expect(world, 1, false);
        expect(world, 1, false);
        CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->old));
        CHECK(world_slot_holds(world, TWIN_SECONDARY, slots->sector_bytes, &world->new));
        CHECK_EQ(twin_slots_request(slots, false), TWIN_OK);
        expect(world, 2, true);
        CHECK_EQ(twin_slots_confirm(slots), TWIN_OK);
        expect(world, 2, false);
    }
}

/* Refused: the request goes, the running image stays confirmed, and the next request is taken. */
static void check_refused(struct world *world)
{
    ask(world);
    expect(world, 2, false);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(world, 2, false);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 0);
    CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->new));
    ask(world);
}

static void check_damaged(struct world *world)
{
    prepare(world, false);
    world->sim.mem[world->config.slots.area[TWIN_SECONDARY].addr + 4000] ^= 1;
    check_refused(world);
}

static void check_erased(struct world *world)
{
    prepare(world, false);
    memset(&world->sim.mem[world->config.slots.area[TWIN_SECONDARY].addr], 0xff, 4096);
    check_refused(world);
}

/* Version 1 came as an update of version 2: the previous image is the newer one. */
static void prepare_older(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;
    uint32_t addr = slots->area[TWIN_SECONDARY].addr;

    prepare(world, false);
    memset(&world->sim.mem[addr], 0xff, slots->area[TWIN_SECONDARY].len);
    sim_put(&world->sim, addr + twin_slots_update_off(slots), world->old.bytes, world->old.len);
    CHECK_EQ(twin_slots_request(slots, true), TWIN_OK);
    expect(world, 1, false);
}

/* No trial asked for it, so the version rule holds, and in its direction only. */
static void check_version_rule(struct world *world)
{
    prepare(world, false);
    world->config.is_downgrade = twin_downgrade_version;
    check_refused(world);
    prepare_older(world);
    world->config.is_downgrade = twin_downgrade_version;
    ask(world);
    expect(world, 2, false);
    expect(world, 2, false);
}

/* An equal version is none that is below. */
static void check_equal_version(struct world *world)
{
    struct test_image twin;

    prepare(world, false);
    test_image_make(&twin, &world->key, 2, 7000, 0);
    sim_put(&world->sim, world->config.slots.area[TWIN_SECONDARY].addr, twin.bytes, twin.len);
    test_image_free(&twin);
    world->config.is_downgrade = twin_downgrade_version;
    ask(world);
    expect(world, 2, false);
    CHECK_EQ(world->events[TWIN_BOOT_EV_SWAPPED], 1);
    CHECK(!world_slot_holds(world, TWIN_PRIMARY, 0, &world->new));
}

int main(void)
{
    struct world world;

    world_make(&world, &shape);
    check_there_and_back(&world, false);
    check_there_and_back(&world, true);
    check_damaged(&world);
    check_erased(&world);
    check_version_rule(&world);
    check_equal_version(&world);
    world_free(&world);
    return check_report();
}
