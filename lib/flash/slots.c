/*
 * slots.c - geometry of the two slots, and what their trailers together say comes next.
 *
 * Decisions are rows of a table: the reference's (docs/spec-image.md section 8), with the rows
 * that power cuts made necessary; each of those says why. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/slots.h"
#include "twin/bytes.h"

static uint32_t sector_count(const struct twin_slots *slots, enum twin_slot slot)
{
    return slots->area[slot].len / slots->sector_bytes;
}

static bool align_is_valid(const struct twin_slots *slots)
{
    uint32_t unit = slots->area[TWIN_PRIMARY].flash->write_bytes;

    return (slots->max_align == 8 || slots->max_align == 16 || slots->max_align == 32) &&
           unit != 0 && (unit & (unit - 1)) == 0 && unit <= slots->max_align &&
           slots->area[TWIN_SECONDARY].flash->write_bytes == unit &&
           slots->area[TWIN_SECONDARY].flash->erased == slots->area[TWIN_PRIMARY].flash->erased;
}

static bool area_is_valid(const struct twin_slots *slots, enum twin_slot slot)
{
    const struct twin_area *area = &slots->area[slot];
    uint32_t page = area->flash->page_bytes;

    return page != 0 && slots->sector_bytes != 0 && slots->sector_bytes % page == 0 &&
           area->addr % page == 0 && area->len % slots->sector_bytes == 0 &&
           area->addr <= area->flash->size && area->len <= area->flash->size - area->addr;
}

twin_err_t twin_slots_check(const struct twin_slots *slots)
{
    if (!area_is_valid(slots, TWIN_PRIMARY) || !area_is_valid(slots, TWIN_SECONDARY) ||
        !align_is_valid(slots)) {
        return TWIN_E_ARG;
    }
    uint32_t primary = sector_count(slots, TWIN_PRIMARY);
    uint32_t secondary = sector_count(slots, TWIN_SECONDARY);
    if (primary > slots->max_sectors || (secondary != primary && secondary != primary + 1)) {
        return TWIN_E_ARG;
    }
    /* The trailer, one sector of image, and the free sector of the secondary must fit. */
    struct twin_trailer_map map = twin_trailer_map(slots, TWIN_PRIMARY);
    if (map.magic >= slots->area[TWIN_PRIMARY].len || map.status >= map.magic ||
        map.sector < 2 * slots->sector_bytes) {
        return TWIN_E_ARG;
    }
    return TWIN_OK;
}

uint32_t twin_slots_image_max(const struct twin_slots *slots)
{
    uint32_t primary = twin_trailer_map(slots, TWIN_PRIMARY).sector;
    uint32_t secondary = twin_trailer_map(slots, TWIN_SECONDARY).sector - slots->sector_bytes;

    return primary < secondary ? primary : secondary;
}

/* What a row asks of a mark: bits of the values that it takes. */
enum want {
    UNSET = 1 << TWIN_UNSET,                 /* erased */
    WHOLE = 1 << TWIN_SET,                   /* exactly the value that is written: a torn
                                                magic or request is none */
    TOUCHED = 1 << TWIN_SET | 1 << TWIN_BAD, /* not erased: of a half-written flag the intent
                                                is known (docs/design.md) */
    NOT_WHOLE = 1 << TWIN_UNSET | 1 << TWIN_BAD,
    ANY = 1 << TWIN_UNSET | 1 << TWIN_SET | 1 << TWIN_BAD
};

/* Marks in the order of the rows' columns. The last two are no fields: the primary's trailer tells
 * of a swap, and all of it can be read. */
enum { P_MAGIC, S_MAGIC, P_OK, S_OK, P_DONE, S_DONE, P_SWAP, P_READ, MARK_COUNT };

struct row {
    uint8_t want[MARK_COUNT]; /* enum want */
    uint8_t plan;             /* enum twin_plan */
};

/* First match wins. */
static const struct row rows[] = {
    /* The primary's trailer is whole, the request is erased, the end is not reached. */
    {{WHOLE, NOT_WHOLE, ANY, ANY, UNSET, ANY, WHOLE, ANY}, TWIN_PLAN_RESUME},
    /* A copy_done in a request: back to the image at offset 0. When the primary is confirmed, no
     * trial can have asked for that; a trial's image_ok is erased, and an erase leaves it so, or
     * unreadable. */
    {{WHOLE, WHOLE, TOUCHED, UNSET, ANY, TOUCHED, ANY, WHOLE}, TWIN_PLAN_PREVIOUS},
    {{ANY, WHOLE, ANY, UNSET, ANY, TOUCHED, ANY, ANY}, TWIN_PLAN_REVERT},
    /* A torn image_ok in a request reads as a test: the choice that can be taken back. */
    {{ANY, WHOLE, ANY, NOT_WHOLE, ANY, ANY, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, WHOLE, ANY, WHOLE, ANY, ANY, ANY, ANY}, TWIN_PLAN_PERM},
    {{WHOLE, ANY, UNSET, ANY, TOUCHED, ANY, ANY, ANY}, TWIN_PLAN_TRIAL},
};

/*
 * Does a whole trailer without copy_done tell of a swap? Nothing but a confirmation writes the
 * image_ok of a test before its end: then somebody saw the primary run, and it stays.
 */
static bool is_swapping(const struct twin_trailer *p)
{
    return p->swap_type != TWIN_SWAP_NONE &&
           !(p->swap_type == TWIN_SWAP_TEST && p->image_ok != TWIN_UNSET);
}

static bool row_matches(const struct row *row, const uint8_t marks[MARK_COUNT])
{
    for (unsigned i = 0; i < MARK_COUNT; i++) {
        if ((row->want[i] >> marks[i] & 1) == 0) {
            return false;
        }
    }
    return true;
}

static enum twin_plan decide(const struct twin_trailer *p, const struct twin_trailer *s)
{
    const uint8_t marks[MARK_COUNT] = {
        [P_MAGIC] = (uint8_t)p->magic,    [S_MAGIC] = (uint8_t)s->magic,
        [P_OK] = (uint8_t)p->image_ok,    [S_OK] = (uint8_t)s->image_ok,
        [P_DONE] = (uint8_t)p->copy_done, [S_DONE] = (uint8_t)s->copy_done,
        [P_SWAP] = is_swapping(p),        [P_READ] = !p->unreadable,
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (row_matches(&rows[i], marks)) {
            return (enum twin_plan)rows[i].plan;
        }
    }
    return TWIN_PLAN_NONE;
}

void twin_slots_read(const struct twin_slots *slots, struct twin_slots_state *state)
{
    twin_trailer_read(slots, TWIN_PRIMARY, &state->trailer[TWIN_PRIMARY]);
    twin_trailer_read(slots, TWIN_SECONDARY, &state->trailer[TWIN_SECONDARY]);
    state->plan = decide(&state->trailer[TWIN_PRIMARY], &state->trailer[TWIN_SECONDARY]);
}

/* Erase what an earlier request, which power cut short, left of itself. */
static twin_err_t clear_request(const struct twin_slots *slots)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint32_t fields = twin_trailer_map(slots, TWIN_SECONDARY).swap_size;

    return twin_area_is_blank(area, fields, area->len - fields)
               ? TWIN_OK
               : twin_trailer_erase(slots, TWIN_SECONDARY);
}

/* The magic makes a request valid, so it comes last. */
static twin_err_t write_request(const struct twin_slots *slots, enum twin_swap_type type)
{
    if (type == TWIN_SWAP_REVERT) {
        TWIN_TRY(twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_COPY_DONE, 0));
    }
    TWIN_TRY(twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO, type));
    if (type == TWIN_SWAP_PERM) {
        TWIN_TRY(twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_IMAGE_OK, 0));
    }
    return twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
}

/* The request for a swap of this type; `wanted` is what it makes of the trailers. */
static twin_err_t request(const struct twin_slots *slots, const struct twin_slots_state *state,
                          enum twin_swap_type type, enum twin_plan wanted)
{
    if (state->plan == wanted) {
        return TWIN_OK;
    }
    if (state->plan != TWIN_PLAN_NONE) {
        return TWIN_E_STATE;
    }
    TWIN_TRY(clear_request(slots));
    return write_request(slots, type);
}

twin_err_t twin_slots_request(const struct twin_slots *slots, bool permanent)
{
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    return permanent ? request(slots, &state, TWIN_SWAP_PERM, TWIN_PLAN_PERM)
                     : request(slots, &state, TWIN_SWAP_TEST, TWIN_PLAN_TEST);
}

bool twin_slots_has_previous(const struct twin_slots_state *state)
{
    const struct twin_trailer *primary = &state->trailer[TWIN_PRIMARY];

    return primary->magic == TWIN_SET && primary->image_ok != TWIN_UNSET &&
           primary->copy_done != TWIN_UNSET && !primary->unreadable;
}

twin_err_t twin_slots_request_previous(const struct twin_slots *slots)
{
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    if (!twin_slots_has_previous(&state)) {
        return state.trailer[TWIN_PRIMARY].unreadable ? TWIN_E_IO : TWIN_E_STATE;
    }
    return request(slots, &state, TWIN_SWAP_REVERT, TWIN_PLAN_PREVIOUS);
}

twin_err_t twin_slots_withdraw(const struct twin_slots *slots)
{
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    switch (state.plan) {
    case TWIN_PLAN_NONE:
        return TWIN_OK;
    case TWIN_PLAN_TEST:
    case TWIN_PLAN_PERM:
    case TWIN_PLAN_PREVIOUS:
        return twin_trailer_erase(slots, TWIN_SECONDARY);
    case TWIN_PLAN_TRIAL:
    case TWIN_PLAN_REVERT:
    case TWIN_PLAN_RESUME:
        break;
    }
    return TWIN_E_STATE;
}

twin_err_t twin_slots_confirm(const struct twin_slots *slots)
{
    struct twin_trailer p;

    twin_trailer_read(slots, TWIN_PRIMARY, &p);
    /* A magic that is not whole, which power lost inside an erase leaves, puts nothing on trial. */
    if (p.magic != TWIN_SET) {
        return p.unreadable && p.copy_done != TWIN_UNSET ? TWIN_E_IO : TWIN_OK;
    }
    return p.image_ok == TWIN_UNSET
               ? twin_trailer_write(slots, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK, 0)
               : TWIN_OK;
}
