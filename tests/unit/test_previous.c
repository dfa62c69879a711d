/*
 * test_previous.c - back to the previous image although the running one is confirmed: who may ask,
 * what the bootloader refuses, and that nothing is lost on the way. The power cuts of it are in
 * powercut/. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static void expect(struct rig *rig, uint8_t major, bool unconfirmed)
{
    struct rig_boot boot = rig_boot(rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(rig->sim.violations, 0);
}

/* Version 2 came, on trial or for good, and was confirmed; version 1 stands behind it. */
static void prepare(struct rig *rig, bool permanent)
{
    rig_reset(rig);
    rig->config.no_downgrade = NULL;
    CHECK_EQ(twin_slots_request(&rig->slots, permanent), TWIN_OK);
    expect(rig, 2, !permanent);
    CHECK_EQ(twin_slots_confirm(&rig->slots), TWIN_OK);
    expect(rig, 2, false);
}

static void ask(struct rig *rig)
{
    CHECK_EQ(twin_slots_request_previous(&rig->slots), TWIN_OK);
}

/* There and back again, without an upload, as often as somebody likes. */
static void check_there_and_back(struct rig *rig, bool permanent)
{
    const struct twin_slots *slots = &rig->slots;

    prepare(rig, permanent);
    for (unsigned round = 0; round < 2; round++) {
        ask(rig);
        expect(rig, 1, false);
        expect(rig, 1, false);
        CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
        CHECK(rig_slot_holds(rig, TWIN_SECONDARY, twin_slots_update_off(slots), &rig->new));
        CHECK_EQ(twin_slots_request(slots, false), TWIN_OK);
        expect(rig, 2, true);
        CHECK_EQ(twin_slots_confirm(slots), TWIN_OK);
        expect(rig, 2, false);
    }
}

/* Refused: the request goes, the running image stays confirmed, and the next request is taken. */
static void check_refused(struct rig *rig)
{
    ask(rig);
    expect(rig, 2, false);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(rig, 2, false);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 0);
    CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->new));
    ask(rig);
}

static void check_damaged(struct rig *rig)
{
    prepare(rig, false);
    rig->sim.mem[rig->slots.area[TWIN_SECONDARY].addr + 4000] ^= 1;
    check_refused(rig);
}

static void check_erased(struct rig *rig)
{
    prepare(rig, false);
    memset(&rig->sim.mem[rig->slots.area[TWIN_SECONDARY].addr], 0xff, 4096);
    check_refused(rig);
}

/* Version 1 came as an update of version 2: the previous image is the newer one. */
static void prepare_older(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    uint32_t addr = slots->area[TWIN_SECONDARY].addr;

    prepare(rig, false);
    memset(&rig->sim.mem[addr], 0xff, slots->area[TWIN_SECONDARY].len);
    sim_put(&rig->sim, addr + twin_slots_update_off(slots), rig->old.bytes, rig->old.len);
    CHECK_EQ(twin_slots_request(slots, true), TWIN_OK);
    expect(rig, 1, false);
}

/* No trial asked for it, so the version rule holds, and in its direction only. */
static void check_version_rule(struct rig *rig)
{
    prepare(rig, false);
    rig->config.no_downgrade = &twin_boot_no_downgrade_version;
    check_refused(rig);
    prepare_older(rig);
    rig->config.no_downgrade = &twin_boot_no_downgrade_version;
    ask(rig);
    expect(rig, 2, false);
    expect(rig, 2, false);
}

/* An equal version is none that is below. */
static void check_equal_version(struct rig *rig)
{
    struct test_image twin;

    prepare(rig, false);
    test_image_make(&twin, &rig->key, 2, 7000, 0);
    sim_put(&rig->sim, rig->slots.area[TWIN_SECONDARY].addr, twin.bytes, twin.len);
    test_image_free(&twin);
    rig->config.no_downgrade = &twin_boot_no_downgrade_version;
    ask(rig);
    expect(rig, 2, false);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_SWAPPED], 1);
    CHECK(!rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->new));
}

int main(void)
{
    static const struct rig_mode *const keeping[] = {&rig_swap_offset, &rig_swap_move,
                                                     &rig_swap_scratch, &rig_swap_scratch_wide,
                                                     &rig_xip_revert};
    struct rig rig;

    for (size_t i = 0; i < sizeof(keeping) / sizeof(keeping[0]); i++) {
        rig_make_in(&rig, &shape, keeping[i]);
        check_there_and_back(&rig, false);
        check_there_and_back(&rig, true);
        check_damaged(&rig);
        if (!keeping[i]->in_place) { /* there a slot without an image is none that is refused */
            check_erased(&rig);
        }
        rig_free(&rig);
    }
    rig_make(&rig, &shape);
    check_version_rule(&rig);
    check_equal_version(&rig);
    rig_free(&rig);
    return check_report();
}
