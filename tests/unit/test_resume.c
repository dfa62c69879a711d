/*
 * test_resume.c - a primary's trailer that tells of a swap under way is believed as far as the
 * flash bears it out: it never costs a good primary, and never keeps updates out for ever.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/world.h"

static const struct world_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};
static const uint8_t types[] = {TWIN_SWAP_TEST, TWIN_SWAP_PERM, TWIN_SWAP_REVERT};

/* A trailer as power cuts, garbage or a bug may leave it: a swap of `size` bytes, `moves` made. */
static void claim(struct world *world, uint8_t type, uint32_t size, uint32_t moves)
{
    const struct twin_slots *slots = &world->config.slots;
    uint32_t status = twin_trailer_map(slots, TWIN_PRIMARY).status;

    CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, type), TWIN_OK);
    if (type == TWIN_SWAP_PERM) {
        CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0), TWIN_OK);
    }
    if (size != UINT32_MAX) {
        CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE, size), TWIN_OK);
    }
    CHECK_EQ(twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0), TWIN_OK);
    for (uint32_t i = 0; i < moves; i++) {
        uint8_t done = (uint8_t)(1 + i % 2);
        sim_put(&world->sim, status + i * world->sim.flash.write_bytes, &done, 1);
    }
}

/* The running image starts, whole and confirmed, now and later, and an update can come. */
static void check_stays(struct world *world)
{
    for (unsigned i = 0; i < 2; i++) {
        struct world_boot boot = world_boot(world);
        CHECK_EQ(boot.status, TWIN_BOOT_START);
        CHECK_EQ(boot.major, 1);
        CHECK(!boot.unconfirmed);
        CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->old));
        CHECK_EQ(world->events[TWIN_BOOT_EV_REFUSED], i == 0);
    }
    CHECK(world_update_fault(world) == NULL);
    CHECK_EQ(world->sim.violations, 0);
}

/* No extent, or one that no swap can have: nothing is under way. */
static void check_extents(struct world *world)
{
    const uint32_t sizes[] = {UINT32_MAX, 0, twin_slots_image_max(&world->config.slots) + 1,
                              0x80000000u};

    for (size_t t = 0; t < sizeof(types); t++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            for (uint32_t moves = 0; moves <= 3; moves += 3) {
                world_reset(world);
                claim(world, types[t], sizes[i], moves);
                check_stays(world);
            }
        }
    }
}

static void keep(struct world *world)
{
    (void)world;
}

static void empty_secondary(struct world *world)
{
    const struct twin_area *area = &world->config.slots.area[TWIN_SECONDARY];

    memset(&world->sim.mem[area->addr], world->sim.flash.erased, area->len);
}

/* As after a confirmed swap: the image before this one stands at the start. */
static void put_previous(struct world *world)
{
    empty_secondary(world);
    sim_put(&world->sim, world->config.slots.area[TWIN_SECONDARY].addr, world->new.bytes,
            world->new.len);
    world->sim.mem[world->config.slots.area[TWIN_SECONDARY].addr + 5000] ^= 1;
}

/* Moves that were never made. The swap that they tell of would overwrite the one good image. */
static void check_moves(struct world *world, void (*secondary)(struct world *world))
{
    for (size_t t = 0; t < sizeof(types); t++) {
        for (uint32_t moves = 1; moves <= 6; moves++) {
            world_reset(world);
            secondary(world);
            claim(world, types[t], world->new.len, moves);
            if (moves < 6) {
                check_stays(world);
                continue;
            }
            /* All moves: what would have come is the primary, so nothing is overwritten. */
            CHECK_EQ(world_boot(world).status, TWIN_BOOT_START);
            CHECK(world_slot_holds(world, TWIN_PRIMARY, 0, &world->old));
        }
    }
}

/* Neither image is good and nothing has moved: the device waits for help, and can take it. */
static void check_nothing_left(struct world *world)
{
    struct twin_slots_state state;

    world_reset(world);
    empty_secondary(world);
    world->sim.mem[4000] ^= 1;
    claim(world, TWIN_SWAP_TEST, world->new.len, 0);
    CHECK_EQ(world_boot(world).status, TWIN_BOOT_STOP);
    twin_slots_read(&world->config.slots, &state);
    CHECK_EQ(state.plan, TWIN_PLAN_NONE);
    CHECK(world_update_fault(world) == NULL);
}

int main(void)
{
    struct world world;

    world_make(&world, &shape);
    check_extents(&world);
    check_moves(&world, keep);
    check_moves(&world, empty_secondary);
    check_moves(&world, put_previous);
    check_nothing_left(&world);
    world_free(&world);
    return check_report();
}
