/*
 * test_modes.c - the modes that do not swap: overwrite-only, direct-XIP with and without revert,
 * RAM load, single slot; and recovery from the secondary. What power cuts do to them: powercut/.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static uint8_t *at(struct rig *rig, enum twin_slot slot, uint32_t off)
{
    return &rig->sim.mem[rig->device.area[slot].addr + off];
}

static void expect(struct rig *rig, uint8_t major, bool unconfirmed, uint8_t attempt)
{
    struct rig_boot boot = rig_boot(rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(boot.attempt, attempt);
    CHECK_EQ(rig->sim.violations, 0);
}

/* A start that changes nothing writes nothing. */
static void expect_quiet(struct rig *rig, uint8_t major)
{
    uint32_t ops = rig->sim.ops;

    expect(rig, major, false, 0);
    CHECK_EQ(rig->sim.ops, ops);
}

/* ---- Overwrite-only ---- */

/* Of the slot, what lies behind the image: blank, or as it was before. */
static void check_overwrite(const struct rig_mode *mode, bool is_fast)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig_reset(&rig);
    const uint32_t end = rig.new.len, behind = 5 * 4096;
    *at(&rig, TWIN_PRIMARY, behind) = 0x11;
    *at(&rig, TWIN_SECONDARY, end + 3) = 0x22; /* nobody signed that */
    expect_quiet(&rig, 1);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, false, 0);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_SWAPPED], 1);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.new));
    CHECK_EQ(*at(&rig, TWIN_PRIMARY, end + 3), 0xff);
    CHECK_EQ(*at(&rig, TWIN_PRIMARY, behind), is_fast ? 0x11 : 0xff);
    expect_quiet(&rig, 2);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    expect_quiet(&rig, 2);
    CHECK(rig_update_fault(&rig) == NULL);
    rig_free(&rig);
}

/* A broken update never stops the primary; asked for again, the same is there already. */
static void check_overwrite_refuses(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_overwrite);
    rig_reset(&rig);
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 1, false, 0);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    expect_quiet(&rig, 1);
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false, 0);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    uint32_t ops = rig.sim.ops;
    expect(&rig, 2, false, 0);
    CHECK_EQ(rig.sim.ops, ops + 1); /* the request goes, and nothing is copied */
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    rig_store(&rig, &rig.old);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false, 0);
    rig_free(&rig);
}

/* A primary overwritten by half may look like any version: the rule must not stop the rest. */
static void check_overwrite_torn_version(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_overwrite_fast);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    memset(at(&rig, TWIN_PRIMARY, 20), 0xff, 8);
    expect(&rig, 2, false, 0);
    rig_free(&rig);
}

/* ---- A primary that is lost, and a good secondary ---- */

static void check_recover(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig_reset(&rig);
    rig.recover = twin_boot_recover;
    expect_quiet(&rig, 1);
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    rig.recover = NULL;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig.recover = twin_boot_recover;
    expect(&rig, 2, false, 0);
    expect_quiet(&rig, 2);
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    *at(&rig, TWIN_SECONDARY, 4096 + 700) ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig_free(&rig);
}

/* The image to go back to is good for that, too. */
static void check_recover_previous(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false, 0);
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig.recover = twin_boot_recover;
    expect(&rig, 1, false, 0);
    rig_free(&rig);
}

/* A trial that was lost together with the image to go back to does not keep a new one out. */
static void check_recover_trial(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, true, 1);
    rig.recover = twin_boot_recover;
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig_store(&rig, &rig.next);
    CHECK_EQ(rig_boot(&rig).major, 3);
    expect_quiet(&rig, 3);
    rig_free(&rig);
}

/* ---- Direct-XIP ---- */

/* The highest version that verifies, and no write. */
static void check_xip(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip);
    rig_reset(&rig);
    expect_quiet(&rig, 2);
    CHECK_EQ(rig.slots.area[TWIN_PRIMARY].addr, rig.device.area[TWIN_SECONDARY].addr);
    *at(&rig, TWIN_SECONDARY, 700) ^= 1; /* broken: the other one starts, nothing is erased */
    expect_quiet(&rig, 1);
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    expect_quiet(&rig, 2);
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    expect_quiet(&rig, 2);
    *at(&rig, TWIN_SECONDARY, 700) ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig_free(&rig);
}

/* Linked for the other slot. */
static void check_rom_fixed(void)
{
    struct test_image fixed;
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip);
    rig_reset(&rig);
    test_image_make(&fixed, &rig.key, 9, 5000, TWIN_IMAGE_ROM_FIXED); /* load_addr 0: slot 0 */
    sim_blank(&rig.sim, rig.device.area[TWIN_SECONDARY].addr, rig.device.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, rig.device.area[TWIN_SECONDARY].addr, fixed.bytes, fixed.len);
    expect_quiet(&rig, 1);
    sim_blank(&rig.sim, 0, rig.device.area[TWIN_PRIMARY].len);
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    sim_put(&rig.sim, 0, fixed.bytes, fixed.len);
    expect_quiet(&rig, 9);
    test_image_free(&fixed);
    rig_free(&rig);
}

/* N starts, then the old one for good; confirmed at any of them, it stays. */
static void check_xip_attempts(uint8_t attempts)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip_revert);
    rig.config.attempts = attempts;
    rig_reset(&rig);
    expect_quiet(&rig, 1); /* nobody has asked for the other one */
    for (uint8_t confirm = 0; confirm <= attempts; confirm++) {
        rig_reset(&rig);
        CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
        for (uint8_t i = 1; i <= attempts; i++) {
            expect(&rig, 2, i <= confirm || confirm == 0, i <= confirm || confirm == 0 ? i : 0);
            if (i == confirm) {
                CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
            }
        }
        expect_quiet(&rig, confirm == 0 ? 1 : 2);
        expect_quiet(&rig, confirm == 0 ? 1 : 2);
    }
    rig_free(&rig);
}

/* The previous image is still there, comes on request although its version is lower, and stays. */
static void check_xip_back(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip_revert);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false, 0);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 1, true, 1);
    expect(&rig, 1, true, 2);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    expect_quiet(&rig, 1);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, true, 1);
    CHECK_EQ(twin_boot_revert_request(&rig.slots), TWIN_OK);
    expect_quiet(&rig, 1);
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false, 0);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, false, 0);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    expect_quiet(&rig, 2);
    rig_free(&rig);
}

/* Nothing is left but what failed: it is started, and not as confirmed. */
static void check_xip_last(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_xip_revert);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    for (uint8_t i = 1; i <= 3; i++) {
        expect(&rig, 2, true, i);
    }
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    expect(&rig, 2, true, 0);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REVERT_IMPOSSIBLE], 1);
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    expect_quiet(&rig, 1);
    rig_free(&rig);
}

/* ---- RAM load ---- */

#define RAM_LEN 0x8000
static uint8_t ram[RAM_LEN];
static uint32_t ram_writes;

static twin_err_t ram_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, &ram[addr], len);
    return TWIN_OK;
}

static twin_err_t ram_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    (void)ctx;
    memcpy(&ram[addr], buf, len);
    ram_writes++;
    return TWIN_OK;
}

static const struct rig_mode rig_ram = {
    .facts = &twin_mode_ram_load, .boot = &twin_boot_ram_load, .in_place = true};

/* The image that runs is the copy, whole; one that is not for RAM, or does not fit, is not. */
static void check_ram_load(void)
{
    const struct twin_flash memory = {
        .size = RAM_LEN, .write_bytes = 1, .page_bytes = 1, .read = ram_read, .write = ram_write};
    struct twin_area area = {&memory, 0, RAM_LEN};
    struct test_image image;
    struct twin_boot boot;
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_ram);
    rig_reset(&rig);
    rig.config.ram = &area;
    test_image_make(&image, &rig.key, 3, 5000, TWIN_IMAGE_RAM_LOAD); /* load_addr 0 */
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    CHECK_EQ(ram_writes, 0);
    sim_blank(&rig.sim, rig.device.area[TWIN_SECONDARY].addr, rig.device.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, rig.device.area[TWIN_SECONDARY].addr, image.bytes, image.len);
    CHECK_EQ(twin_boot_init(&boot, &rig.config), TWIN_OK);
    CHECK_EQ(twin_boot_step(&boot), TWIN_BOOT_START);
    CHECK(boot.handover.in_ram && boot.handover.slot == TWIN_SECONDARY);
    CHECK_EQ(boot.handover.image_addr, TWIN_IMAGE_HEADER_LEN);
    CHECK(memcmp(ram, image.bytes, image.len) == 0);
    area.len = image.len;
    expect_quiet(&rig, 3);
    area.len = image.len - 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    area = (struct twin_area){&memory, 4096, 2 * 4096};
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    test_image_free(&image);
    rig_free(&rig);
}

/* ---- Single slot ---- */

static const struct rig_mode rig_single = {.facts = &twin_mode_single, .boot = &twin_boot_single};

static void check_single(void)
{
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_single);
    rig_reset(&rig);
    rig.slots.area[TWIN_SECONDARY] = rig.slots.area[TWIN_PRIMARY];
    expect_quiet(&rig, 1);
    rig.recover = twin_boot_recover;
    *at(&rig, TWIN_PRIMARY, 700) ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig_free(&rig);
}

int main(void)
{
    static const struct rig_mode *const recovering[] = {&rig_overwrite, &rig_swap_offset,
                                                        &rig_swap_move, &rig_swap_scratch};

    check_overwrite(&rig_overwrite, false);
    check_overwrite(&rig_overwrite_fast, true);
    check_overwrite_refuses();
    check_overwrite_torn_version();
    for (size_t i = 0; i < sizeof(recovering) / sizeof(recovering[0]); i++) {
        check_recover(recovering[i]);
    }
    check_recover_previous(&rig_swap_offset);
    check_recover_previous(&rig_swap_move);
    check_recover_previous(&rig_swap_scratch);
    check_recover_trial(&rig_swap_offset);
    check_recover_trial(&rig_swap_move);
    check_recover_trial(&rig_swap_scratch);
    check_xip();
    check_rom_fixed();
    check_xip_attempts(1);
    check_xip_attempts(3);
    check_xip_attempts(8);
    check_xip_back();
    check_xip_last();
    check_ram_load();
    check_single();
    return check_report();
}
