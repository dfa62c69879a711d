/*
 * test_boot.c - decisions of the bootloader: attempts, refusals, damaged images, wear.
 *
 * The cases of docs/spec-boot-attempts.md section 6 that need no power cut; those that do are in
 * powercut/. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static void request(struct rig *rig, bool permanent)
{
    CHECK_EQ(twin_slots_request(&rig->slots, permanent), TWIN_OK);
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

/* Exactly N starts, then the old image, for good; and again with the same image. */
static void check_attempts(const struct rig_shape *s, uint8_t attempts)
{
    struct rig rig;

    rig_make(&rig, s);
    rig_reset(&rig);
    rig.config.attempts = attempts;
    for (unsigned round = 0; round < 2; round++) {
        request(&rig, false);
        for (uint8_t i = 1; i <= attempts; i++) {
            expect(&rig, 2, true, i);
        }
        expect(&rig, 1, false, 0);
        CHECK_EQ(rig.events[TWIN_BOOT_EV_GIVE_UP], 1);
        expect(&rig, 1, false, 0);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.old));
        /* The failed image stays where an update is stored. */
        CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, s->sector_bytes, &rig.new));
        CHECK(twin_flash_is_erased(&rig.sim.flash,
                                   &rig.sim.mem[rig.slots.area[TWIN_SECONDARY].addr],
                                   s->sector_bytes)); /* the old one is not found there again */
    }
    rig_free(&rig);
}

/* Confirmed at any of its starts, it stays. */
static void check_confirm(struct rig *rig)
{
    for (uint8_t at = 1; at <= 3; at++) {
        rig_reset(rig);
        request(rig, false);
        for (uint8_t i = 1; i <= at; i++) {
            expect(rig, 2, true, i);
        }
        CHECK_EQ(twin_slots_confirm(&rig->slots), TWIN_OK);
        for (unsigned i = 0; i < 5; i++) {
            expect(rig, 2, false, 0);
        }
        CHECK(rig_slot_holds(rig, TWIN_SECONDARY, 0, &rig->old));
    }
}

static void check_permanent(struct rig *rig)
{
    rig_reset(rig);
    request(rig, true);
    expect(rig, 2, false, 0);
    expect(rig, 2, false, 0);
}

/* The application gives up at any of its starts. */
static void check_revert_now(struct rig *rig)
{
    for (uint8_t at = 1; at <= 3; at++) {
        rig_reset(rig);
        CHECK_EQ(twin_boot_revert_request(&rig->slots), TWIN_E_STATE);
        request(rig, false);
        for (uint8_t i = 1; i <= at; i++) {
            expect(rig, 2, true, i);
        }
        CHECK_EQ(twin_boot_revert_request(&rig->slots), TWIN_OK);
        expect(rig, 1, false, 0);
        CHECK_EQ(twin_boot_revert_request(&rig->slots), TWIN_E_STATE);
    }
}

/* A cell that power tore, but reads erased, is one more start; any other torn cell is a start. */
static void check_torn_cells(struct rig *rig)
{
    uint32_t first = trailer_map(&rig->slots, TWIN_PRIMARY).status - 4;
    uint8_t torn = 0x7f;

    rig_reset(rig);
    request(rig, false);
    expect(rig, 2, true, 1);
    sim_put(&rig->sim, first - 4, &torn, 1);
    expect(rig, 2, true, 3);
    expect(rig, 1, false, 0);
}

/* An update that is refused costs the request and nothing else. */
static void check_refused(struct rig *rig, void (*damage)(struct rig *rig))
{
    rig_reset(rig);
    request(rig, false);
    damage(rig);
    expect(rig, 1, false, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(rig, 1, false, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 0);
}

static uint8_t *update_bytes(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;

    return &rig->sim.mem[slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots)];
}

static void flip_payload(struct rig *rig)
{
    update_bytes(rig)[5000] ^= 1;
}

static void flip_signature(struct rig *rig)
{
    update_bytes(rig)[rig->new.len - 1] ^= 1;
}

static void remove_image(struct rig *rig)
{
    memset(update_bytes(rig), 0xff, rig->new.len);
}

static void place_wrongly(struct rig *rig)
{
    sim_put(&rig->sim, rig->slots.area[TWIN_SECONDARY].addr, rig->old.bytes, rig->old.len);
}

static void replace(struct rig *rig, const struct test_key *key, uint8_t major, uint32_t flags)
{
    struct test_image image;

    test_image_make(&image, key, major, 6000, flags);
    memset(update_bytes(rig), 0xff, rig->new.len);
    memcpy(update_bytes(rig), image.bytes, image.len);
    test_image_free(&image);
}

static void unsign(struct rig *rig)
{
    replace(rig, NULL, 2, 0);
}

static void make_non_bootable(struct rig *rig)
{
    replace(rig, &rig->key, 2, TWIN_IMAGE_NON_BOOTABLE);
}

static void sign_with_other_key(struct rig *rig)
{
    struct test_key other;

    test_key_make(&other, 2);
    replace(rig, &other, 2, 0);
}

/* Its header says that it is larger than a slot can swap. */
static void make_too_large(struct rig *rig)
{
    twin_put_le32(&update_bytes(rig)[12], twin_slots_image_max(&rig->slots));
}

static void check_downgrade(struct rig *rig)
{
    rig_reset(rig);
    replace(rig, &rig->key, 0, 0);
    request(rig, false);
    rig->config.no_downgrade = &twin_boot_no_downgrade_version;
    expect(rig, 1, false, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 1);
    rig->config.no_downgrade = NULL;
    request(rig, false);
    expect(rig, 0, true, 1);
}

/* The same version again is no downgrade. */
static void check_same_version(struct rig *rig)
{
    rig_reset(rig);
    replace(rig, &rig->key, 1, 0);
    request(rig, false);
    rig->config.no_downgrade = &twin_boot_no_downgrade_version;
    expect(rig, 1, true, 1);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_SWAPPED], 1);
    rig->config.no_downgrade = NULL;
}

/* The running image breaks while on trial: back at once. */
static void check_damaged_trial(struct rig *rig)
{
    rig_reset(rig);
    request(rig, false);
    expect(rig, 2, true, 1);
    rig->sim.mem[4000] ^= 1;
    expect(rig, 1, false, 0);
}

/* The image to go back to is broken: stay with the one that works, and say so. */
static void check_damaged_old(struct rig *rig)
{
    rig_reset(rig);
    request(rig, false);
    for (uint8_t i = 1; i <= 3; i++) {
        expect(rig, 2, true, i);
    }
    rig->sim.mem[rig->slots.area[TWIN_SECONDARY].addr + 4000] ^= 1;
    expect(rig, 2, true, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REVERT_IMPOSSIBLE], 1);
    CHECK(rig_update_fault(rig) == NULL);
}

/* Room for so many cells only: with fewer than the attempts, so many starts, but one at least. */
static void check_few_cells(uint16_t max_sectors, uint8_t starts)
{
    const struct rig_shape tight = {1024, 16, 4, max_sectors, 8, 0xff, 4000, 3000};
    struct rig rig;

    rig_make(&rig, &tight);
    rig_reset(&rig);
    request(&rig, false);
    for (uint8_t i = 1; i <= starts; i++) {
        expect(&rig, 2, true, i);
    }
    expect(&rig, 1, false, 0);
    CHECK(rig_update_fault(&rig) == NULL);
    rig_free(&rig);
}

/* The cells hold what docs/spec-boot-attempts.md says: a start, then the wish to go back. */
static void check_cell_bytes(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    const struct twin_area *primary = &slots->area[TWIN_PRIMARY];
    const uint32_t unit = primary->flash->write_bytes, cell = unit > 4 ? unit : 4;
    const uint8_t *cells =
        &rig->sim.mem[primary->addr + trailer_map(slots, TWIN_PRIMARY).status - 2 * cell];
    const uint8_t flip = primary->flash->erased == 0xff ? 0 : 0xff;

    rig_reset(rig);
    request(rig, false);
    expect(rig, 2, true, 1);
    CHECK_EQ(twin_boot_revert_request(slots), TWIN_OK);
    for (uint32_t i = 0; i < cell; i++) {
        CHECK_EQ(cells[cell + i], 0x0f ^ flip);
        CHECK_EQ(cells[i], 0xf0 ^ flip);
    }
}

/* An image where this mode puts none makes the one beside it doubtful too. */
static void check_two_updates(struct rig *rig)
{
    struct test_image small;

    rig_reset(rig);
    request(rig, false);
    test_image_make(&small, &rig->key, 5, 200, 0);
    sim_put(&rig->sim, rig->slots.area[TWIN_SECONDARY].addr, small.bytes, small.len);
    test_image_free(&small);
    expect(rig, 1, false, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 1);
}

/* A copy buffer that a sector is no multiple of, there and back. */
static void check_odd_buffer(struct rig *rig)
{
    const uint32_t buf_len = rig->config.buf_len;

    rig_reset(rig);
    rig->config.buf_len = 992;
    request(rig, false);
    expect(rig, 2, true, 1);
    CHECK(rig_slot_holds(rig, TWIN_SECONDARY, 0, &rig->old));
    expect(rig, 2, true, 2);
    expect(rig, 2, true, 3);
    expect(rig, 1, false, 0);
    CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
    CHECK_EQ(rig->sim.violations, 0);
    rig->config.buf_len = buf_len;
}

/* The TLVs, and the signature in them, lie across the border of two sectors. */
static void check_tlvs_across_sectors(void)
{
    for (uint32_t len = 8192 - 440; len <= 8192; len += 40) {
        const struct rig_shape crossing = {4096, 8, 4, 128, 8, 0xff, len, len};
        struct rig rig;

        rig_make(&rig, &crossing);
        rig_reset(&rig);
        request(&rig, true);
        expect(&rig, 2, false, 0);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.new));
        CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &rig.old));
        rig_free(&rig);
    }
}

/* Stop a swap when the primary's trailer says that it is under way and nothing has moved yet. */
static void begin_swap(struct rig *rig, bool permanent)
{
    struct twin_slots_state state = {.plan = TWIN_PLAN_NONE};

    for (uint32_t ops = 1; state.plan != TWIN_PLAN_RESUME; ops++) {
        rig_reset(rig);
        request(rig, permanent);
        sim_arm(&rig->sim, ops, SIM_CUT_AFTER, 1);
        CHECK(rig_boot(rig).power_lost);
        twin_slots_read(&rig->slots, &state);
    }
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
}

/* What was to be swapped in is gone, or is another image: the primary, still whole, stays. */
static void check_lost_source(struct rig *rig, bool permanent, void (*damage)(struct rig *))
{
    begin_swap(rig, permanent);
    damage(rig);
    expect(rig, 1, false, 0);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(rig, 1, false, 0);
    CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
}

/* Signed, but longer than the swap that was begun. */
static void replace_by_longer(struct rig *rig)
{
    struct test_image image;

    test_image_make(&image, &rig->key, 3, 15000, 0);
    memset(update_bytes(rig), 0xff, rig->new.len);
    memcpy(update_bytes(rig), image.bytes, image.len);
    test_image_free(&image);
}

static void check_nothing_to_start(struct rig *rig)
{
    rig_reset(rig);
    rig->sim.mem[4000] ^= 1;
    CHECK_EQ(rig_boot(rig).status, TWIN_BOOT_STOP);
    CHECK_EQ(rig->events[TWIN_BOOT_EV_INVALID], 1);
    request(rig, false); /* a good update repairs it */
    expect(rig, 2, true, 1);
}

static void check_wear(struct rig *rig)
{
    rig_reset(rig);
    request(rig, false);
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    expect(rig, 2, true, 1);
    for (uint32_t i = 0; i < rig->sim.flash.size / rig->sim.flash.page_bytes; i++) {
        CHECK(rig->sim.page_erases[i] <= 1);
    }
    /* Both images in whole sectors, and the request; the primary's trailer was blank. */
    CHECK_EQ(rig->sim.erases, 2 * 3 + 1);
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    expect(rig, 2, true, 2);
    CHECK_EQ(rig->sim.ops, 1); /* the mark, nothing else */
}

static void check_config(struct rig *rig)
{
    struct twin_boot boot;
    struct twin_boot_config config = rig->config;

    rig->slots.sector_bytes++;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    rig->slots.sector_bytes--;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_OK);
    config.attempts = 0;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config.attempts = 9;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config = rig->config;
    config.buf_len = 16;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config = rig->config;
    config.key_count = 0;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
}

/* Whatever the trailers hold, a boot ends, and what it starts is whole. */
static void check_random_trailers(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    uint32_t fields = trailer_map(slots, TWIN_PRIMARY).swap_size;
    uint32_t seed = 3;

    for (unsigned round = 0; round < 500; round++) {
        rig_reset(rig);
        request(rig, false);
        CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0), TWIN_OK);
        for (unsigned i = 0; i < 3; i++) {
            uint32_t slot = sim_random(&seed) % 2 * slots->area[TWIN_PRIMARY].len;
            uint32_t off = fields + sim_random(&seed) % 56;
            rig->sim.mem[slot + off] = (uint8_t)(sim_random(&seed) & 7);
        }
        struct rig_boot boot = rig_boot(rig);
        CHECK(boot.status != TWIN_BOOT_AGAIN);
        if (boot.status == TWIN_BOOT_START) {
            CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, boot.major == 1 ? &rig->old : &rig->new));
        }
    }
}

int main(void)
{
    static const struct rig_shape shapes[] = {
        {4096, 8, 4, 128, 8, 0xff, 9000, 9500},   {1024, 16, 1, 16, 8, 0xff, 4000, 3000},
        {2048, 10, 8, 16, 8, 0x00, 5000, 7000},   {4096, 10, 32, 128, 32, 0xff, 5000, 9000},
        {4096, 8, 16, 16, 16, 0xff, 17000, 5000},
    };
    static void (*const damages[])(struct rig * rig) = {
        flip_payload, flip_signature,    remove_image,        place_wrongly,
        unsign,       make_non_bootable, sign_with_other_key, make_too_large,
    };
    struct rig rig;

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        check_attempts(&shapes[i], 1);
        check_attempts(&shapes[i], 3);
        check_attempts(&shapes[i], 8);
    }
    rig_make(&rig, &shape);
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        check_refused(&rig, damages[i]);
    }
    check_confirm(&rig);
    check_permanent(&rig);
    check_revert_now(&rig);
    check_torn_cells(&rig);
    check_downgrade(&rig);
    check_same_version(&rig);
    check_damaged_trial(&rig);
    check_damaged_old(&rig);
    check_few_cells(121, 1); /* none: a start is due to each image that comes */
    check_few_cells(120, 2);
    check_few_cells(119, 3);
    check_tlvs_across_sectors();
    check_odd_buffer(&rig);
    check_two_updates(&rig);
    check_cell_bytes(&rig);
    check_lost_source(&rig, false, flip_payload);
    check_lost_source(&rig, true, remove_image);
    check_lost_source(&rig, true, replace_by_longer);
    check_nothing_to_start(&rig);
    check_wear(&rig);
    check_config(&rig);
    check_random_trailers(&rig);
    rig_free(&rig);
    return check_report();
}
