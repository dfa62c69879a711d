/*
 * test_record.c - what became of an update is written down, and read by the application.
 *
 * That writing it harms nothing is in powercut/. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/two_images.h"
#include "twin/record.h"
#include <stdio.h>

static struct rig rig;
static struct twin_record list[TWIN_RECORD_PLACES];

static const struct rig_shape shapes[] = {
    {4096, 8, 4, 128, 8, 0xff, 9000, 9500},
    {4096, 10, 32, 128, 32, 0xff, 9000, 5000},
    {2048, 10, 8, 16, 8, 0x00, 5000, 7000},
    {1024, 16, 1, 16, 8, 0xff, 4000, 3000},
};

static const struct rig_mode *const modes[] = {&rig_swap_offset, &rig_swap_move};

static void make(const struct rig_shape *shape, const struct rig_mode *mode)
{
    rig_make_in(&rig, shape, mode);
    rig.records = true;
}

static void expect(uint8_t major)
{
    const struct rig_boot boot = rig_boot(&rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(rig.sim.violations, 0);
}

static void ask(void)
{
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
}

/* There are so many records, and the last one says this. major 0: of no version. */
static void expect_record(unsigned count, enum twin_outcome outcome, enum twin_reason reason,
                          uint8_t starts, uint8_t major)
{
    CHECK_EQ(twin_records_read(&rig.slots, list), count);
    const struct twin_record *last = &list[count - 1];
    CHECK_EQ(last->outcome, outcome);
    CHECK_EQ(last->reason, reason);
    CHECK_EQ(last->starts, starts);
    CHECK_EQ(last->version[0], major);
    CHECK_EQ(last->image, 0);
    CHECK(last->is_new);
}

/* ---- Swaps ---- */

static void check_nothing_yet(void)
{
    rig_reset(&rig);
    expect(1);
    CHECK_EQ(twin_records_read(&rig.slots, list), 0);
    CHECK_EQ(twin_records_acknowledge(&rig.slots), TWIN_OK);
}

static void check_installed(void)
{
    rig_reset(&rig);
    ask();
    expect(2);
    expect_record(1, TWIN_OUTCOME_TRIAL, TWIN_REASON_NONE, 0, 2);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    expect(2);
    expect_record(1, TWIN_OUTCOME_TRIAL, TWIN_REASON_NONE, 0, 2);
    CHECK_EQ(twin_slots_request_previous(&rig.slots), TWIN_OK);
    expect(1);
    expect_record(1, TWIN_OUTCOME_PERMANENT, TWIN_REASON_NONE, 0, 1);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(2);
    expect_record(1, TWIN_OUTCOME_PERMANENT, TWIN_REASON_NONE, 0, 2);
}

static void start_trial(unsigned starts)
{
    rig_reset(&rig);
    ask();
    for (unsigned i = 0; i < starts; i++) {
        expect(2);
    }
}

static void check_reverted(void)
{
    for (uint8_t attempts = 1; attempts <= 3; attempts += 2) {
        rig.config.attempts = attempts;
        start_trial(attempts);
        expect(1);
        expect_record(1, TWIN_OUTCOME_REVERTED, TWIN_REASON_ATTEMPTS, attempts, 2);
    }
    start_trial(2);
    CHECK_EQ(twin_boot_revert_request(&rig.slots), TWIN_OK);
    expect(1);
    expect_record(1, TWIN_OUTCOME_REVERTED, TWIN_REASON_REQUEST, 2, 2);
    start_trial(1);
    rig.sim.mem[700] ^= 1;
    expect(1);
    expect_record(1, TWIN_OUTCOME_REVERTED, TWIN_REASON_DAMAGED, 1, 2);
    expect(1);
    CHECK_EQ(twin_records_acknowledge(&rig.slots), TWIN_OK);
    CHECK_EQ(twin_records_read(&rig.slots, list), 1);
    CHECK(!list[0].is_new);
}

/* The record of the trial stays below it; repeated starts say it once. */
static void check_stuck(void)
{
    start_trial(3);
    rig.sim.mem[rig.slots.area[TWIN_SECONDARY].addr + 700] ^= 1;
    for (unsigned i = 0; i < 3; i++) {
        expect(2);
        expect_record(2, TWIN_OUTCOME_STUCK, TWIN_REASON_NONE, TWIN_RECORD_STARTS_UNKNOWN, 2);
    }
}

/* ---- Refusals ---- */

static uint8_t *update(void)
{
    return &rig.sim.mem[rig.slots.area[TWIN_SECONDARY].addr + twin_slots_update_off(&rig.slots)];
}

static void expect_refused(unsigned count, enum twin_reason reason, uint8_t major)
{
    ask();
    expect(1);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    expect_record(count, TWIN_OUTCOME_REFUSED, reason, TWIN_RECORD_STARTS_UNKNOWN, major);
}

static void check_refused(void)
{
    rig_reset(&rig);
    update()[rig.new.len - 1] ^= 1;
    expect_refused(1, TWIN_REASON_SIGNATURE, 2);
    expect_refused(1, TWIN_REASON_SIGNATURE, 2); /* not told twice */
    update()[700] ^= 1;
    expect_refused(2, TWIN_REASON_HASH, 2);
    update()[0] ^= 1;
    expect_refused(3, TWIN_REASON_HEADER, 0);
    update()[0] ^= 1;
    ask(); /* no room for a fourth one */
    expect(1);
    CHECK_EQ(twin_records_read(&rig.slots, list), 3);
    CHECK_EQ(twin_records_acknowledge(&rig.slots), TWIN_OK);
    CHECK_EQ(twin_records_read(&rig.slots, list), 3);
    CHECK(!list[0].is_new && !list[1].is_new && !list[2].is_new);
    update()[700] ^= 1; /* the next swap makes room */
    update()[rig.new.len - 1] ^= 1;
    ask();
    expect(2);
    expect_record(1, TWIN_OUTCOME_TRIAL, TWIN_REASON_NONE, 0, 2);
}

static void check_rules(void)
{
    struct test_key other;
    struct test_image foreign;

    test_key_make(&other, 2);
    test_image_make(&foreign, &other, 2, 3000, 0);
    rig_reset(&rig);
    rig_store(&rig, &foreign);
    expect_refused(1, TWIN_REASON_KEY, 2);
    test_image_free(&foreign);
    rig_reset(&rig);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    sim_blank(&rig.sim, 0, rig.sim.flash.size);
    sim_put(&rig.sim, 0, rig.new.bytes, rig.new.len);
    rig_store(&rig, &rig.old);
    ask();
    expect(2);
    expect_record(1, TWIN_OUTCOME_REFUSED, TWIN_REASON_DOWNGRADE, TWIN_RECORD_STARTS_UNKNOWN, 1);
    rig.config.no_downgrade = NULL;
}

/* Stored by somebody who does not know the mode. */
static void check_misplaced(void)
{
    const uint32_t addr = rig.slots.area[TWIN_SECONDARY].addr;

    rig_reset(&rig);
    sim_blank(&rig.sim, addr, rig.slots.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, addr, rig.new.bytes, rig.new.len);
    expect_refused(1, TWIN_REASON_SIZE, 0);
}

/* ---- Damage, and bootloaders that write none ---- */

static void check_damaged(void)
{
    start_trial(3);
    expect(1);
    rig.sim.mem[twin_record_off(&rig.slots, 0) + 3] ^= 4;
    CHECK_EQ(twin_records_read(&rig.slots, list), 1);
    CHECK_EQ(list[0].outcome, TWIN_OUTCOME_REVERTED); /* so much the trailer says */
    CHECK_EQ(list[0].reason, TWIN_REASON_UNKNOWN);
    CHECK_EQ(list[0].starts, TWIN_RECORD_STARTS_UNKNOWN);
    CHECK_EQ(list[0].version[0], 0);
    CHECK(!list[0].is_new);
}

static void check_trailer_only(void)
{
    rig.records = false;
    start_trial(1);
    CHECK_EQ(twin_records_read(&rig.slots, list), 1);
    CHECK_EQ(list[0].outcome, TWIN_OUTCOME_TRIAL);
    CHECK_EQ(list[0].reason, TWIN_REASON_UNKNOWN);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(2);
    CHECK_EQ(twin_records_read(&rig.slots, list), 1);
    CHECK_EQ(list[0].outcome, TWIN_OUTCOME_PERMANENT);
    rig.records = true;
}

/* ---- Power cuts: the outcome is told as long as the trailer is there, and what is told of it is
 * right ---- */

/* Returns whether the reason is known. */
static bool check_cut(uint32_t op, enum sim_cut cut)
{
    sim_arm(&rig.sim, op, cut, op);
    if (rig_boot(&rig).power_lost) {
        sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
        expect(1);
    }
    if (twin_records_read(&rig.slots, list) == 0) { /* its copy_done was lost: see look_complete */
        return false;
    }
    CHECK_EQ(list[0].outcome, TWIN_OUTCOME_REVERTED);
    if (list[0].reason == TWIN_REASON_UNKNOWN) {
        return false;
    }
    CHECK_EQ(list[0].reason, TWIN_REASON_ATTEMPTS);
    CHECK_EQ(list[0].starts, 3);
    CHECK_EQ(list[0].version[0], 2);
    return true;
}

/* Only a cut in the few operations before the record, or in the last ones, costs the reason. */
static void check_cuts(void)
{
    unsigned lost = 0;
    uint32_t ops;

    rig.config.attempts = 3;
    start_trial(3);
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    expect(1);
    ops = rig.sim.ops;
    for (uint32_t op = 1; op <= ops; op++) {
        for (int cut = 0; cut < SIM_CUT_COUNT; cut++) {
            start_trial(3);
            lost += !check_cut(op, (enum sim_cut)cut);
        }
    }
    CHECK(ops > 30 && lost <= 10);
    printf("revert: %u operations, each cut in %d ways: %u times without a reason\n", (unsigned)ops,
           SIM_CUT_COUNT, lost);
}

/* ---- Other modes ---- */

static void check_overwrite(void)
{
    rig_reset(&rig);
    ask();
    expect(2);
    expect_record(1, TWIN_OUTCOME_PERMANENT, TWIN_REASON_NONE, TWIN_RECORD_STARTS_UNKNOWN, 2);
    update()[0] ^= 1;
    ask();
    expect(2);
    expect_record(2, TWIN_OUTCOME_REFUSED, TWIN_REASON_HEADER, TWIN_RECORD_STARTS_UNKNOWN, 0);
}

/* Images run from either slot, up to its end: nothing is written. */
static void check_in_place(void)
{
    for (unsigned i = 0; i < TWIN_RECORD_PLACES; i++) {
        const uint32_t off = twin_record_off(&rig.slots, i);
        CHECK(off == 0 || twin_area_is_blank(&rig.slots.area[TWIN_PRIMARY], off, TWIN_RECORD_LEN));
    }
}

/* ---- Several images ---- */

static void boot_two(struct two_images *two)
{
    static struct twin_boot_images images;
    static struct twin_boot_recorder recorder;
    struct twin_boot_config config = rig.config;
    enum twin_boot_status status;

    twin_boot_recorder_init(&recorder, &images.boot, &config);
    CHECK_EQ(twin_boot_images_init(&images, &two->map, &config), TWIN_OK);
    do {
        status = twin_boot_images_step(&images);
        twin_boot_recorder_step(&recorder);
    } while (status == TWIN_BOOT_AGAIN);
    CHECK_EQ(status, TWIN_BOOT_START);
    CHECK_EQ(two->sim.violations, 0);
}

static void check_image(const struct two_images *two, unsigned image, enum twin_outcome outcome,
                        enum twin_reason reason)
{
    CHECK_EQ(twin_records_read(&two->slots[image], list), 1);
    CHECK_EQ(list[0].outcome, outcome);
    CHECK_EQ(list[0].reason, reason);
    CHECK_EQ(list[0].image, image);
    CHECK_EQ(list[0].version[0], 2);
}

static void check_two(void)
{
    struct two_images two;
    struct test_image depending;

    make(&shapes[0], &rig_swap_offset);
    two_images_make(&two, rig.slots.mode, 4096, 8);
    two_images_reset(&two, &rig);
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK);
    boot_two(&two);
    check_image(&two, 1, TWIN_OUTCOME_TRIAL, TWIN_REASON_NONE);
    CHECK_EQ(twin_records_read(&two.slots[0], list), 0);

    test_image_make_depending(&depending, &rig.key, 2, 5000, 1, 3);
    two_images_reset(&two, &rig);
    sim_blank(&two.sim, two.slots[0].area[TWIN_SECONDARY].addr, 8 * 4096);
    sim_put(&two.sim, two.slots[0].area[TWIN_SECONDARY].addr + 4096, depending.bytes,
            depending.len);
    CHECK_EQ(twin_slots_request(&two.slots[0], false), TWIN_OK);
    boot_two(&two);
    check_image(&two, 0, TWIN_OUTCOME_REFUSED, TWIN_REASON_DEPENDENCY);
    CHECK_EQ(twin_records_read(&two.slots[1], list), 0);
    test_image_free(&depending);
    sim_free(&two.sim);
    rig_free(&rig);
}

int main(void)
{
    for (size_t m = 0; m < TWIN_COUNT(modes); m++) {
        for (size_t i = 0; i < TWIN_COUNT(shapes); i++) {
            make(&shapes[i], modes[m]);
            check_nothing_yet();
            check_installed();
            check_reverted();
            check_stuck();
            check_refused();
            check_rules();
            check_damaged();
            check_trailer_only();
            if (i == 0) {
                check_cuts();
            }
            if (rig.slots.mode->update_sector != 0) {
                check_misplaced();
            }
            rig_free(&rig);
        }
    }
    make(&shapes[0], &rig_overwrite);
    check_overwrite();
    rig_free(&rig);
    make(&shapes[0], &rig_xip_revert);
    start_trial(3);
    expect(1);
    check_in_place();
    rig_free(&rig);
    check_two();
    return check_report();
}
