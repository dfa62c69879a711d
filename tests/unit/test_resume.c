/*
 * test_resume.c - a primary's trailer that tells of a swap under way is believed as far as the
 * flash bears it out: it never costs a good primary, and never keeps updates out for ever.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};
static const uint8_t types[] = {TWIN_SWAP_TEST, TWIN_SWAP_PERM, TWIN_SWAP_REVERT};

/* A trailer as power cuts, garbage or a bug may leave it: a swap of `size` bytes, `moves` made. */
static void claim(struct rig *rig, uint8_t type, uint32_t size, uint32_t moves)
{
    const struct twin_slots *slots = &rig->slots;
    uint32_t status = trailer_map(slots, TWIN_PRIMARY).status;

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
        sim_put(&rig->sim, status + i * rig->sim.flash.write_bytes, &done, 1);
    }
}

/* The running image starts, whole and confirmed, now and later, and an update can come. */
static void check_stays(struct rig *rig)
{
    for (unsigned i = 0; i < 2; i++) {
        struct rig_boot boot = rig_boot(rig);
        CHECK_EQ(boot.status, TWIN_BOOT_START);
        CHECK_EQ(boot.major, 1);
        CHECK(!boot.unconfirmed);
        CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
        CHECK_EQ(rig->events[TWIN_BOOT_EV_REFUSED], i == 0);
    }
    CHECK(rig_update_fault(rig) == NULL);
    CHECK_EQ(rig->sim.violations, 0);
}

/* No extent, or one that no swap can have: nothing is under way. */
static void check_extents(struct rig *rig)
{
    const uint32_t sizes[] = {UINT32_MAX, 0, twin_slots_image_max(&rig->slots) + 1, 0x80000000u};

    for (size_t t = 0; t < sizeof(types); t++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            for (uint32_t moves = 0; moves <= 3; moves += 3) {
                rig_reset(rig);
                claim(rig, types[t], sizes[i], moves);
                check_stays(rig);
            }
        }
    }
}

static void keep(struct rig *rig)
{
    (void)rig;
}

static void empty_secondary(struct rig *rig)
{
    const struct twin_area *area = &rig->slots.area[TWIN_SECONDARY];

    memset(&rig->sim.mem[area->addr], rig->sim.flash.erased, area->len);
}

/* As after a confirmed swap: the image before this one stands at the start. */
static void put_previous(struct rig *rig)
{
    empty_secondary(rig);
    sim_put(&rig->sim, rig->slots.area[TWIN_SECONDARY].addr, rig->new.bytes, rig->new.len);
    rig->sim.mem[rig->slots.area[TWIN_SECONDARY].addr + 5000] ^= 1;
}

/* Moves that were never made. The swap that they tell of would overwrite the one good image. */
static void check_moves(struct rig *rig, void (*secondary)(struct rig *rig))
{
    for (size_t t = 0; t < sizeof(types); t++) {
        for (uint32_t moves = 1; moves <= 6; moves++) {
            rig_reset(rig);
            secondary(rig);
            claim(rig, types[t], rig->new.len, moves);
            if (moves < 6) {
                check_stays(rig);
                continue;
            }
            /* All moves: what would have come is the primary, so nothing is overwritten. */
            CHECK_EQ(rig_boot(rig).status, TWIN_BOOT_START);
            CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, &rig->old));
        }
    }
}

/* Neither image is good and nothing has moved: the device waits for help, and can take it. */
static void check_nothing_left(struct rig *rig)
{
    struct twin_slots_state state;

    rig_reset(rig);
    empty_secondary(rig);
    rig->sim.mem[4000] ^= 1;
    claim(rig, TWIN_SWAP_TEST, rig->new.len, 0);
    CHECK_EQ(rig_boot(rig).status, TWIN_BOOT_STOP);
    twin_slots_read(&rig->slots, &state);
    CHECK_EQ(state.plan, TWIN_PLAN_NONE);
    CHECK(rig_update_fault(rig) == NULL);
}

int main(void)
{
    struct rig rig;

    rig_make(&rig, &shape);
    check_extents(&rig);
    check_moves(&rig, keep);
    check_moves(&rig, empty_secondary);
    check_moves(&rig, put_previous);
    check_nothing_left(&rig);
    rig_free(&rig);
    return check_report();
}
