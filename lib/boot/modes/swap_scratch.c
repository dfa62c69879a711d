/*
 * swap_scratch.c - the mode that swaps by way of a scratch area: the one for slots whose sectors
 * are large, or of unequal size.
 *
 * Groups of as many sectors as the scratch area holds are swapped, from the end of the images to
 * their start: the update's goes to scratch, the primary's to the secondary, that of scratch to the
 * primary. An image may reach into the sector that the trailers begin in. Then that sector is in
 * the first group, whose swap erases both trailers: until it is done, a trailer in the scratch area
 * stands for the primary's. Otherwise that one only holds the decision while the primary's is
 * erased and written. Spec: docs/spec-image.md sections 7 to 9.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../boot_priv.h"
#include "twin/bytes.h"
#include <string.h>

#define MOVES 3 /* of each group */
#define TRIES 3 /* to begin a swap */

/* More looks than any flash that works can ask for. */
#define LOOKS_MAX 8

/* What OP_MOVES does, in the script's column of fields. */
enum todo { ERASE_ALL, ERASE_TRAILER_APART, SWAP_SHARED, COPY_STATUS, SWAP_GROUPS };

static const struct operation script[] = {
    /* The request, or the trial that is over, stands where it was until this trailer is whole. */
    {SCRIPT_TAKE | FOR_ALL, OP_MOVES, TWIN_SCRATCH, ERASE_ALL},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_SCRATCH, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_TAKE | FOR_PERM, OP_FIELD, TWIN_SCRATCH, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_SCRATCH, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_SCRATCH, TWIN_FIELD_MAGIC},
    {SCRIPT_TAKE | FOR_ALL, OP_CHECK, TWIN_SCRATCH, 0},
    /* Now it says what is under way. */
    {SCRIPT_TAKEN | FOR_ALL, OP_MOVES, TWIN_PRIMARY, ERASE_TRAILER_APART},
    {SCRIPT_FIRST | FOR_ALL, OP_MOVES, 0, SWAP_SHARED},
    {SCRIPT_FIRST | FOR_ALL, OP_MOVES, 0, COPY_STATUS},
    {SCRIPT_FIRST | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_FIRST | FOR_PERM, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_FIRST | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_FIRST | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_MAGIC},
    {SCRIPT_FIRST | FOR_ALL, OP_CHECK, TWIN_PRIMARY, 0},
    {SCRIPT_FIRST | FOR_ALL, OP_MOVES, TWIN_SCRATCH, ERASE_ALL},
    /* From here it is the primary's trailer. */
    {SCRIPT_MOVE | FOR_ALL, OP_MOVES, TWIN_SECONDARY, ERASE_TRAILER_APART},
    {SCRIPT_MOVE | FOR_ALL, OP_MOVES, 0, SWAP_GROUPS},
    /* Only flags from here. */
    {SCRIPT_FLAGS | FOR_PERM | FOR_REVERT, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_FLAGS | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_COPY_DONE},
    {SCRIPT_FLAGS | FOR_ALL, OP_END, 0, 0},
};

/* ---- Geometry ---- */

/* Sectors of both slots that are swapped together: first to end - 1. */
struct group {
    uint32_t first, end;
};

static uint32_t group_sectors(const struct twin_slots *slots)
{
    return slots->area[TWIN_SCRATCH].len / slots->sector_bytes;
}

/* They are counted from the end of the images. */
static struct group group_at(const struct twin_boot *boot, uint32_t index)
{
    const uint32_t sectors = group_sectors(boot->priv.slots);
    const uint32_t end = twin_boot_sector_count(boot) - index * sectors;

    return (struct group){end > sectors ? end - sectors : 0, end};
}

/* Does the first group reach into the trailers' sectors? */
static bool is_shared(const struct twin_boot *boot)
{
    return boot->priv.swap_size > twin_trailer_sector_off(boot->priv.slots, TWIN_PRIMARY);
}

static uint32_t move_count(const struct twin_boot *boot)
{
    const uint32_t sectors = group_sectors(boot->priv.slots);

    return MOVES * ((twin_boot_sector_count(boot) + sectors - 1) / sectors);
}

static struct move move_at(const struct twin_boot *boot, uint32_t index)
{
    const uint32_t first = group_at(boot, index / MOVES).first;
    const uint32_t number = index % MOVES;
    const struct place places[] = {{TWIN_SECONDARY, first}, {TWIN_SCRATCH, 0},
                                   {TWIN_PRIMARY, first},   {TWIN_SECONDARY, first},
                                   {TWIN_SCRATCH, 0},       {TWIN_PRIMARY, first}};

    return (struct move){places[2 * number], places[2 * number + 1], index, number + 1};
}

static struct place place_of(const struct twin_boot *boot, bool arriving, uint32_t sector)
{
    const uint32_t behind = twin_boot_sector_count(boot) - 1 - sector;
    const uint32_t index = behind / group_sectors(boot->priv.slots);
    const uint32_t move = boot->priv.move, start = MOVES * index;

    if (!arriving) {
        return (struct place){move >= start + 2 ? TWIN_SECONDARY : TWIN_PRIMARY, sector};
    }
    if (move > start && move < start + MOVES) {
        return (struct place){TWIN_SCRATCH, sector - group_at(boot, index).first};
    }
    return (struct place){move > start ? TWIN_PRIMARY : TWIN_SECONDARY, sector};
}

/* ---- Steps ---- */

/* Erase a range of sectors from its end, one in a step, and see that it is blank. */
static twin_err_t erase(struct twin_boot *boot, uint8_t slot, uint32_t from, uint32_t end,
                        bool *done)
{
    const struct twin_area *area = &boot->priv.slots->area[slot];
    const uint32_t sector = boot->priv.slots->sector_bytes;
    const uint32_t off = end - boot->priv.copied - sector;

    *done = end - boot->priv.copied <= from;
    if (*done) {
        boot->priv.copied = 0;
        return TWIN_OK;
    }
    if (!twin_area_is_blank(area, off, sector)) {
        TWIN_TRY(twin_area_erase(area, off, sector));
    }
    boot->priv.copied += sector;
    return twin_area_is_blank(area, off, sector) ? TWIN_OK : TWIN_E_IO;
}

static twin_err_t erase_trailer(struct twin_boot *boot, uint8_t slot, bool *done)
{
    const struct twin_slots *slots = boot->priv.slots;

    return erase(boot, slot, twin_trailer_sector_off(slots, (enum twin_slot)slot),
                 slots->area[slot].len, done);
}

/* Erase the target of a move. With the first group that is shared go the trailers; but in scratch
 * the trailer is written, and its target was erased before that. */
static twin_err_t erase_target(struct twin_boot *boot, const struct move *move)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct group group = group_at(boot, move->status / MOVES);
    const bool shared = move->status < MOVES && is_shared(boot);
    uint32_t end = group.end * slots->sector_bytes;
    bool done = true;

    if (move->to.slot == TWIN_SCRATCH || shared) {
        end = slots->area[move->to.slot].len;
    }
    if (move->to.slot != TWIN_SCRATCH || !shared) {
        TWIN_TRY(erase(boot, move->to.slot, move->to.sector * slots->sector_bytes, end, &done));
    }
    boot->priv.stage = done ? SWAP_STAGE_COPY : SWAP_STAGE_ERASE;
    return TWIN_OK;
}

/* Nothing beyond both images is copied: there may be the trailer, or starts may be counted. */
static uint32_t copy_len(const struct twin_boot *boot, uint32_t index)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct group group = group_at(boot, index / MOVES);
    const uint32_t end = group.end * slots->sector_bytes;
    const uint32_t used =
        twin_align_up(boot->priv.swap_size, slots->area[TWIN_PRIMARY].flash->write_bytes);

    return (end < used ? end : used) - group.first * slots->sector_bytes;
}

/* Copy one buffer-full. What is erased in the source is so in the target already. */
static twin_err_t copy(struct twin_boot *boot, const struct move *move)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_slots *slots = boot->priv.slots;
    const struct twin_area *from = &slots->area[move->from.slot];
    const uint32_t sector = slots->sector_bytes, off = boot->priv.copied;
    const uint32_t left = copy_len(boot, move->status) - off;
    const uint32_t part = left < config->buf_len ? left : config->buf_len;

    TWIN_TRY(twin_area_read(from, move->from.sector * sector + off, config->buf, part));
    if (!twin_flash_is_erased(from->flash, config->buf, part)) {
        TWIN_TRY(twin_area_write(&slots->area[move->to.slot], move->to.sector * sector + off,
                                 config->buf, part));
    }
    boot->priv.copied = part == left ? 0 : off + part;
    boot->priv.stage = part == left ? SWAP_STAGE_STATUS : SWAP_STAGE_COPY;
    return TWIN_OK;
}

/* Say in a slot's trailer that a move is done. A unit that the flash refuses does not stop the
 * swap: stopping would leave no image whole. */
static void write_status(const struct twin_boot *boot, enum twin_slot slot, uint32_t index)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct twin_area *area = &slots->area[slot];
    const uint32_t len = area->flash->write_bytes;
    const uint32_t off = slot == TWIN_SCRATCH ? twin_scratch_status_off(slots)
                                              : twin_trailer_status_off(slots, slot);
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    memset(unit, area->flash->erased, sizeof(unit));
    unit[0] = (uint8_t)(index % MOVES + 1);
    (void)!twin_area_write(area, off + index * len, unit, len);
}

/* A move is done. Of the last one of a shared group the status says nothing yet: that is in the
 * primary, whose trailer is not whole. */
static void end_move(struct twin_boot *boot)
{
    const uint32_t index = boot->priv.move;

    if (index >= MOVES || !is_shared(boot)) {
        write_status(boot, TWIN_PRIMARY, index);
    } else if (index + 1 < MOVES) {
        write_status(boot, TWIN_SCRATCH, index);
    }
    boot->priv.move++;
    boot->priv.moved = boot->priv.move;
    boot->priv.stage = SWAP_STAGE_ERASE;
}

/* Move until so many moves are done. */
static twin_err_t move_until(struct twin_boot *boot, uint32_t count, bool *done)
{
    *done = boot->priv.move >= count;
    if (*done) {
        return TWIN_OK;
    }
    const struct move move = move_at(boot, boot->priv.move);
    switch ((enum swap_stage)boot->priv.stage) {
    case SWAP_STAGE_ERASE:
        return erase_target(boot, &move);
    case SWAP_STAGE_COPY:
        return copy(boot, &move);
    case SWAP_STAGE_STATUS:
        end_move(boot);
        break;
    }
    return TWIN_OK;
}

/* Tell of a shared group in the primary, as if its status had always been there. */
static twin_err_t copy_status(struct twin_boot *boot, bool *done)
{
    *done = boot->priv.copied == MOVES || !is_shared(boot);
    if (*done) {
        boot->priv.copied = 0;
        return TWIN_OK;
    }
    write_status(boot, TWIN_PRIMARY, boot->priv.copied);
    boot->priv.copied++;
    return TWIN_OK;
}

static twin_err_t step(struct twin_boot *boot, const struct operation *operation, bool *done)
{
    const bool shared = is_shared(boot);

    switch (operation->field) {
    case ERASE_ALL:
        return erase(boot, operation->slot, 0, boot->priv.slots->area[operation->slot].len, done);
    case ERASE_TRAILER_APART:
        *done = shared;
        return shared ? TWIN_OK : erase_trailer(boot, operation->slot, done);
    case SWAP_SHARED:
        return move_until(boot, shared ? MOVES : 0, done);
    case COPY_STATUS:
        return copy_status(boot, done);
    default:
        return move_until(boot, move_count(boot), done);
    }
}

/* ---- What the trailers tell ---- */

/* Is the trailer's sector in use by the image of the primary, too? */
static bool primary_shares(const struct twin_boot *boot)
{
    struct twin_image image;

    return twin_boot_primary_validate(boot->priv.config, &image) == TWIN_OK &&
           image.total_len > twin_trailer_sector_off(boot->priv.slots, TWIN_PRIMARY);
}

/* Moves of a shared group that the scratch area's status tells of. */
static uint32_t read_status(const struct twin_boot *boot)
{
    const struct twin_area *scratch = &boot->priv.slots->area[TWIN_SCRATCH];
    const uint32_t off = twin_scratch_status_off(boot->priv.slots);
    const uint32_t len = scratch->flash->write_bytes;
    uint32_t moves = MOVES - 1;

    while (moves > 0 && twin_area_is_blank(scratch, off + (moves - 1) * len, len)) {
        moves--;
    }
    return moves;
}

static bool is_whole(const struct twin_boot *boot, bool arriving)
{
    struct twin_image image;

    return twin_boot_swap_validate(boot, arriving, false, &image) == TWIN_OK;
}

/* Is there a number of moves, from that of the status on, after which the flash is as it is? Sets
 * priv.move. A unit that the flash did not take may be missing in the status. */
static bool find_move(struct twin_boot *boot, bool both)
{
    const uint32_t last = is_shared(boot) ? MOVES - 1 : 0;

    for (boot->priv.move = last == 0 ? 0 : read_status(boot); boot->priv.move <= last;
         boot->priv.move++) {
        if (is_whole(boot, true) && (!both || is_whole(boot, false))) {
            return true;
        }
    }
    return false;
}

/*
 * Does the scratch area's trailer tell of a swap? It is believed as far as the flash bears it out:
 * an erase that power cut short may leave one beside the primary's, and what was copied last may
 * look like one. Of an image that was never whole only the other one can be seen; then at least the
 * primary must not tell of a swap.
 */
static bool scratch_tells(struct twin_boot *boot, const struct twin_trailer *scratch)
{
    const struct twin_trailer *primary = &boot->priv.state.trailer[TWIN_PRIMARY];

    boot->priv.type = (uint8_t)scratch->swap_type;
    boot->priv.swap_size = scratch->swap_size;
    if (scratch->swap_size == 0 || scratch->swap_size > twin_slots_image_max(boot->priv.slots)) {
        return false;
    }
    if (!find_move(boot, true) &&
        (boot->priv.state.plan == TWIN_PLAN_RESUME || !find_move(boot, false))) {
        return false;
    }
    /* Nobody begins the revert of a confirmed image. An erase that power cut short leaves the
     * image_ok of a trial erased, or unreadable. */
    return boot->priv.move > 0 || scratch->swap_type != TWIN_SWAP_REVERT ||
           primary->magic != TWIN_SET || primary->image_ok == TWIN_UNSET || primary->unreadable;
}

/* Is it the trailer of this image? */
static bool is_ours(const struct twin_slots *slots, const struct twin_trailer *scratch)
{
    uint8_t info;

    return scratch->magic == TWIN_SET && scratch->swap_type != TWIN_SWAP_NONE &&
           twin_area_read(&slots->area[TWIN_SCRATCH],
                          twin_trailer_off(slots, TWIN_SCRATCH, TWIN_FIELD_SWAP_INFO), &info,
                          1) == TWIN_OK &&
           info >> 4 == slots->image;
}

/* Go on where the scratch area tells. */
static enum twin_boot_status follow(struct twin_boot *boot)
{
    const uint32_t move = boot->priv.move;
    const bool shared = is_shared(boot);
    struct twin_image image;

    boot->priv.looks++;
    boot->handover = (struct twin_boot_handover){0};
    if (boot->priv.looks > LOOKS_MAX) {
        return twin_boot_start_primary(boot);
    }
    twin_err_t err =
        move > 0 ? TWIN_OK
                 : twin_boot_swap_validate(boot, true, boot->priv.type != TWIN_SWAP_REVERT, &image);
    if (err != TWIN_OK) {
        twin_boot_report(boot, TWIN_BOOT_EV_REFUSED, err);
        return twin_boot_swap_erase(boot, TWIN_SCRATCH);
    }
    /* It cannot be begun: behind the arriving image something cannot be read, which power lost in
     * an erase of that trailer leaves. Another erase heals it. */
    if (move == 0 && boot->priv.looks == TRIES) {
        return twin_boot_swap_erase(boot, TWIN_SECONDARY);
    }
    twin_boot_script_enter(boot, move > 0 ? SCRIPT_FIRST : shared ? SCRIPT_TAKE : SCRIPT_TAKEN);
    boot->priv.move = move;
    boot->priv.complete = false;
    boot->priv.next = twin_boot_swap_run;
    twin_boot_report(boot, TWIN_BOOT_EV_RESUME, move / MOVES);
    return TWIN_BOOT_AGAIN;
}

/* Where the primary tells of a swap, the first group is done if it is shared: the trailer was not
 * whole before. */
static enum twin_boot_status look_at_slots(struct twin_boot *boot)
{
    boot->priv.swap_size = boot->priv.state.trailer[TWIN_PRIMARY].swap_size;
    if (boot->priv.state.plan == TWIN_PLAN_RESUME && is_shared(boot) && boot->priv.moved < MOVES) {
        boot->priv.moved = MOVES;
    }
    enum twin_boot_status status = twin_boot_swap_look(boot);
    /* No trailer is worth the image that runs. */
    if (status == TWIN_BOOT_AGAIN && boot->priv.next == twin_boot_swap_erasing &&
        boot->priv.slot == TWIN_PRIMARY && primary_shares(boot)) {
        return twin_boot_start_primary(boot);
    }
    return status;
}

/* What the scratch area's trailer says comes first. */
static enum twin_boot_status look(struct twin_boot *boot)
{
    struct twin_slots_state *state = &boot->priv.state;
    struct twin_trailer scratch;

    twin_slots_read(boot->priv.slots, state);
    twin_trailer_read(boot->priv.slots, TWIN_SCRATCH, &scratch);
    if (!is_ours(boot->priv.slots, &scratch)) {
        return look_at_slots(boot);
    }
    if (scratch_tells(boot, &scratch)) {
        state->trailer[TWIN_PRIMARY] = scratch;
        state->plan = TWIN_PLAN_RESUME;
        return follow(boot);
    }
    return state->plan == TWIN_PLAN_RESUME ? look_at_slots(boot)
                                           : twin_boot_swap_erase(boot, TWIN_SCRATCH);
}

const struct twin_boot_mode twin_boot_swap_scratch = {
    .facts = &twin_mode_swap_scratch,
    .look = look,
    .script = script,
    .step = step,
    .move_count = move_count,
    .move_at = move_at,
    .place_of = place_of,
};
