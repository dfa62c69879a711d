/*
 * test_rollback.c - downgrades forbidden: whoever can write the secondary does not bring an older
 * image back, and a trial that fails still does. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static struct rig rig;

static void put(enum twin_slot slot, enum twin_trailer_field field, uint32_t value)
{
    CHECK_EQ(twin_trailer_write(&rig.slots, slot, field, value), TWIN_OK);
}

static void expect(uint8_t major, bool unconfirmed)
{
    struct rig_boot boot = rig_boot(&rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(rig.sim.violations, 0);
}

/* Version 2 as the factory programs it. */
static void program(void)
{
    rig_reset(&rig);
    memset(rig.sim.mem, 0xff, rig.sim.flash.size);
    sim_put(&rig.sim, 0, rig.new.bytes, rig.new.len);
}

/* Version 1, signed, where the image to go back to stands, and the request of a revert. */
static void attack(void)
{
    const struct twin_slots *slots = &rig.slots;
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];

    memset(&rig.sim.mem[area->addr], 0xff, area->len);
    sim_put(&rig.sim, area->addr, rig.old.bytes, rig.old.len);
    put(TWIN_SECONDARY, TWIN_FIELD_COPY_DONE, 0);
    put(TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_REVERT);
    put(TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
}

static void check_refused(void)
{
    attack();
    expect(2, false);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    expect(2, false);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.new));
    CHECK(rig_update_fault(&rig) == NULL);
}

static void blank(void)
{
}

static void padded(void)
{
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
}

static void padded_confirmed(void)
{
    put(TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
}

static void half_magic(void)
{
    padded();
    rig.sim.mem[rig.slots.area[TWIN_PRIMARY].len - 3] = 0xff;
}

/* A swap_info that a new magic would make a swap under way. */
static void remains(void)
{
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_PERM);
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE, 9000);
}

static void remains_of_the_end(void)
{
    put(TWIN_PRIMARY, TWIN_FIELD_COPY_DONE, 0);
}

static void half_written(void)
{
    put(TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0);
}

/* Whatever the trailer was, one start settles it; the next ones write nothing. */
static void test_settled(void)
{
    static void (*const trailers[])(void) = {blank,   padded,       padded_confirmed,  half_magic,
                                             remains, half_written, remains_of_the_end};

    for (size_t i = 0; i < sizeof(trailers) / sizeof(trailers[0]); i++) {
        program();
        trailers[i]();
        expect(2, false);
        sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
        expect(2, false);
        CHECK_EQ(rig.sim.ops, 0);
        check_refused();
    }
}

/* Power fails while it settles: at every operation. */
static void test_cut_while_settling(void)
{
    for (uint32_t op = 1; op <= 3; op++) {
        for (int cut = 0; cut < SIM_CUT_COUNT; cut++) {
            program();
            remains();
            sim_arm(&rig.sim, op, (enum sim_cut)cut, op);
            CHECK(rig_boot(&rig).power_lost);
            sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
            expect(2, false);
            check_refused();
        }
    }
}

/* A trial that fails goes back, also to an older version; after that the rule holds again. */
static void test_trial_goes_back(void)
{
    rig_reset(&rig);
    expect(1, false);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    for (unsigned i = 0; i < rig.config.attempts; i++) {
        expect(2, true);
    }
    expect(1, false);
    expect(1, false);
}

/* Power was lost in the erase of a trial's trailer, which left its magic and an image_ok that
 * cannot be read: the revert, whose request stands, goes on. */
static void test_torn_trial_goes_back(void)
{
    const struct twin_slots *slots = &rig.slots;

    rig_reset(&rig);
    expect(1, false);
    CHECK_EQ(twin_slots_request(slots, false), TWIN_OK);
    expect(2, true);
    put(TWIN_SECONDARY, TWIN_FIELD_COPY_DONE, 0);
    put(TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_REVERT);
    put(TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
    rig.sim.lost[trailer_map(slots, TWIN_PRIMARY).image_ok / 4] = 1;
    expect(1, false);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.old));
}

/* A trial's magic that cannot be read for a while: nothing is erased or written meanwhile. */
static void test_unreadable_trial(void)
{
    rig_reset(&rig);
    expect(1, false);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(2, true);
    uint8_t *lost = &rig.sim.lost[rig.slots.area[TWIN_PRIMARY].len / 4 - 1];
    *lost = 1;
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    CHECK_EQ(rig_boot(&rig).major, 2);
    CHECK_EQ(rig.sim.ops, 0);
    *lost = 0;
    expect(2, true);
}

/* Refused although a confirmed update, a trial's end or a permanent one left the trailer. */
static void test_after_updates(bool permanent)
{
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, permanent), TWIN_OK);
    expect(2, !permanent);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    check_refused();
}

/* A secondary that cannot be read may hold a revert's request: nothing is settled then. */
static void test_unreadable(void)
{
    const struct twin_area *area = &rig.slots.area[TWIN_SECONDARY];

    program();
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    sim_wear(&rig.sim, (struct sim_fault){
                           .call = SIM_READ, .addr = area->addr, .end = area->addr + area->len});
    expect(2, false);
    CHECK_EQ(rig.sim.ops, 0);
    sim_heal(&rig.sim);
}

/* Not forbidden: no write. */
static void test_allowed(void)
{
    rig.config.no_downgrade = NULL;
    program();
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    expect(2, false);
    CHECK_EQ(rig.sim.ops, 0);
}

int main(void)
{
    rig_make(&rig, &shape);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    test_settled();
    test_cut_while_settling();
    test_trial_goes_back();
    test_torn_trial_goes_back();
    test_unreadable_trial();
    test_after_updates(false);
    test_after_updates(true);
    test_unreadable();
    test_allowed();
    rig_free(&rig);
    return check_report();
}
