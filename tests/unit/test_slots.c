/*
 * test_slots.c - geometry, trailer fields, and what two trailers together mean.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"
#include <string.h>

#define SLOT (64u * 1024u)

static struct sim_flash sim;
static struct twin_slots slots;

static void fresh(uint32_t write_bytes, uint8_t max_align, uint8_t erased)
{
    sim_free(&sim);
    sim_init(&sim, 2 * SLOT, 4096, write_bytes, erased);
    slots = (struct twin_slots){.mode = &twin_mode_swap_offset,
                                .area = {{&sim.flash, 0, SLOT}, {&sim.flash, SLOT, SLOT}},
                                .sector_bytes = 4096,
                                .max_sectors = 128,
                                .max_align = max_align};
}

static enum twin_plan plan(void)
{
    struct twin_slots_state state;

    twin_slots_read(&slots, &state);
    return state.plan;
}

static void put(enum twin_slot slot, enum twin_trailer_field field, uint32_t value)
{
    CHECK_EQ(twin_trailer_write(&slots, slot, field, value), TWIN_OK);
}

/* The published example: alignment 8, write unit 4, 128 sectors: a trailer of 1080 bytes. */
static void check_map(void)
{
    fresh(4, 8, 0xff);
    struct trailer_map map = trailer_map(&slots, TWIN_PRIMARY);
    CHECK_EQ(SLOT - map.status, 1080);
    CHECK_EQ(SLOT - map.image_ok, 24);
    CHECK_EQ(SLOT - map.copy_done, 32);
    CHECK_EQ(SLOT - map.swap_info, 40);
    CHECK_EQ(SLOT - map.tlv_sizes, 48);
    CHECK_EQ(SLOT - map.swap_size, 56);
    CHECK_EQ(map.sector, SLOT - 4096);
    CHECK_EQ(twin_slots_image_max(&slots), SLOT - 2 * 4096);
    fresh(32, 32, 0xff);
    map = trailer_map(&slots, TWIN_PRIMARY);
    CHECK_EQ(SLOT - map.image_ok, 64);
    CHECK_EQ(SLOT - map.status, 192 + 128 * 2 * 32);
    fresh(4, 16, 0xff);
    CHECK_EQ(SLOT - trailer_map(&slots, TWIN_PRIMARY).image_ok, 32);
}

/* Where no request ever erases a trailer, an image may come close to it. */
static void check_image_max(void)
{
    const struct {
        const struct twin_mode *mode;
        uint32_t max;
    } cases[] = {
        {&twin_mode_swap_offset, SLOT - 2 * 4096},
        {&twin_mode_swap_move, SLOT - 2 * 4096},
        {&twin_mode_overwrite, SLOT - 4096},
        {&twin_mode_xip_revert, SLOT - 4096},
        {&twin_mode_xip, SLOT - 40},
        {&twin_mode_ram_load, SLOT - 40},
    };

    for (size_t i = 0; i < TWIN_COUNT(cases); i++) {
        fresh(4, 8, 0xff);
        slots.mode = cases[i].mode;
        CHECK_EQ(twin_slots_image_max(&slots), cases[i].max);
        slots.mode = &twin_mode_swap_offset;
    }
}

static void check_geometry(void)
{
    fresh(4, 8, 0xff);
    CHECK_EQ(twin_slots_check(&slots), TWIN_OK);
    slots.area[TWIN_SECONDARY].len -= 4096;
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    fresh(4, 8, 0xff);
    slots.area[TWIN_PRIMARY].len -= 4096; /* the secondary may have one sector more */
    CHECK_EQ(twin_slots_check(&slots), TWIN_OK);
    slots.max_sectors = 14;
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    fresh(16, 8, 0xff); /* an alignment below the write unit */
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    fresh(4, 8, 0xff);
    slots.area[TWIN_SECONDARY].addr += 4096; /* beyond the device */
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    fresh(4, 8, 0xff);
    slots.sector_bytes = 1024; /* smaller than what an erase takes */
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    fresh(4, 8, 0xff);
    slots.sector_bytes = 0;
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG);
    for (uint32_t sectors = 0; sectors <= 4; sectors++) { /* two of image, and the trailer's */
        fresh(4, 8, 0xff);
        slots.area[TWIN_PRIMARY].len = slots.area[TWIN_SECONDARY].len = sectors * 4096;
        CHECK_EQ(twin_slots_check(&slots), sectors < 3 ? TWIN_E_ARG : TWIN_OK);
    }
    fresh(32, 32, 0xff);
    slots.area[TWIN_PRIMARY].len = slots.area[TWIN_SECONDARY].len = 4 * 4096;
    CHECK_EQ(twin_slots_check(&slots), TWIN_E_ARG); /* its trailer takes three */
}

/* The bytes that the reference writes and expects. */
static void check_magic_bytes(void)
{
    static const uint8_t align8[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
                                       0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
    static const uint8_t align32[16] = {0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                                        0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

    fresh(4, 8, 0xff);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    CHECK_MEM(&sim.mem[SLOT - 16], align8, 16);
    fresh(32, 32, 0xff);
    put(TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
    CHECK_MEM(&sim.mem[2 * SLOT - 16], align32, 16);
    CHECK(twin_flash_is_erased(&sim.flash, &sim.mem[2 * SLOT - 32], 16));
}

static void check_request(uint32_t write_bytes, uint8_t max_align, uint8_t erased)
{
    fresh(write_bytes, max_align, erased);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_TEST);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_E_STATE);
    CHECK_EQ(twin_trailer_erase(&slots, TWIN_SECONDARY), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_PERM);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_E_STATE);
    CHECK_EQ(sim.violations, 0);
}

/* A request that power cut short neither counts nor stands in the way of the next one. */
static void check_torn_request(void)
{
    uint8_t part = 0x77;

    fresh(1, 8, 0xff);
    sim_put(&sim, 2 * SLOT - 16, &part, 1);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_TEST);
    CHECK_EQ(sim.violations, 0);
}

static void check_trial(void)
{
    uint8_t torn = 0x7f;

    fresh(4, 8, 0xff);
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_TEST);
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE, 5000);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(plan(), TWIN_PLAN_RESUME);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_E_STATE);
    sim_put(&sim, trailer_map(&slots, TWIN_PRIMARY).copy_done, &torn, 1);
    CHECK_EQ(plan(), TWIN_PLAN_TRIAL); /* a half-written copy_done counts as set */
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_E_STATE);
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_OK);
    CHECK_EQ(twin_trailer_write(&slots, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0), TWIN_E_STATE);
    CHECK_EQ(sim.violations, 0);
}

static void check_revert_request(void)
{
    fresh(4, 8, 0xff);
    put(TWIN_SECONDARY, TWIN_FIELD_COPY_DONE, 0);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    put(TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(plan(), TWIN_PLAN_REVERT);
}

/* A primary that an update came to and that was confirmed. */
static void confirmed(void)
{
    fresh(4, 8, 0xff);
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_TEST);
    put(TWIN_PRIMARY, TWIN_FIELD_COPY_DONE, 0);
    put(TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
}

/* Back to the previous image: only where there is one, and beside no other request. */
static void check_previous(void)
{
    uint8_t torn = 0x7f;

    fresh(4, 8, 0xff);
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_E_STATE); /* never swapped */
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    put(TWIN_PRIMARY, TWIN_FIELD_COPY_DONE, 0);
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_E_STATE); /* on trial */
    CHECK(twin_flash_is_erased(&sim.flash, &sim.mem[SLOT], SLOT));
    confirmed();
    sim_put(&sim, 2 * SLOT - 16, &torn, 1); /* remains of a request */
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_PREVIOUS);
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_OK);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_E_STATE);
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_E_STATE);
    confirmed();
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_E_STATE);
    CHECK_EQ(sim.violations, 0);
}

/* What was asked can be taken back; what the bootloader has decided cannot. */
static void check_withdraw(void)
{
    confirmed();
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_OK);
    CHECK_EQ(sim.erases, 0);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_OK);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_OK);
    CHECK_EQ(twin_slots_request_previous(&slots), TWIN_OK);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    fresh(4, 8, 0xff);
    put(TWIN_SECONDARY, TWIN_FIELD_COPY_DONE, 0);
    put(TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_E_STATE); /* a trial's revert */
    CHECK_EQ(plan(), TWIN_PLAN_REVERT);
    fresh(4, 8, 0xff);
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_TEST);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_E_STATE); /* under way */
    put(TWIN_PRIMARY, TWIN_FIELD_COPY_DONE, 0);
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_E_STATE); /* on trial */
    CHECK_EQ(plan(), TWIN_PLAN_TRIAL);
}

/* An image with a trailer, programmed straight into the primary, was never swapped in. */
static void check_programmed(void)
{
    fresh(4, 8, 0xff);
    put(TWIN_PRIMARY, TWIN_FIELD_MAGIC, 0);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_OK);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    fresh(4, 8, 0xff);
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_OK); /* nothing to confirm, nothing written */
    CHECK(twin_flash_is_erased(&sim.flash, sim.mem, sim.flash.size));
    sim.mem[SLOT - 1] = 0; /* what a cut inside an erase may leave: nothing is on trial */
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_OK);
    CHECK_EQ(sim.writes, 0);
}

/* Fields as the reference writes them: image number and type in one byte, sizes little-endian. */
static void check_field_bytes(void)
{
    static const uint8_t sizes[] = {0x34, 0x12, 0x78, 0x56};

    fresh(4, 8, 0xff);
    slots.image = 3;
    put(TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_PERM);
    put(TWIN_PRIMARY, TWIN_FIELD_TLV_SIZES, 0x56781234);
    CHECK_EQ(sim.mem[SLOT - 40], 0x33);
    CHECK_MEM(&sim.mem[SLOT - 48], sizes, sizeof(sizes));
    CHECK_EQ(sim.mem[SLOT - 39], 0xff);
}

/* Every field under every alignment: where the reference has it, padded with erased bytes. */
static void check_field_places(uint32_t write_bytes, uint8_t align, uint8_t erased)
{
    static const uint8_t magic8[] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
                                     0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
    uint8_t magic[] = {align, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
                       0x8d,  0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};
    uint32_t ok = align == 32 ? 64 : 16u + align; /* from the end */
    uint8_t want[256];
    uint8_t *end = &want[sizeof(want)];

    memset(want, erased, sizeof(want));
    memcpy(end - 16, align == 8 ? magic8 : magic, 16);
    end[-(int)ok] = 1;
    end[-(int)(ok + align)] = 1;
    end[-(int)(ok + 2 * align)] = 14 << 4 | TWIN_SWAP_REVERT;
    memcpy(end - (ok + 3 * align), "\x44\x33\x22\x11", 4);
    memcpy(end - (ok + 4 * align), "\xaa\xbb\xcc\xdd", 4);
    for (int slot = 0; slot < 2; slot++) {
        fresh(write_bytes, align, erased);
        slots.image = 14;
        put((enum twin_slot)slot, TWIN_FIELD_MAGIC, 0);
        put((enum twin_slot)slot, TWIN_FIELD_IMAGE_OK, 0);
        put((enum twin_slot)slot, TWIN_FIELD_COPY_DONE, 0);
        put((enum twin_slot)slot, TWIN_FIELD_SWAP_INFO, TWIN_SWAP_REVERT);
        put((enum twin_slot)slot, TWIN_FIELD_TLV_SIZES, 0x11223344);
        put((enum twin_slot)slot, TWIN_FIELD_SWAP_SIZE, 0xddccbbaa);
        CHECK_MEM(&sim.mem[(uint32_t)(slot + 1) * SLOT - sizeof(want)], want, sizeof(want));
        struct twin_trailer trailer;
        twin_trailer_read(&slots, (enum twin_slot)slot, &trailer);
        CHECK_EQ(trailer.magic, TWIN_SET);
        CHECK_EQ(trailer.image_ok, TWIN_SET);
        CHECK_EQ(trailer.copy_done, TWIN_SET);
        CHECK_EQ(trailer.swap_type, TWIN_SWAP_REVERT);
        CHECK_EQ(trailer.swap_size, 0xddccbbaa);
        CHECK(!trailer.unreadable);
    }
}

/* A trailer of three sectors goes from its end: after one erase its magic is gone. */
static void check_erase_order(void)
{
    fresh(32, 32, 0xff);
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_OK);
    sim_arm(&sim, 1, SIM_CUT_AFTER, 1);
    if (setjmp(sim.power_lost) == 0) {
        (void)!twin_trailer_erase(&slots, TWIN_SECONDARY);
    }
    CHECK_EQ(sim.cut_addr, 2 * SLOT - 4096);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
}

/* What the flash refuses is reported, and leaves no request behind. */
static void check_refusals(void)
{
    uint8_t torn = 0x7f;

    fresh(4, 8, 0xff);
    sim_put(&sim, 2 * SLOT - 16, &torn, 1);
    sim_wear(&sim, (struct sim_fault){.call = SIM_ERASE, .end = 2 * SLOT});
    CHECK_EQ(twin_slots_request(&slots, false), TWIN_E_IO);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    fresh(4, 8, 0xff);
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_OK);
    sim_wear(&sim, (struct sim_fault){.call = SIM_READ, .addr = SLOT, .end = 2 * SLOT});
    CHECK_EQ(plan(), TWIN_PLAN_NONE); /* an unreadable secondary counts as empty */
    sim_heal(&sim);
    CHECK_EQ(plan(), TWIN_PLAN_PERM);
    sim_wear(&sim, (struct sim_fault){.call = SIM_READ, .end = SLOT});
    CHECK_EQ(plan(), TWIN_PLAN_PERM); /* an unreadable primary cannot forbid anything, */
    CHECK_EQ(twin_slots_request(&slots, true), TWIN_OK);
    CHECK_EQ(twin_slots_confirm(&slots), TWIN_E_IO); /* but may be on trial */
    CHECK_EQ(twin_slots_withdraw(&slots), TWIN_OK);
}

static void check_area(void)
{
    static const uint8_t long_buf[TWIN_FLASH_WRITE_MAX + 1];
    uint8_t buf[8] = {0};

    fresh(8, 8, 0xff);
    const struct twin_area *area = &slots.area[TWIN_SECONDARY];
    CHECK_EQ(twin_area_read(area, SLOT - 4, buf, 8), TWIN_E_ARG);
    CHECK_EQ(twin_area_read(area, UINT32_MAX, buf, 8), TWIN_E_ARG);
    CHECK_EQ(twin_area_write(area, 4, buf, 8), TWIN_E_ARG);
    CHECK_EQ(twin_area_write(area, 0, buf, 7), TWIN_E_ARG);
    CHECK_EQ(twin_area_erase(area, 0, 100), TWIN_E_ARG);
    CHECK_EQ(twin_area_erase(area, area->len, area->flash->page_bytes), TWIN_E_ARG);
    CHECK_EQ(twin_area_write_padded(area, 0, buf, 0), TWIN_E_ARG);
    CHECK_EQ(twin_area_write_padded(area, 0, long_buf, sizeof(long_buf)), TWIN_E_ARG);
    CHECK(twin_area_is_blank(area, 0, SLOT));
    CHECK(!twin_area_is_blank(area, 0, SLOT + 1)); /* no bytes of the area */
    CHECK_EQ(twin_area_write_padded(area, SLOT - 8, buf, 3), TWIN_OK);
    CHECK_EQ(sim.mem[2 * SLOT - 5], 0xff);
    CHECK(!twin_area_is_blank(area, 0, SLOT));
    CHECK_EQ(twin_area_write(area, SLOT - 8, buf, 8), TWIN_E_IO); /* not erased */
    CHECK_EQ(sim.violations, 1);
}

int main(void)
{
    check_map();
    check_image_max();
    check_geometry();
    check_magic_bytes();
    check_request(1, 8, 0xff);
    check_request(8, 8, 0x00);
    check_request(32, 32, 0xff);
    check_torn_request();
    check_trial();
    check_revert_request();
    check_previous();
    check_withdraw();
    check_programmed();
    check_field_bytes();
    for (uint32_t unit = 1; unit <= 32; unit *= 2) {
        for (uint32_t align = unit < 8 ? 8 : unit; align <= 32; align *= 2) {
            check_field_places(unit, (uint8_t)align, 0xff);
            check_field_places(unit, (uint8_t)align, 0x00);
        }
    }
    check_erase_order();
    check_refusals();
    check_area();
    sim_free(&sim);
    return check_report();
}
