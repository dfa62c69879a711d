/*
 * test_boot.c - decisions of the bootloader: attempts, refusals, damaged images, wear.
 *
 * The cases of docs/spec-boot-attempts.md section 6 that need no power cut; those that do are in
 * powercut/. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/world.h"

static const struct world_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};

static void request(struct world *world, bool permanent)
{
    CHECK_EQ(twin_slots_request(&world->config.slots, permanent), TWIN_OK);
}

static void expect(struct world *world, uint8_t major, bool unconfirmed, uint8_t attempt)
{
    struct world_boot boot = world_boot(world);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK_EQ(boot.attempt, attempt);
    CHECK_EQ(world->sim.violations, 0);
}

/* Exactly N starts, then the old image, for good; and again with the same image. */
static void check_attempts(const struct world_shape *s, uint8_t attempts)
{
    struct world world;

    world_make(&world, s);
    world_reset(&world);
    world.config.attempts = attempts;
    for (unsigned round = 0; round < 2; round++) {
        request(&world, false);
        for (uint8_t i = 1; i <= attempts; i++) {
            expect(&world, 2, true, i);
        }
        expect(&world, 1, false, 0);
        CHECK_EQ(world.events[TWIN_BOOT_EV_GIVE_UP], 1);
        expect(&world, 1, false, 0);
        CHECK(world_slot_holds(&world, TWIN_PRIMARY, 0, &world.old));
        /* The failed image stays where an update is stored. */
        CHECK(world_slot_holds(&world, TWIN_SECONDARY, s->sector_bytes, &world.new));
        CHECK(twin_flash_is_erased(&world.sim.flash,
                                   &world.sim.mem[world.config.slots.area[TWIN_SECONDARY].addr],
                                   s->sector_bytes)); /* the old one is not found there again */
    }
    world_free(&world);
}

/* Confirmed at any of its starts, it stays. */
static void check_confirm(struct world *world)
{
    for (uint8_t at = 1; at <= 3; at++) {
        world_reset(world);
        request(world, false);
        for (uint8_t i = 1; i <= at; i++) {
            expect(world, 2, true, i);
        }
        CHECK_EQ(twin_slots_confirm(&world->config.slots), TWIN_OK);
        for (unsigned i = 0; i < 5; i++) {
            expect(world, 2, false, 0);
        }
        CHECK(world_slot_holds(world, TWIN_SECONDARY, 0, &world->old));
    }
}

static void check_permanent(struct world *world)
{
    world_reset(world);
    request(world, true);
    expect(world, 2, false, 0);
    expect(world, 2, false, 0);
}

/* The application gives up at any of its starts. */
static void check_revert_now(struct world *world)
{
    for (uint8_t at = 1; at <= 3; at++) {
        world_reset(world);
        CHECK_EQ(twin_boot_revert_request(&world->config.slots), TWIN_E_STATE);
        request(world, false);
        for (uint8_t i = 1; i <= at; i++) {
            expect(world, 2, true, i);
        }
        CHECK_EQ(twin_boot_revert_request(&world->config.slots), TWIN_OK);
        expect(world, 1, false, 0);
        CHECK_EQ(twin_boot_revert_request(&world->config.slots), TWIN_E_STATE);
    }
}

/* A cell that power tore, but reads erased, is one more start; any other torn cell is a start. */
static void check_torn_cells(struct world *world)
{
    uint32_t first = twin_trailer_map(&world->config.slots, TWIN_PRIMARY).status - 4;
    uint8_t torn = 0x7f;

    world_reset(world);
    request(world, false);
    expect(world, 2, true, 1);
    sim_put(&world->sim, first - 4, &torn, 1);
    expect(world, 2, true, 3);
    expect(world, 1, false, 0);
}

/* An update that is refused costs the request and nothing else. */
static void check_refused(struct world *world, void (*damage)(struct world *world))
{
    world_reset(world);
    request(world, false);
    damage(world);
    expect(world, 1, false, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(world, 1, false, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 0);
}

static uint8_t *update_bytes(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;

    return &world->sim.mem[slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots)];
}

static void flip_payload(struct world *world)
{
    update_bytes(world)[5000] ^= 1;
}

static void flip_signature(struct world *world)
{
    update_bytes(world)[world->new.len - 1] ^= 1;
}

static void remove_image(struct world *world)
{
    memset(update_bytes(world), 0xff, world->new.len);
}

static void place_wrongly(struct world *world)
{
    sim_put(&world->sim, world->config.slots.area[TWIN_SECONDARY].addr, world->old.bytes,
            world->old.len);
}

static void replace(struct world *world, const struct test_key *key, uint8_t major, uint32_t flags)
{
    struct test_image image;

    test_image_make(&image, key, major, 6000, flags);
    memset(update_bytes(world), 0xff, world->new.len);
    memcpy(update_bytes(world), image.bytes, image.len);
    test_image_free(&image);
}

static void unsign(struct world *world)
{
    replace(world, NULL, 2, 0);
}

static void make_non_bootable(struct world *world)
{
    replace(world, &world->key, 2, TWIN_IMAGE_NON_BOOTABLE);
}

static void sign_with_other_key(struct world *world)
{
    struct test_key other;

    test_key_make(&other, 2);
    replace(world, &other, 2, 0);
}

/* Its header says that it is larger than a slot can swap. */
static void make_too_large(struct world *world)
{
    twin_put_le32(&update_bytes(world)[12], twin_slots_image_max(&world->config.slots));
}

static void check_downgrade(struct world *world)
{
    world_reset(world);
    replace(world, &world->key, 0, 0);
    request(world, false);
    world->config.is_downgrade = twin_downgrade_version;
    expect(world, 1, false, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 1);
    world->config.is_downgrade = NULL;
    request(world, false);
    expect(world, 0, true, 1);
}

/* The same version again is no downgrade. */
static void check_same_version(struct world *world)
{
    world_reset(world);
    replace(world, &world->key, 1, 0);
    request(world, false);
    world->config.is_downgrade = twin_downgrade_version;
    expect(world, 1, true, 1);
    CHECK_EQ(world->events[TWIN_BOOT_EV_SWAPPED], 1);
    world->config.is_downgrade = NULL;
}

/* The running image breaks while on trial: back at once. */
static void check_damaged_trial(struct world *world)
{
    world_reset(world);
    request(world, false);
    expect(world, 2, true, 1);
    world->sim.mem[4000] ^= 1;
    expect(world, 1, false, 0);
}

/* The image to go back to is broken: stay with the one that works, and say so. */
static void check_damaged_old(struct world *world)
{
    world_reset(world);
    request(world, false);
    for (uint8_t i = 1; i <= 3; i++) {
        expect(world, 2, true, i);
    }
    world->sim.mem[world->config.slots.area[TWIN_SECONDARY].addr + 4000] ^= 1;
    expect(world, 2, true, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REVERT_IMPOSSIBLE], 1);
    CHECK(world_update_fault(world) == NULL);
}

/* Room for so many cells only: with fewer than the attempts, so many starts, but one at least. */
static void check_few_cells(uint16_t max_sectors, uint8_t starts)
{
    const struct world_shape tight = {1024, 16, 4, max_sectors, 8, 0xff, 4000, 3000};
    struct world world;

    world_make(&world, &tight);
    world_reset(&world);
    request(&world, false);
    for (uint8_t i = 1; i <= starts; i++) {
        expect(&world, 2, true, i);
    }
    expect(&world, 1, false, 0);
    CHECK(world_update_fault(&world) == NULL);
    world_free(&world);
}

/* The cells hold what docs/spec-boot-attempts.md says: a start, then the wish to go back. */
static void check_cell_bytes(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;
    const struct twin_area *primary = &slots->area[TWIN_PRIMARY];
    const uint32_t unit = primary->flash->write_bytes, cell = unit > 4 ? unit : 4;
    const uint8_t *cells =
        &world->sim.mem[primary->addr + twin_trailer_map(slots, TWIN_PRIMARY).status - 2 * cell];
    const uint8_t flip = primary->flash->erased == 0xff ? 0 : 0xff;

    world_reset(world);
    request(world, false);
    expect(world, 2, true, 1);
    CHECK_EQ(twin_boot_revert_request(slots), TWIN_OK);
    for (uint32_t i = 0; i < cell; i++) {
        CHECK_EQ(cells[cell + i], 0x0f ^ flip);
        CHECK_EQ(cells[i], 0xf0 ^ flip);
    }
}

/* An image where this mode puts none makes the one beside it doubtful too. */
static void check_two_updates(struct world *world)
{
    struct test_image small;

    world_reset(world);
    request(world, false);
    test_image_make(&small, &world->key, 5, 200, 0);
    sim_put(&world->sim, world->config.slots.area[TWIN_SECONDARY].addr, small.bytes, small.len);
    test_image_free(&small);
    expect(world, 1, false, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 1);
}

/* A copy buffer that a sector is no multiple of, there and back. */
static void check_odd_buffer(struct world *world)
{
    const uint32_t buf_len = world->config.buf_len;

    world_reset(world);
    world->config.buf_len = 992;
    request(world, false);
    expect(world, 2, true, 1);
    CHECK(world_slot_holds(world, TWIN_SECONDARY, 0, &world->old));
    expect(world, 2, true, 2);
    expect(world, 2, true, 3);
    expect(world, 1, false, 0);
    CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->old));
    CHECK_EQ(world->sim.violations, 0);
    world->config.buf_len = buf_len;
}

/* The TLVs, and the signature in them, lie across the border of two sectors. */
static void check_tlvs_across_sectors(void)
{
    for (uint32_t len = 8192 - 440; len <= 8192; len += 40) {
        const struct world_shape crossing = {4096, 8, 4, 128, 8, 0xff, len, len};
        struct world world;

        world_make(&world, &crossing);
        world_reset(&world);
        request(&world, true);
        expect(&world, 2, false, 0);
        CHECK(world_slot_holds(&world, TWIN_PRIMARY, 0, &world.new));
        CHECK(world_slot_holds(&world, TWIN_SECONDARY, 0, &world.old));
        world_free(&world);
    }
}

/* Stop a swap when the primary's trailer says that it is under way and nothing has moved yet. */
static void begin_swap(struct world *world, bool permanent)
{
    struct twin_slots_state state = {.plan = TWIN_PLAN_NONE};

    for (uint32_t ops = 1; state.plan != TWIN_PLAN_RESUME; ops++) {
        world_reset(world);
        request(world, permanent);
        sim_arm(&world->sim, ops, SIM_CUT_AFTER, 1);
        CHECK(world_boot(world).power_lost);
        twin_slots_read(&world->config.slots, &state);
    }
    sim_arm(&world->sim, 0, SIM_CUT_BEFORE, 1);
}

/* What was to be swapped in is gone, or is another image: the primary, still whole, stays. */
static void check_lost_source(struct world *world, bool permanent, void (*damage)(struct world *))
{
    begin_swap(world, permanent);
    damage(world);
    expect(world, 1, false, 0);
    CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], 1);
    expect(world, 1, false, 0);
    CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->old));
}

/* Signed, but longer than the swap that was begun. */
static void replace_by_longer(struct world *world)
{
    struct test_image image;

    test_image_make(&image, &world->key, 3, 15000, 0);
    memset(update_bytes(world), 0xff, world->new.len);
    memcpy(update_bytes(world), image.bytes, image.len);
    test_image_free(&image);
}

static void check_nothing_to_start(struct world *world)
{
    world_reset(world);
    world->sim.mem[4000] ^= 1;
    CHECK_EQ(world_boot(world).status, TWIN_BOOT_STOP);
    CHECK_EQ(world->events[TWIN_BOOT_EV_INVALID], 1);
    request(world, false); /* a good update repairs it */
    expect(world, 2, true, 1);
}

static void check_wear(struct world *world)
{
    world_reset(world);
    request(world, false);
    sim_arm(&world->sim, 0, SIM_CUT_BEFORE, 1);
    expect(world, 2, true, 1);
    for (uint32_t i = 0; i < world->sim.flash.size / world->sim.flash.page_bytes; i++) {
        CHECK(world->sim.page_erases[i] <= 1);
    }
    /* Both images in whole sectors, and the request; the primary's trailer was blank. */
    CHECK_EQ(world->sim.erases, 2 * 3 + 1);
    sim_arm(&world->sim, 0, SIM_CUT_BEFORE, 1);
    expect(world, 2, true, 2);
    CHECK_EQ(world->sim.ops, 1); /* the mark, nothing else */
}

static void check_config(struct world *world)
{
    struct twin_boot boot;
    struct twin_boot_config config = world->config;

    config.slots.sector_bytes++;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config.slots.sector_bytes--;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_OK);
    config.attempts = 0;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config.attempts = 9;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config = world->config;
    config.buf_len = 16;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
    config = world->config;
    config.key_count = 0;
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_E_ARG);
}

/* Whatever the trailers hold, a boot ends, and what it starts is whole. */
static void check_random_trailers(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;
    uint32_t fields = twin_trailer_map(slots, TWIN_PRIMARY).swap_size;
    uint32_t seed = 3;

    for (unsigned round = 0; round < 500; round++) {
        world_reset(world);
        request(world, false);
        CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0), TWIN_OK);
        for (unsigned i = 0; i < 3; i++) {
            uint32_t slot = sim_random(&seed) % 2 * slots->area[TWIN_PRIMARY].len;
            uint32_t off = fields + sim_random(&seed) % 56;
            world->sim.mem[slot + off] = (uint8_t)(sim_random(&seed) & 7);
        }
        struct world_boot boot = world_boot(world);
        CHECK(boot.status != TWIN_BOOT_AGAIN);
        if (boot.status == TWIN_BOOT_START) {
            CHECK(world_slot_holds(world, TWIN_PRIMARY, 0,
                                   boot.major == 1 ? &world->old : &world->new));
        }
    }
}

int main(void)
{
    static const struct world_shape shapes[] = {
        {4096, 8, 4, 128, 8, 0xff, 9000, 9500},   {1024, 16, 1, 16, 8, 0xff, 4000, 3000},
        {2048, 10, 8, 16, 8, 0x00, 5000, 7000},   {4096, 10, 32, 128, 32, 0xff, 5000, 9000},
        {4096, 8, 16, 16, 16, 0xff, 17000, 5000},
    };
    static void (*const damages[])(struct world * world) = {
        flip_payload, flip_signature,    remove_image,        place_wrongly,
        unsign,       make_non_bootable, sign_with_other_key, make_too_large,
    };
    struct world world;

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        check_attempts(&shapes[i], 1);
        check_attempts(&shapes[i], 3);
        check_attempts(&shapes[i], 8);
    }
    world_make(&world, &shape);
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        check_refused(&world, damages[i]);
    }
    check_confirm(&world);
    check_permanent(&world);
    check_revert_now(&world);
    check_torn_cells(&world);
    check_downgrade(&world);
    check_same_version(&world);
    check_damaged_trial(&world);
    check_damaged_old(&world);
    check_few_cells(121, 1); /* none: a start is due to each image that comes */
    check_few_cells(120, 2);
    check_few_cells(119, 3);
    check_tlvs_across_sectors();
    check_odd_buffer(&world);
    check_two_updates(&world);
    check_cell_bytes(&world);
    check_lost_source(&world, false, flip_payload);
    check_lost_source(&world, true, remove_image);
    check_lost_source(&world, true, replace_by_longer);
    check_nothing_to_start(&world);
    check_wear(&world);
    check_config(&world);
    check_random_trailers(&world);
    world_free(&world);
    return check_report();
}
