/*
 * world.c - see world.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

/* The bound that twin/boot.h promises for one boot. */
static uint32_t steps_max(const struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;
    uint32_t sectors = slots->area[TWIN_PRIMARY].len / slots->sector_bytes;
    uint32_t buffers = (slots->sector_bytes + world->config.buf_len - 1) / world->config.buf_len;
    uint32_t swap = 2 * sectors * (buffers + 2) + 40;

    return (world->sim.fault_count == 0 && !world->sim.write_fails ? 2 : 8) * swap;
}

static void count_event(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    struct world *world = ctx;

    (void)arg;
    world->events[event]++;
}

void world_make(struct world *world, const struct world_shape *shape)
{
    uint32_t slot_len = shape->sector_bytes * shape->sectors;

    memset(world, 0, sizeof(*world));
    sim_init(&world->sim, 2 * slot_len, shape->sector_bytes, shape->write_bytes, shape->erased);
    test_key_make(&world->key, 1);
    test_image_make(&world->old, &world->key, 1, shape->old_len, 0);
    test_image_make(&world->new, &world->key, 2, shape->new_len, 0);
    test_image_make(&world->next, &world->key, 3, shape->new_len, 0);
    world->config =
        (struct twin_boot_config){.slots = {.area = {{&world->sim.flash, 0, slot_len},
                                                     {&world->sim.flash, slot_len, slot_len}},
                                            .sector_bytes = shape->sector_bytes,
                                            .max_sectors = shape->max_sectors,
                                            .max_align = shape->max_align},
                                  .keys = &world->key.public,
                                  .alg = &twin_sig_rsa2048,
                                  .key_count = 1,
                                  .attempts = 3,
                                  .buf = world->buf,
                                  .buf_len = sizeof(world->buf),
                                  .log = count_event,
                                  .log_ctx = world};
}

void world_free(struct world *world)
{
    sim_free(&world->sim);
    test_image_free(&world->old);
    test_image_free(&world->new);
    test_image_free(&world->next);
}

void world_reset(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;

    sim_blank(&world->sim, 0, world->sim.flash.size);
    sim_put(&world->sim, slots->area[TWIN_PRIMARY].addr, world->old.bytes, world->old.len);
    sim_put(&world->sim, slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots),
            world->new.bytes, world->new.len);
    sim_arm(&world->sim, 0, SIM_CUT_BEFORE, 1);
}

static void must(twin_err_t err)
{
    if (err != TWIN_OK) {
        abort();
    }
}

void world_store(struct world *world, const struct test_image *image)
{
    const struct twin_slots *slots = &world->config.slots;
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    for (uint32_t off = area->len; off > 0;) {
        off -= slots->sector_bytes;
        if (!twin_area_is_blank(area, off, slots->sector_bytes)) {
            must(twin_area_erase(area, off, slots->sector_bytes));
        }
    }
    for (uint32_t done = 0; done < image->len; done += area->flash->write_bytes) {
        uint32_t left = image->len - done;
        uint32_t part = left < area->flash->write_bytes ? left : area->flash->write_bytes;
        memcpy(unit, image->bytes + done, part);
        must(twin_area_write_padded(area, twin_slots_update_off(slots) + done, unit, part));
    }
}

struct world_boot world_boot(struct world *world)
{
    struct world_boot result = {.status = TWIN_BOOT_AGAIN};
    struct twin_boot boot;

    memset(world->events, 0, sizeof(world->events));
    if (twin_boot_init(&boot, &world->config) != TWIN_OK) {
        return (struct world_boot){.status = TWIN_BOOT_STOP};
    }
    if (setjmp(world->sim.power_lost) != 0) {
        return (struct world_boot){.status = TWIN_BOOT_AGAIN, .power_lost = true};
    }
    for (world->steps = 0; result.status == TWIN_BOOT_AGAIN; world->steps++) {
        uint32_t ops = world->sim.ops;
        if (world->steps == steps_max(world)) { /* promised to end before */
            world->sim.violations++;
            break;
        }
        result.status = twin_boot_step(&boot);
        world->sim.violations += world->sim.ops > ops + 1; /* promised: one at most */
    }
    result.major = boot.handover.version.major;
    result.unconfirmed = boot.handover.unconfirmed;
    result.attempt = boot.handover.attempt;
    return result;
}

bool world_slot_holds(const struct world *world, enum twin_slot slot, uint32_t off,
                      const struct test_image *image)
{
    const uint8_t *at = &world->sim.mem[world->config.slots.area[slot].addr + off];

    return memcmp(at, image->bytes, image->len) == 0;
}

static bool starts(struct world *world, const struct test_image *image, bool unconfirmed)
{
    struct world_boot boot = world_boot(world);

    return boot.status == TWIN_BOOT_START && boot.unconfirmed == unconfirmed &&
           world_slot_holds(world, TWIN_PRIMARY, 0, image);
}

const char *world_update_fault(struct world *world)
{
    const struct twin_slots *slots = &world->config.slots;
    struct twin_slots_state state;

    (void)!twin_slots_confirm(slots); /* not needed, when the trailer cannot be read */
    twin_slots_read(slots, &state);
    if (state.plan != TWIN_PLAN_NONE) {
        return "not ready for an upload";
    }
    world_store(world, &world->next);
    if (twin_slots_request(slots, false) != TWIN_OK || !starts(world, &world->next, true)) {
        return "the next update does not come";
    }
    if (twin_slots_confirm(slots) != TWIN_OK || !starts(world, &world->next, false)) {
        return "the next update cannot be confirmed";
    }
    return NULL;
}
