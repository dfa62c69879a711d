/*
 * test_worn.c - the bootloader on a flash that refuses its work, or says that it was done: what is
 * started, as what, and that no good image is lost. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"
#include <string.h>

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static struct rig rig;

static uint32_t slot_addr(enum twin_slot slot)
{
    return rig.slots.area[slot].addr;
}

static struct trailer_map map(void)
{
    return trailer_map(&rig.slots, TWIN_PRIMARY);
}

/* A bad place of `len` bytes in a slot. */
static struct sim_fault *wear(enum sim_call call, bool ignored, enum twin_slot slot, uint32_t off,
                              uint32_t len)
{
    uint32_t addr = slot_addr(slot) + off;

    return sim_wear(
        &rig.sim,
        (struct sim_fault){.call = call, .ignored = ignored, .addr = addr, .end = addr + len});
}

static struct sim_fault *wear_all(enum sim_call call, bool ignored)
{
    return wear(call, ignored, TWIN_PRIMARY, 0, rig.sim.flash.size);
}

static void expect(uint8_t major, bool unconfirmed, uint8_t attempt)
{
    struct rig_boot boot = rig_boot(&rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(boot.attempt, attempt);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, major == 1 ? &rig.old : &rig.new));
    CHECK_EQ(rig.sim.violations, 0);
}

static void request(bool permanent)
{
    CHECK_EQ(twin_slots_request(&rig.slots, permanent), TWIN_OK);
}

static void prepare(bool permanent)
{
    sim_heal(&rig.sim);
    rig_reset(&rig);
    request(permanent);
}

/* On trial, so many starts made. */
static void prepare_trial(uint8_t starts)
{
    prepare(false);
    for (uint8_t i = 1; i <= starts; i++) {
        expect(2, true, i);
    }
}

/* The flash works again: what was begun comes to its end, and the next update comes. */
static void check_heals(void)
{
    struct rig_boot boot = {.unconfirmed = true};

    sim_heal(&rig.sim);
    for (unsigned i = 0; i < 6 && boot.unconfirmed; i++) {
        boot = rig_boot(&rig);
        CHECK_EQ(boot.status, TWIN_BOOT_START);
    }
    CHECK(rig_update_fault(&rig) == NULL);
    CHECK_EQ(rig.sim.violations, 0);
}

/* On trial, and neither mark nor revert can be written: started as what it is, unconfirmed. */
static void test_trial_without_writes(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        prepare_trial(1);
        wear_all(SIM_WRITE, ignored != 0);
        expect(2, true, 0);
        expect(2, true, 0);
        check_heals();
    }
}

/* The attempts are used up, and no erase works: the same. */
static void test_exhausted_without_erases(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        prepare_trial(3);
        wear_all(SIM_ERASE, ignored != 0);
        expect(2, true, 0);
        expect(2, true, 0);
        check_heals();
    }
}

/* The revert's request is there, the primary's trailer is erased but takes no writes. */
static void test_revert_without_trailer(void)
{
    prepare_trial(3);
    wear(SIM_WRITE, false, TWIN_PRIMARY, map().swap_size, 56);
    expect(2, true, 0);
    check_heals();
}

/* A confirmed image stays one, whatever the flash refuses. */
static void test_confirmed_stays_so(void)
{
    for (int permanent = 0; permanent < 2; permanent++) {
        prepare(permanent != 0);
        wear_all(SIM_ERASE, false);
        expect(1, false, 0);
        check_heals();
        prepare(permanent != 0);
        wear_all(SIM_WRITE, false);
        expect(1, false, 0);
        check_heals();
    }
}

/* A refused update whose request cannot be erased must not stop the device. */
static void test_refused_without_erases(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        prepare(false);
        rig.sim.mem[slot_addr(TWIN_SECONDARY) + 4096 + 700] ^= 1;
        wear_all(SIM_ERASE, ignored != 0);
        expect(1, false, 0);
        CHECK(rig.events[TWIN_BOOT_EV_REFUSED] > 0);
        check_heals();
    }
}

/* Nothing good to start, and the withdrawal fails: the device stops, and waits for help. */
static void test_stop_without_erases(void)
{
    prepare(false);
    rig.sim.mem[slot_addr(TWIN_SECONDARY) + 4096 + 700] ^= 1;
    rig.sim.mem[700] ^= 1;
    wear_all(SIM_ERASE, false);
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_INVALID], 1);
    sim_heal(&rig.sim);
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    CHECK(rig_update_fault(&rig) == NULL);
}

/* Before anything is moved the primary's trailer must really be there, and the request be gone. */
static void test_trailer_is_checked(void)
{
    prepare(false);
    wear(SIM_WRITE, true, TWIN_PRIMARY, map().swap_size, 56);
    expect(1, false, 0);
    CHECK_EQ(rig.sim.mem[slot_addr(TWIN_SECONDARY)], 0xff); /* nothing moved */
    check_heals();
    for (uint32_t field = 0; field < 3; field++) {
        const uint32_t offs[] = {map().magic, map().swap_info, map().swap_size};
        prepare(false);
        wear(SIM_WRITE, true, TWIN_PRIMARY, offs[field], 4);
        expect(1, false, 0);
        CHECK_EQ(rig.sim.mem[slot_addr(TWIN_SECONDARY)], 0xff);
        check_heals();
    }
    prepare(false);
    wear(SIM_ERASE, true, TWIN_SECONDARY, map().sector, 4096);
    expect(1, false, 0);
    CHECK_EQ(rig.sim.mem[slot_addr(TWIN_SECONDARY)], 0xff);
    check_heals();
}

/* A revert's request that was not written must not cost the trailer that says it is a trial. */
static void test_revert_request_is_checked(void)
{
    for (uint32_t field = 0; field < 2; field++) {
        const uint32_t offs[] = {map().magic, map().copy_done};
        prepare_trial(3);
        wear(SIM_WRITE, true, TWIN_SECONDARY, offs[field], 4);
        expect(2, true, 0);
        check_heals();
        CHECK_EQ(rig_boot(&rig).major, 3);
    }
}

/* Half a write unit of copy_done is programmed: it counts, and is not written again. */
static void test_torn_copy_done(void)
{
    uint8_t half = 0;

    prepare_trial(1);
    memset(&rig.sim.mem[map().copy_done], 0xff, 4);
    sim_put(&rig.sim, map().copy_done + 2, &half, 1);
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    expect(2, true, 2);
    CHECK_EQ(rig.sim.ops, 1); /* the mark */
    expect(2, true, 3);
    expect(1, false, 0);
}

/* copy_done can never be written: tried once a boot; a trial is one, a permanent image stays. */
static void test_stuck_copy_done(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        struct sim_fault *fault;
        prepare(false);
        fault = wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().copy_done, 4);
        for (uint8_t i = 1; i <= 3; i++) {
            expect(2, true, i);
            CHECK_EQ(fault->hits, i);
        }
        expect(1, false, 0);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.old));
        check_heals();
        prepare(true);
        fault = wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().copy_done, 4);
        expect(2, false, 0);
        expect(2, false, 0);
        CHECK_EQ(fault->hits, 1);
        check_heals();
    }
}

/* The application confirms while copy_done is missing: that is the end of the swap. */
static void test_confirm_without_copy_done(void)
{
    prepare(false);
    wear(SIM_WRITE, false, TWIN_PRIMARY, map().copy_done, 4);
    expect(2, true, 1);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    expect(2, false, 0);
    check_heals();
}

/* A mark of a move that is refused, or lost, does not stop a swap half-way. */
static void test_refused_status(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        for (uint32_t unit = 0; unit < 6; unit++) {
            prepare(false);
            wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().status + 4 * unit, 4);
            expect(2, true, 1);
            CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &rig.old));
            check_heals();
        }
    }
}

/* One refusal anywhere, once: the same operation is tried again, and the swap comes through. */
static void test_one_refusal(void)
{
    for (int call = SIM_WRITE; call <= SIM_ERASE; call++) {
        uint32_t hits = 1;
        for (uint32_t skip = 0; hits != 0; skip++) {
            prepare(false);
            struct sim_fault *fault = wear_all((enum sim_call)call, false);
            fault->skip = skip;
            fault->count = 1;
            struct rig_boot boot = rig_boot(&rig);
            hits = fault->hits;
            CHECK_EQ(boot.status, TWIN_BOOT_START);
            CHECK_EQ(boot.major, 2);
            CHECK(boot.unconfirmed);
            CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &rig.old));
            CHECK_EQ(rig.sim.violations, 0);
        }
    }
}

/* Reads fail from anywhere in a boot on, so many or (0) all: what starts is whole, and when the
 * flash works again, all is well. */
static void test_bad_reads(void (*ready)(void), uint32_t count)
{
    uint32_t hits = 1;

    for (uint32_t skip = 0; hits != 0; skip++) {
        ready();
        struct sim_fault *fault = wear_all(SIM_READ, false);
        fault->skip = skip;
        fault->count = count;
        struct rig_boot boot = rig_boot(&rig);
        hits = fault->hits;
        CHECK(boot.status != TWIN_BOOT_AGAIN);
        CHECK(boot.status == TWIN_BOOT_STOP ||
              rig_slot_holds(&rig, TWIN_PRIMARY, 0, boot.major == 1 ? &rig.old : &rig.new));
        check_heals();
    }
}

static void ready_update(void)
{
    prepare(false);
}

static void ready_start(void)
{
    prepare_trial(1);
}

/* The secondary cannot be read: the primary starts, and nothing is written. */
static void test_unreadable_secondary(void)
{
    prepare(false);
    wear(SIM_READ, false, TWIN_SECONDARY, 0, 8 * 4096);
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    expect(1, false, 0);
    CHECK_EQ(rig.sim.ops, 0);
    sim_heal(&rig.sim);
    expect(2, true, 1); /* the request still stands */
}

/* The primary's trailer cannot be read: its image starts. Its image cannot: nothing does. */
static void test_unreadable_primary(void)
{
    prepare(false);
    wear(SIM_READ, false, TWIN_PRIMARY, map().swap_size, 56);
    expect(1, false, 0);
    sim_heal(&rig.sim);
    rig_reset(&rig);
    wear(SIM_READ, false, TWIN_PRIMARY, 0, 4096);
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    sim_heal(&rig.sim);
    expect(1, false, 0);
}

/* A cell of the attempts that cannot be read counts as used. */
static void test_unreadable_cell(void)
{
    prepare_trial(1);
    wear(SIM_READ, false, TWIN_PRIMARY, map().status - 8, 4);
    expect(2, true, 3);
    sim_heal(&rig.sim);
    prepare_trial(1);
    /* Counted as used, and the erase, which does not look first, heals it. */
    wear(SIM_READ, false, TWIN_PRIMARY, map().status - 12, 4)->count = 2;
    expect(1, false, 0);
}

/* A mark that a cell refuses, or loses, goes into the next one. */
static void test_bad_cell(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        prepare_trial(1);
        wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().status - 8, 4);
        expect(2, true, 2);
        expect(1, false, 0); /* the third cell is used, and that is the last of three */
        sim_heal(&rig.sim);
        prepare_trial(1);
        wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().status - 8, 4);
        CHECK_EQ(twin_boot_revert_request(&rig.slots), TWIN_OK);
        expect(1, false, 0);
        sim_heal(&rig.sim);
        prepare_trial(1);
        wear(SIM_WRITE, ignored != 0, TWIN_PRIMARY, map().status - 32, 32);
        CHECK_EQ(twin_boot_revert_request(&rig.slots), TWIN_E_SPACE);
    }
}

static void ready_blank(void)
{
    sim_heal(&rig.sim);
    rig_reset(&rig);
}

static void ready_permanent(void)
{
    prepare(true);
}

static void ready_confirmed(void)
{
    prepare_trial(1);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
}

static void ready_previous(void)
{
    ready_confirmed();
    CHECK_EQ(twin_slots_request_previous(&rig.slots), TWIN_OK);
}

/* A unit of the fields that power tore so that it reads as an error until its erase. */
static void test_unreadable_field(void (*ready)(void), enum twin_slot slot, uint32_t off)
{
    ready();
    rig.sim.lost[(slot_addr(slot) + off) / 4] = 1;
    for (unsigned i = 0; i < 5; i++) {
        struct rig_boot boot = rig_boot(&rig);
        CHECK_EQ(boot.status, TWIN_BOOT_START);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, boot.major == 1 ? &rig.old : &rig.new));
    }
    CHECK(rig_update_fault(&rig) == NULL);
    CHECK_EQ(rig.sim.violations, 0);
}

/* All of a trailer. */
static void test_unreadable_trailer(void (*ready)(void), enum twin_slot slot)
{
    ready();
    memset(&rig.sim.lost[(slot_addr(slot) + map().sector) / 4], 1, 4096 / 4);
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_START);
    CHECK(rig_update_fault(&rig) == NULL);
    CHECK_EQ(rig.sim.violations, 0);
}

static void test_unreadable_fields(void)
{
    static void (*const states[])(void) = {ready_blank, ready_update,    ready_permanent,
                                           ready_start, ready_confirmed, ready_previous};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        for (int slot = 0; slot < 2; slot++) {
            test_unreadable_trailer(states[i], (enum twin_slot)slot);
            for (uint32_t off = map().swap_size; off < 8 * 4096; off += 4) {
                test_unreadable_field(states[i], (enum twin_slot)slot, off);
            }
        }
    }
}

/*
 * A swap is cut at each of its operations, with a status unit that cannot be read then: the last
 * one written, as power may leave it, counts as written; one that was not written yet is ignored
 * unless it is the very next, which is what a torn one looks like.
 */
static void test_unreadable_status(void)
{
    bool lost = true;

    for (uint32_t op = 1; lost; op++) {
        prepare(false);
        sim_arm(&rig.sim, op, SIM_CUT_AFTER, 1);
        lost = rig_boot(&rig).power_lost;
        sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
        uint32_t marks = 0;
        while (marks < 6 && rig.sim.mem[map().status + 4 * marks] != 0xff) {
            marks++;
        }
        if (marks > 0) {
            rig.sim.lost[map().status / 4 + marks - 1] = 1;
        }
        if (marks + 1 < 6) {
            rig.sim.lost[map().status / 4 + marks + 1] = 1;
        }
        struct rig_boot boot = rig_boot(&rig);
        CHECK_EQ(boot.status, TWIN_BOOT_START);
        CHECK(!lost || boot.major == 2);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.new));
        CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &rig.old));
        rig.sim.violations = 0; /* a mark that met the unit which cannot be read */
        check_heals();
    }
}

/* The size cannot be read: of a swap that has moved nothing that is withdrawn, else it waits. */
static void test_unreadable_size(void)
{
    for (uint32_t op = 1; op < 60; op++) {
        struct twin_slots_state state;
        prepare(false);
        sim_arm(&rig.sim, op, SIM_CUT_AFTER, 1);
        bool lost = rig_boot(&rig).power_lost;
        sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
        twin_slots_read(&rig.slots, &state);
        if (!lost || state.plan != TWIN_PLAN_RESUME) {
            continue;
        }
        bool moved = rig.sim.mem[map().status] != 0xff;
        rig.sim.lost[map().swap_size / 4] = 1;
        struct rig_boot boot = rig_boot(&rig);
        CHECK(boot.status == (moved ? boot.status : TWIN_BOOT_START));
        CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], !moved);
        if (moved) { /* readable again: it goes on */
            rig.sim.lost[map().swap_size / 4] = 0;
            expect(2, true, 1);
        }
        check_heals();
    }
}

int main(void)
{
    rig_make(&rig, &shape);
    test_stop_without_erases();
    test_unreadable_fields();
    test_unreadable_status();
    test_unreadable_size();
    test_trial_without_writes();
    test_exhausted_without_erases();
    test_revert_without_trailer();
    test_confirmed_stays_so();
    test_refused_without_erases();
    test_trailer_is_checked();
    test_revert_request_is_checked();
    test_torn_copy_done();
    test_stuck_copy_done();
    test_confirm_without_copy_done();
    test_refused_status();
    test_one_refusal();
    for (uint32_t count = 0; count <= 3; count++) {
        test_bad_reads(ready_update, count);
        test_bad_reads(ready_start, count);
    }
    test_unreadable_secondary();
    test_unreadable_primary();
    test_unreadable_cell();
    test_bad_cell();
    rig_free(&rig);
    return check_report();
}
