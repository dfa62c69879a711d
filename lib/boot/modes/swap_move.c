/*
 * swap_move.c - the mode that needs one spare sector of the primary, and no other room.
 *
 * First the primary's image moves one sector up, from its highest sector on. Then, from the lowest
 * up, each sector of the update goes to its place in the primary, and the one that has moved up
 * goes to where the update's was. A revert is the same swap once more.
 * Spec: docs/spec-image.md sections 7 to 9. SPDX-License-Identifier: Apache-2.0
 */
#include "../boot_priv.h"

static const struct operation script[] = {
    /* A revert is decided by the primary's trailer, which is about to be erased. So the decision
     * is put into the secondary's first. MCUboot takes it for a permanent request. */
    {SCRIPT_REVERT | FOR_REVERT, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_MAGIC},
    {SCRIPT_REVERT | FOR_REVERT, OP_CHECK, TWIN_SECONDARY, 0},
    /* From here the request stands in the secondary until the primary's trailer is whole; a cut
     * before that begins here again. The magic makes it whole. */
    {SCRIPT_TAKE | FOR_ALL, OP_ERASE_TRAILER, TWIN_PRIMARY, 0},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_TAKE | FOR_PERM, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_MAGIC},
    {SCRIPT_TAKE | FOR_ALL, OP_CHECK, TWIN_PRIMARY, 0},
    /* From here the primary's trailer says what is under way. */
    {SCRIPT_MOVE | FOR_ALL, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {SCRIPT_MOVE | FOR_ALL, OP_MOVES, 0, 0},
    /* Only flags from here. */
    {SCRIPT_FLAGS | FOR_PERM | FOR_REVERT, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_FLAGS | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_COPY_DONE},
    {SCRIPT_FLAGS | FOR_ALL, OP_END, 0, 0},
};

static uint32_t move_count(const struct twin_boot *boot)
{
    return 3 * twin_boot_sector_count(boot);
}

/* The moves up have a status unit each, from the first on; the others begin behind max_sectors. */
static struct move move_at(const struct twin_boot *boot, uint32_t index)
{
    const uint32_t count = twin_boot_sector_count(boot);
    const uint32_t sector = (index - count) / 2;
    const uint32_t status = boot->priv.slots->max_sectors + index - count;

    if (index < count) {
        return (struct move){
            {TWIN_PRIMARY, count - 1 - index}, {TWIN_PRIMARY, count - index}, index, 1};
    }
    if ((index - count) % 2 == 0) {
        return (struct move){{TWIN_SECONDARY, sector}, {TWIN_PRIMARY, sector}, status, 1};
    }
    return (struct move){{TWIN_PRIMARY, sector + 1}, {TWIN_SECONDARY, sector}, status, 2};
}

static struct place place_of(const struct twin_boot *boot, bool arriving, uint32_t sector)
{
    const uint32_t count = twin_boot_sector_count(boot), done = boot->priv.move;
    const bool is_up = done > count - 1 - sector;
    const bool is_there = done > count + 2 * sector + !arriving;

    if (is_there) {
        return (struct place){arriving ? TWIN_PRIMARY : TWIN_SECONDARY, sector};
    }
    return arriving ? (struct place){TWIN_SECONDARY, sector}
                    : (struct place){TWIN_PRIMARY, sector + is_up};
}

const struct twin_boot_mode twin_boot_swap_move = {
    .facts = &twin_mode_swap_move,
    .look = twin_boot_swap_look,
    .script = script,
    .step = twin_boot_swap_step,
    .move_count = move_count,
    .move_at = move_at,
    .place_of = place_of,
};
