/*
 * test_images.c - a device with two images: each is updated by itself, and image 0 is started.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/two_images.h"

#define SECTOR   4096u
#define SLOT_LEN (8 * SECTOR)

static struct rig rig;
static struct two_images two;

static void device_make(const struct rig_mode *mode)
{
    static const struct rig_shape shape = {SECTOR, 8, 4, 128, 8, 0xff, 9000, 9500};

    rig_make_in(&rig, &shape, mode);
    rig.config.attempts = 2;
    two_images_make(&two, mode->facts, SECTOR, 8);
}

static void device_reset(void)
{
    two_images_reset(&two, &rig);
}

static void device_free(void)
{
    sim_free(&two.sim);
    rig_free(&rig);
}

/* Boot once; false if power was lost meanwhile. */
static bool boot(struct twin_boot_handover *handover, enum twin_boot_status *status)
{
    static struct twin_boot_images images;

    CHECK_EQ(twin_boot_images_init(&images, &two.map, &rig.config), TWIN_OK);
    if (setjmp(two.sim.power_lost) != 0) {
        return false;
    }
    do {
        const uint32_t ops = two.sim.ops;
        *status = twin_boot_images_step(&images);
        CHECK(two.sim.ops <= ops + 1);
    } while (*status == TWIN_BOOT_AGAIN);
    *handover = images.boot.handover;
    CHECK(*status != TWIN_BOOT_START || handover->proof == TWIN_PROVEN);
    return true;
}

static bool holds(unsigned image, const struct test_image *content)
{
    return memcmp(&two.sim.mem[two.slots[image].area[TWIN_PRIMARY].addr], content->bytes,
                  content->len) == 0;
}

/* Boots and starts image 0, whose primary holds `zero`; that of image 1 holds `one`. */
static void expect(const struct test_image *zero, const struct test_image *one, bool unconfirmed)
{
    struct twin_boot_handover handover;
    enum twin_boot_status status;

    CHECK(boot(&handover, &status));
    CHECK_EQ(status, TWIN_BOOT_START);
    CHECK_EQ(handover.version.major, zero == &rig.old ? 1 : 2);
    CHECK(handover.image_addr < SLOT_LEN);
    CHECK_EQ(handover.unconfirmed, unconfirmed);
    CHECK(holds(0, zero) && holds(1, one));
}

static void check_each_alone(void)
{
    device_reset();
    expect(&rig.old, &rig.old, false);
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK);
    expect(&rig.old, &rig.new, true); /* image 0 is confirmed, and yet there is a trial */
    expect(&rig.old, &rig.new, true);
    expect(&rig.old, &rig.old, false);
    device_reset();
    CHECK_EQ(twin_slots_request(&two.slots[0], true), TWIN_OK);
    expect(&rig.new, &rig.old, false);
}

static void check_together(void)
{
    device_reset();
    CHECK_EQ(twin_slots_request(&two.slots[0], false), TWIN_OK);
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK);
    expect(&rig.new, &rig.new, true);
    CHECK_EQ(twin_slots_confirm(&two.slots[0]), TWIN_OK);
    CHECK_EQ(twin_slots_confirm(&two.slots[1]), TWIN_OK);
    expect(&rig.new, &rig.new, false);
}

/* Image 0 may run code of image 1, which nobody else verifies. */
static void check_invalid(void)
{
    struct twin_boot_handover handover;
    enum twin_boot_status status;

    for (unsigned image = 0; image < 2; image++) {
        device_reset();
        two.sim.mem[two.slots[image].area[TWIN_PRIMARY].addr + 700] ^= 1;
        CHECK(boot(&handover, &status));
        CHECK_EQ(status, TWIN_BOOT_STOP);
    }
}

/* Power is lost at each operation of an update of both: it goes on where it was. */
static void check_cuts(void)
{
    struct twin_boot_handover handover;
    enum twin_boot_status status;
    unsigned cuts = 0;

    for (uint32_t op = 1;; op++) {
        device_reset();
        CHECK_EQ(twin_slots_request(&two.slots[0], true), TWIN_OK);
        CHECK_EQ(twin_slots_request(&two.slots[1], true), TWIN_OK);
        sim_arm(&two.sim, op, SIM_CUT_PREFIX, op);
        if (boot(&handover, &status)) {
            break;
        }
        sim_arm(&two.sim, 0, SIM_CUT_BEFORE, 1);
        expect(&rig.new, &rig.new, false);
        cuts++;
    }
    CHECK(cuts > 30);
    CHECK_EQ(two.sim.violations, 0);
}

/* ---- Dependencies ---- */

static struct test_image needy; /* 2.0.0, needs image 0 to be at least 2.0.0 */

/* The update of image 1 is the needy one, or one that needs another image. */
static void depending_reset(const struct test_image *update)
{
    const struct twin_slots *slots = &two.slots[1];
    const uint32_t addr = slots->area[TWIN_SECONDARY].addr;

    device_reset();
    sim_blank(&two.sim, addr, SLOT_LEN);
    sim_put(&two.sim, addr + twin_slots_update_off(slots), update->bytes, update->len);
}

static enum twin_plan plan(unsigned image)
{
    struct twin_slots_state state;

    twin_slots_read(&two.slots[image], &state);
    return state.plan;
}

static void check_unmet(const struct test_image *update)
{
    depending_reset(update);
    CHECK_EQ(twin_slots_request(&two.slots[1], true), TWIN_OK);
    expect(&rig.old, &rig.old, false);
    CHECK_EQ(plan(1), TWIN_PLAN_NONE);
    expect(&rig.old, &rig.old, false);
}

static void check_dependencies(void)
{
    struct test_image stranger;

    test_image_make_depending(&needy, &rig.key, 2, 9500, 0, 2);
    check_unmet(&needy);
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK); /* again, with the other one */
    CHECK_EQ(twin_slots_request(&two.slots[0], false), TWIN_OK);
    expect(&rig.new, &needy, true);
    expect(&rig.new, &needy, true);
    expect(&rig.old, &rig.old, false);
    test_image_make_depending(&stranger, &rig.key, 2, 9500, 7, 0);
    check_unmet(&stranger);
    test_image_free(&stranger);
}

/* The other update is there and asked for, but is not one: neither comes. */
static void check_refused_together(void)
{
    depending_reset(&needy);
    two.sim
        .mem[two.slots[0].area[TWIN_SECONDARY].addr + twin_slots_update_off(&two.slots[0]) + 700] ^=
        1;
    CHECK_EQ(twin_slots_request(&two.slots[0], true), TWIN_OK);
    CHECK_EQ(twin_slots_request(&two.slots[1], true), TWIN_OK);
    expect(&rig.old, &rig.old, false);
    CHECK(plan(0) == TWIN_PLAN_NONE && plan(1) == TWIN_PLAN_NONE);
}

/* A flash that refuses every erase, and so keeps the request: the old images are started. */
static void check_held(void)
{
    depending_reset(&needy);
    CHECK_EQ(twin_slots_request(&two.slots[1], true), TWIN_OK);
    sim_fail(&two.sim, SIM_ERASE, 1, UINT32_MAX);
    expect(&rig.old, &rig.old, false);
    sim_fail(&two.sim, SIM_ERASE, 1, 0);
    CHECK_EQ(plan(1), TWIN_PLAN_PERM);
    expect(&rig.old, &rig.old, false);
    CHECK_EQ(plan(1), TWIN_PLAN_NONE);
}

/* Power is lost while both come, or while what does not fit is withdrawn: all or none. */
static void check_dependency_cuts(bool both)
{
    struct twin_boot_handover handover;
    enum twin_boot_status status;

    for (uint32_t op = 1;; op++) {
        depending_reset(&needy);
        CHECK_EQ(twin_slots_request(&two.slots[1], true), TWIN_OK);
        if (both) {
            CHECK_EQ(twin_slots_request(&two.slots[0], true), TWIN_OK);
        }
        sim_arm(&two.sim, op, SIM_CUT_PREFIX, op);
        if (boot(&handover, &status)) {
            break;
        }
        sim_arm(&two.sim, 0, SIM_CUT_BEFORE, 1);
        expect(both ? &rig.new : &rig.old, both ? &needy : &rig.old, false);
    }
    CHECK_EQ(two.sim.violations, 0);
}

/* No room to count starts in, and power lost in the swap: the new image gets the one start that
 * every image gets. */
static void check_one_start(void)
{
    struct twin_boot_handover handover;
    enum twin_boot_status status;

    device_reset();
    two.slots[1].max_sectors = 505; /* of two status units each: they fill the trailer's sector */
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK);
    sim_arm(&two.sim, 12, SIM_CUT_BEFORE, 1);
    CHECK(!boot(&handover, &status));
    sim_arm(&two.sim, 0, SIM_CUT_BEFORE, 1);
    expect(&rig.old, &rig.new, true);
    expect(&rig.old, &rig.old, false);
    two.slots[1].max_sectors = 128;
}

static void check_map(void)
{
    static struct twin_boot_images images;
    struct twin_map wrong = two.map;

    device_reset();
    CHECK_EQ(twin_map_check(&two.map), TWIN_OK);
    wrong.count = 0;
    CHECK_EQ(twin_boot_images_init(&images, &wrong, &rig.config), TWIN_E_ARG);
    wrong.count = TWIN_IMAGES_MAX + 1;
    CHECK_EQ(twin_map_check(&wrong), TWIN_E_ARG);
    two.slots[1].image = 0;
    CHECK_EQ(twin_map_check(&two.map), TWIN_E_ARG);
    two.slots[1].image = 1;
    two.slots[1].max_sectors = 2;
    CHECK_EQ(twin_map_check(&two.map), TWIN_E_ARG);
    two.slots[1].max_sectors = 128;
    two.slots[0].mode = NULL;
    CHECK_EQ(twin_slots_check(&two.slots[0]), TWIN_E_ARG);
}

int main(void)
{
    static const struct rig_mode *const modes[] = {&rig_swap_offset, &rig_swap_move};

    for (size_t i = 0; i < TWIN_COUNT(modes); i++) {
        device_make(modes[i]);
        check_each_alone();
        check_together();
        check_invalid();
        check_cuts();
        check_dependencies();
        check_refused_together();
        check_held();
        check_dependency_cuts(true);
        check_dependency_cuts(false);
        test_image_free(&needy);
        if (modes[i] == &rig_swap_offset) {
            check_one_start();
        }
        check_map();
        device_free();
    }
    return check_report();
}
