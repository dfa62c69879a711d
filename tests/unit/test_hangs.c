/*
 * test_hangs.c - a confirmed image that hangs or faults at every start: when that counts, what
 * comes in its place in each mode, and that nothing is asked for in vain.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"
#include "twin/hangs.h"

#define LIMIT 3

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

/* ---- What counts ---- */

static const struct twin_boot_handover confirmed = {.slot = 1}, on_trial = {.unconfirmed = true};

/* A start of this image, which ends so; is something to be done about it? */
static bool starts(struct twin_boot_hangs *hangs, const struct twin_boot_handover *image,
                   enum twin_boot_end end)
{
    twin_boot_hangs_start(hangs, image);
    return twin_boot_hangs_begin(hangs, end, LIMIT);
}

static void check_count(void)
{
    struct twin_boot_hangs hangs;

    memset(&hangs, 0xa5, sizeof(hangs)); /* after power on */
    CHECK(!twin_boot_hangs_begin(&hangs, TWIN_BOOT_END_POWER, LIMIT));
    CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    CHECK(starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    CHECK_EQ(hangs.slot, 1);
    CHECK(starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH)); /* nobody did anything about it */
    twin_boot_hangs_replaced(&hangs);
    for (unsigned i = 0; i < 600; i++) { /* once is enough, however long it lasts */
        CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    }
    twin_boot_hangs_alive(&hangs);
    CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
    CHECK(starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
}

/* Two that count, then one that ends the row, then two again. */
static void check_ends_row(const struct twin_boot_handover *image, enum twin_boot_end end,
                           bool alive)
{
    struct twin_boot_hangs hangs = {0};

    for (unsigned round = 0; round < 3; round++) {
        CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
        CHECK(!starts(&hangs, &confirmed, TWIN_BOOT_END_CRASH));
        twin_boot_hangs_start(&hangs, image);
        if (alive) {
            twin_boot_hangs_alive(&hangs);
        }
        CHECK(!twin_boot_hangs_begin(&hangs, end, LIMIT));
    }
}

/* ---- What comes instead ---- */

static void expect(struct rig *rig, uint8_t major, bool unconfirmed)
{
    struct rig_boot boot = rig_boot(rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(rig->sim.violations, 0);
}

/* The slot of the image that runs, as the bootloader sees it. */
static enum twin_slot running(const struct rig *rig)
{
    return rig->slots.area[TWIN_PRIMARY].addr == rig->device.area[TWIN_PRIMARY].addr
               ? TWIN_PRIMARY
               : TWIN_SECONDARY;
}

static twin_err_t replace(struct rig *rig)
{
    return twin_boot_replace(&rig->config, running(rig));
}

/* Version 2 came and was confirmed; version 1 stands behind it. */
static void prepare(struct rig *rig)
{
    rig_reset(rig);
    rig->config.no_downgrade = NULL;
    CHECK_EQ(twin_slots_request(&rig->slots, true), TWIN_OK);
    expect(rig, 2, false);
}

static void expect_nothing(struct rig *rig, uint8_t major)
{
    uint32_t ops = rig->sim.ops;

    CHECK_EQ(replace(rig), TWIN_E_NOT_FOUND);
    CHECK_EQ(rig->sim.ops, ops);
    expect(rig, major, false);
    CHECK_EQ(rig->sim.ops, ops);
}

/* Each byte of both images is whole, or the other one does not come. */
static void check_replace(const struct rig_mode *mode)
{
    const bool told_apart = mode->facts == &twin_mode_swap_offset;
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    prepare(&rig);
    CHECK_EQ(replace(&rig), TWIN_OK);
    CHECK_EQ(replace(&rig), TWIN_E_STATE); /* it is asked for */
    expect(&rig, 1, !told_apart);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    CHECK_EQ(replace(&rig), TWIN_OK);
    expect(&rig, 2, true);
    CHECK_EQ(replace(&rig), TWIN_E_STATE); /* a trial ends by itself */
    rig_free(&rig);
}

static void check_refused(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    prepare(&rig);
    rig.sim.mem[rig.slots.area[TWIN_SECONDARY].addr + 700] ^= 1; /* damaged */
    expect_nothing(&rig, 2);
    prepare(&rig);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version; /* older */
    expect(&rig, 2, false);
    expect_nothing(&rig, 2);
    rig.config.no_downgrade = NULL;
    rig_store(&rig, &rig.new); /* the same */
    expect_nothing(&rig, 2);
    rig_store(&rig, &rig.next); /* one that nobody has asked for yet */
    CHECK_EQ(replace(&rig), TWIN_OK);
    expect(&rig, 3, true);
    rig_free(&rig);
}

/* What has replaced the image before is in the secondary still: it is the same. */
static void check_overwritten(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_overwrite);
    prepare(&rig);
    expect_nothing(&rig, 2);
    rig_store(&rig, &rig.next);
    CHECK_EQ(replace(&rig), TWIN_OK);
    expect(&rig, 3, false);
    rig_free(&rig);
}

/* Nobody can ask where the highest version runs. */
static void check_no_requests(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip);
    rig_reset(&rig);
    CHECK_EQ(replace(&rig), TWIN_E_STATE);
    rig.config.slots = NULL;
    rig_free(&rig);
}

/* ---- A primary that cannot be started, and a version rule ---- */

/* Nothing is asked for that would be refused. */
static void check_recover_older(const struct rig_mode *mode, bool comes)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false);
    rig_store(&rig, &rig.old);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    rig.sim.mem[rig.slots.area[TWIN_PRIMARY].addr + 700] ^= 1;
    rig.recover = twin_boot_recover;
    uint32_t ops = rig.sim.ops;
    CHECK_EQ(rig_boot(&rig).status, comes ? TWIN_BOOT_START : TWIN_BOOT_STOP);
    CHECK_EQ(rig.sim.ops != ops, comes);
    rig_free(&rig);
}

int main(void)
{
    static const struct rig_mode *const trying[] = {&rig_swap_offset, &rig_swap_move,
                                                    &rig_swap_scratch, &rig_xip_revert};

    check_count();
    check_ends_row(&confirmed, TWIN_BOOT_END_POWER, false);
    check_ends_row(&confirmed, TWIN_BOOT_END_RESET, false);
    check_ends_row(&confirmed, TWIN_BOOT_END_CRASH, true);
    check_ends_row(&on_trial, TWIN_BOOT_END_CRASH, false);
    for (size_t i = 0; i < sizeof(trying) / sizeof(trying[0]); i++) {
        check_replace(trying[i]);
        check_refused(trying[i]);
    }
    check_overwritten();
    check_no_requests();
    check_recover_older(&rig_swap_offset, false);
    check_recover_older(&rig_swap_move, false);
    check_recover_older(&rig_swap_scratch, false);
    check_recover_older(&rig_overwrite, true);
    return check_report();
}
