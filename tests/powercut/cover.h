/*
 * cover.h - which points a short run tries of the millions that there are: all that bring together
 * two traits which were not together before. So each kind of operation meets each kind of harm, and
 * both meet each scenario, in each mode; and the same points are tried in every run.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/rig.h"
#include <stdlib.h>
#include <string.h>

#define COVER_TRAITS 4 /* the device, the scenario, the kind of operation, the kind of harm */
#define COVER_VALUES 128

/* Pairs of traits that were met. */
struct cover {
    bool met[COVER_TRAITS][COVER_TRAITS][COVER_VALUES][COVER_VALUES];
};

/* Does a point bring a pair that is new? Then it counts as met. Device and scenario are a pair only
 * as far as is_sampled() takes it. */
static bool cover_wants(struct cover *cover, const unsigned traits[COVER_TRAITS])
{
    bool is_new = false;

    for (unsigned a = 0; a < COVER_TRAITS; a++) {
        for (unsigned b = a + 1; b < COVER_TRAITS; b++) {
            bool *met = &cover->met[a][b][traits[a]][traits[b]];
            is_new |= !*met;
            *met = true;
        }
    }
    return is_new;
}

/* Of devices and scenarios every fifth pair: each device meets each fifth scenario. */
#define SAMPLE_STEP 5
static bool is_sampled(size_t device, size_t scenario)
{
    return (device + scenario) % SAMPLE_STEP == 0;
}

/* Of the many writes of an upload, which are all alike, a long run tries some. The number has no
 * factor in common with those of cuts and faults. */
#define MANY_OPS    300
#define FEW_OF_MANY 67
static bool is_one_of_many(uint32_t ops, uint32_t point)
{
    return ops <= MANY_OPS || point % FEW_OF_MANY == 0;
}

/* ---- What the operations of a scenario are ---- */

enum op_place {
    PLACE_FIRST, /* sector of an image */
    PLACE_IMAGE,
    PLACE_CELLS, /* or what else lies between image and status area */
    PLACE_STATUS,
    PLACE_SWAP_SIZE,
    PLACE_TLV_SIZES,
    PLACE_SWAP_INFO,
    PLACE_COPY_DONE,
    PLACE_IMAGE_OK,
    PLACE_MAGIC,
    PLACE_COUNT
};

#define OPS_MAX 20000

struct op_log {
    struct rig *rig;
    uint32_t count;
    uint8_t
        kind[OPS_MAX]; /* enum op_place, + PLACE_COUNT * (slot + TWIN_SLOT_COUNT for an erase) */
    bool is_erase[OPS_MAX];
};

static enum op_place place_of(const struct twin_slots *slots, enum twin_slot slot, uint32_t off)
{
    const struct trailer_map map = trailer_map(slots, slot);
    const uint32_t starts[PLACE_COUNT] = {
        0,
        slots->sector_bytes,
        map.sector,
        map.status,
        map.swap_size,
        map.tlv_sizes,
        map.swap_info,
        map.copy_done,
        map.image_ok,
        map.magic & ~(slots->max_align - 1u),
    };
    unsigned place = PLACE_COUNT - 1;

    while (place > 0 && off < starts[place]) {
        place--;
    }
    return (enum op_place)place;
}

static void log_op(void *ctx, bool is_erase, uint32_t addr)
{
    struct op_log *log = ctx;
    const struct twin_slots *slots = &log->rig->slots;

    if (log->count == OPS_MAX) {
        abort();
    }
    for (unsigned slot = 0; slot < TWIN_SLOT_COUNT; slot++) {
        const struct twin_area *area = &slots->area[slot];
        if (area->flash != NULL && addr - area->addr < area->len) {
            enum op_place place = place_of(slots, (enum twin_slot)slot, addr - area->addr);
            log->kind[log->count] =
                (uint8_t)(place + PLACE_COUNT * (slot + (is_erase ? TWIN_SLOT_COUNT : 0)));
        }
    }
    log->is_erase[log->count++] = is_erase;
}

static void log_begin(struct op_log *log, struct rig *rig)
{
    log->rig = rig;
    log->count = 0;
    rig->sim.on_operation = log_op;
    rig->sim.on_operation_ctx = log;
}

static void log_end(struct op_log *log)
{
    log->rig->sim.on_operation = NULL;
}
