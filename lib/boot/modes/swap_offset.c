/*
 * swap_offset.c - the mode in which each sector moves once.
 *
 * The update stands one sector further in the secondary than it will in the primary. Forward, each
 * sector of the primary goes to the same place of the secondary, which is free, and then that of
 * the update into the primary, from the lowest up; a revert goes the other way, from the highest
 * down. Afterwards the old image stands at the start of the secondary.
 * Spec: docs/spec-image.md sections 7 to 9. SPDX-License-Identifier: Apache-2.0
 */
#include "../boot_priv.h"

static const struct operation script[] = {
    /* A revert is decided by the primary's trailer, which is about to be erased. So the decision
     * is put into the secondary's first: a copy_done there, and only then the magic. */
    {SCRIPT_REVERT | FOR_REVERT, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_COPY_DONE},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_TLV_SIZES},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_REVERT | FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_MAGIC},
    {SCRIPT_REVERT | FOR_REVERT, OP_CHECK, TWIN_SECONDARY, TWIN_FIELD_COPY_DONE},
    /* From here the request stands in the secondary until the primary's trailer is whole; a cut
     * before that begins here again. The magic makes it whole. */
    {SCRIPT_TAKE | FOR_ALL, OP_ERASE_TRAILER, TWIN_PRIMARY, 0},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO},
    {SCRIPT_TAKE | FOR_PERM, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_TLV_SIZES},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE},
    {SCRIPT_TAKE | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_MAGIC},
    {SCRIPT_TAKE | FOR_ALL, OP_CHECK, TWIN_PRIMARY, 0},
    /* From here the primary's trailer says what is under way. */
    {SCRIPT_MOVE | FOR_ALL, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {SCRIPT_MOVE | FOR_ALL, OP_MOVES, 0, 0},
    /* The old image must not be found in the secondary again; the failed one stays, one sector
     * in, for whoever wants to look at it. */
    {SCRIPT_MOVE | FOR_REVERT, OP_ERASE_FIRST, TWIN_SECONDARY, 0},
    /* Only flags from here. */
    {SCRIPT_FLAGS | FOR_PERM | FOR_REVERT, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {SCRIPT_FLAGS | FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_COPY_DONE},
    {SCRIPT_FLAGS | FOR_ALL, OP_END, 0, 0},
};

static bool is_revert(const struct twin_boot *boot)
{
    return boot->priv.type == TWIN_SWAP_REVERT;
}

static uint32_t move_count(const struct twin_boot *boot)
{
    return 2 * twin_boot_sector_count(boot);
}

/* Which sector it is that this pair of moves is for. */
static uint32_t turn(const struct twin_boot *boot, uint32_t pair)
{
    return is_revert(boot) ? twin_boot_sector_count(boot) - 1 - pair : pair;
}

/* For every sector two moves, that of the leaving image and that of the arriving one. Of the two
 * places in the secondary the update has the higher one. */
static struct move move_at(const struct twin_boot *boot, uint32_t index)
{
    bool arriving = index % 2 != 0;
    uint32_t sector = turn(boot, index / 2);
    struct place primary = {TWIN_PRIMARY, sector};
    struct place secondary = {TWIN_SECONDARY, sector + (arriving != is_revert(boot))};

    return (struct move){.from = arriving ? secondary : primary,
                         .to = arriving ? primary : secondary,
                         .status = index,
                         .value = 1u + arriving};
}

static struct place place_of(const struct twin_boot *boot, bool arriving, uint32_t sector)
{
    uint32_t index = 2 * turn(boot, sector) + arriving;
    struct move move = move_at(boot, index);

    return boot->priv.move > index ? move.to : move.from;
}

const struct twin_boot_mode twin_boot_swap_offset = {
    .facts = &twin_mode_swap_offset,
    .look = twin_boot_swap_look,
    .script = script,
    .step = twin_boot_swap_step,
    .move_count = move_count,
    .move_at = move_at,
    .place_of = place_of,
};
