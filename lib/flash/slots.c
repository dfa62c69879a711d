/*
 * slots.c - geometry of the two slots, and what their trailers together say comes next.
 *
 * What is different from mode to mode is data of the mode. SPDX-License-Identifier: Apache-2.0
 */
#include "flash_priv.h"
#include "twin/bytes.h"

struct twin_slots twin_slots_seen_from(const struct twin_slots *slots, enum twin_slot running)
{
    struct twin_slots seen = *slots;

    seen.area[TWIN_PRIMARY] = slots->area[running];
    seen.area[TWIN_SECONDARY] = slots->area[1 - running];
    return seen;
}

/* Bytes of this slot that an image may use. */
static uint32_t room(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_trailer_sector_off(slots, slot) - slots->mode->spare[slot] * slots->sector_bytes;
}

uint32_t twin_slots_image_max(const struct twin_slots *slots)
{
    return slots->mode->image_max(slots);
}

uint32_t twin_sectors_image_max(const struct twin_slots *slots)
{
    uint32_t primary = room(slots, TWIN_PRIMARY), secondary = room(slots, TWIN_SECONDARY);

    return primary < secondary ? primary : secondary;
}

uint32_t twin_flags_image_max(const struct twin_slots *slots)
{
    uint32_t primary = twin_trailer_off(slots, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO);
    uint32_t secondary = twin_trailer_off(slots, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO);

    return primary < secondary ? primary : secondary;
}

uint32_t twin_slots_update_off(const struct twin_slots *slots)
{
    return slots->mode->update_sector * slots->sector_bytes;
}

/*
 * Does a whole trailer without copy_done tell of a swap? Nothing but a confirmation writes the
 * image_ok of a test before its end: then somebody saw the primary run, and it stays.
 */
static bool is_swapping(const struct twin_trailer *p)
{
    return p->swap_type != TWIN_SWAP_NONE &&
           !(p->swap_type == TWIN_SWAP_TEST && p->image_ok != TWIN_UNSET);
}

static bool row_matches(const struct twin_plan_row *row, const uint8_t flags[TWIN_COLUMN_COUNT])
{
    for (unsigned i = 0; i < TWIN_COLUMN_COUNT; i++) {
        if ((row->want[i] >> flags[i] & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* Is the request one to go back? */
static enum twin_flag back(const struct twin_mode *mode, const struct twin_trailer *s)
{
    return mode->back == TWIN_FIELD_COPY_DONE ? s->copy_done
           : s->swap_type == TWIN_SWAP_REVERT ? TWIN_SET
                                              : TWIN_UNSET;
}

static enum twin_plan decide(const struct twin_mode *mode, const struct twin_trailer *p,
                             const struct twin_trailer *s)
{
    const uint8_t flags[TWIN_COLUMN_COUNT] = {
        [TWIN_P_MAGIC] = (uint8_t)p->magic,    [TWIN_S_MAGIC] = (uint8_t)s->magic,
        [TWIN_P_OK] = (uint8_t)p->image_ok,    [TWIN_S_OK] = (uint8_t)s->image_ok,
        [TWIN_P_DONE] = (uint8_t)p->copy_done, [TWIN_S_BACK] = (uint8_t)back(mode, s),
        [TWIN_P_SWAP] = is_swapping(p),        [TWIN_P_READ] = !p->unreadable,
    };

    for (unsigned i = 0; i < mode->row_count; i++) {
        if (row_matches(&mode->rows[i], flags)) {
            return (enum twin_plan)mode->rows[i].plan;
        }
    }
    return TWIN_PLAN_NONE;
}

void twin_slots_read(const struct twin_slots *slots, struct twin_slots_state *state)
{
    twin_trailer_read(slots, TWIN_PRIMARY, &state->trailer[TWIN_PRIMARY]);
    twin_trailer_read(slots, TWIN_SECONDARY, &state->trailer[TWIN_SECONDARY]);
    state->plan =
        decide(slots->mode, &state->trailer[TWIN_PRIMARY], &state->trailer[TWIN_SECONDARY]);
}

/* Erase what an earlier request, which power cut short, left of itself. */
static twin_err_t clear_request(const struct twin_slots *slots)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint32_t fields = twin_trailer_off(slots, TWIN_SECONDARY, TWIN_FIELD_SWAP_SIZE);

    return twin_area_is_blank(area, fields, area->len - fields)
               ? TWIN_OK
               : twin_trailer_erase(slots, TWIN_SECONDARY);
}

const struct twin_swap_request twin_swap_request_test = {TWIN_PLAN_TEST, TWIN_SWAP_TEST,
                                                         TWIN_FIELD_MAGIC};
const struct twin_swap_request twin_swap_request_permanent = {TWIN_PLAN_PERM, TWIN_SWAP_PERM,
                                                              TWIN_FIELD_IMAGE_OK};

/* The magic makes a request valid, so it comes last. */
static twin_err_t write_request(const struct twin_slots *slots,
                                const struct twin_swap_request *request)
{
    TWIN_TRY(clear_request(slots));
    if (request->flag != TWIN_FIELD_MAGIC) {
        TWIN_TRY(
            twin_trailer_write(slots, TWIN_SECONDARY, (enum twin_trailer_field)request->flag, 0));
    }
    TWIN_TRY(twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO, request->type));
    return twin_trailer_write(slots, TWIN_SECONDARY, TWIN_FIELD_MAGIC, 0);
}

static twin_err_t make_request(const struct twin_slots *slots, const struct twin_slots_state *state,
                               const struct twin_swap_request *request)
{
    if (state->plan == request->plan) {
        return TWIN_OK;
    }
    if (state->plan != TWIN_PLAN_NONE) {
        return TWIN_E_STATE;
    }
    /* Its place is erased by now: a field that does not read so is a fault of the flash. */
    twin_err_t err = write_request(slots, request);
    return err == TWIN_E_STATE ? TWIN_E_IO : err;
}

twin_err_t twin_slots_request(const struct twin_slots *slots, bool permanent)
{
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    return make_request(slots, &state,
                        permanent ? &twin_swap_request_permanent : &twin_swap_request_test);
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
    return make_request(slots, &state, slots->mode->previous);
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
