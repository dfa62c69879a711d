/*
 * script.c - a swap from request to completion, as a list of operations in the order that makes
 * every point of it safe to be cut at. Each line does nothing when it is done already.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

enum op { OP_ERASE_TRAILER, OP_FIELD, OP_CHECK, OP_MOVES, OP_ERASE_FIRST, OP_END };

#define FOR_PERM   (1u << TWIN_SWAP_PERM)
#define FOR_REVERT (1u << TWIN_SWAP_REVERT)
#define FOR_ALL    (1u << TWIN_SWAP_TEST | FOR_PERM | FOR_REVERT)

struct line {
    uint8_t types; /* bits of the swap types that it is for */
    enum op op;
    enum twin_slot slot;
    enum twin_trailer_field field;
};

static const struct line script[] = {
    /* A revert is decided by the primary's trailer, which is about to be erased. So the decision
     * is put into the secondary's first: a copy_done there, and only then the magic. */
    {FOR_REVERT, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_COPY_DONE},
    {FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_INFO},
    {FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_TLV_SIZES},
    {FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_SWAP_SIZE},
    {FOR_REVERT, OP_FIELD, TWIN_SECONDARY, TWIN_FIELD_MAGIC},
    {FOR_REVERT, OP_CHECK, TWIN_SECONDARY, 0},
    /* From here the request stands in the secondary until the primary's trailer is whole; a cut
     * before that begins here again. The magic makes it whole. */
    {FOR_ALL, OP_ERASE_TRAILER, TWIN_PRIMARY, 0},
    {FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_INFO},
    {FOR_PERM, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_TLV_SIZES},
    {FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_SWAP_SIZE},
    {FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_MAGIC},
    {FOR_ALL, OP_CHECK, TWIN_PRIMARY, 0},
    /* From here the primary's trailer says what is under way. */
    {FOR_ALL, OP_ERASE_TRAILER, TWIN_SECONDARY, 0},
    {FOR_ALL, OP_MOVES, 0, 0},
    /* The old image must not be found in the secondary again; the failed one stays, one sector
     * in, for whoever wants to look at it. */
    {FOR_REVERT, OP_ERASE_FIRST, TWIN_SECONDARY, 0},
    {FOR_PERM | FOR_REVERT, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_IMAGE_OK},
    {FOR_ALL, OP_FIELD, TWIN_PRIMARY, TWIN_FIELD_COPY_DONE},
    {FOR_ALL, OP_END, 0, 0},
};

/* Lines at which the script can be entered. */
static const uint8_t entries[] = {[SCRIPT_REVERT] = 0, [SCRIPT_SWAP] = 7, [SCRIPT_RESUME] = 14};

/* The first line after all moves that only sets a flag. */
#define LINE_FLAGS 17

void twin_boot_script_enter(struct twin_boot *boot, enum script_entry entry)
{
    boot->priv.line = entries[entry];
    boot->priv.move = 0;
    boot->priv.stage = 0;
    boot->priv.copied = 0;
    if (entry != SCRIPT_RESUME) {
        boot->priv.moved = 0;
    }
}

bool twin_boot_script_is_complete(const struct twin_boot *boot)
{
    return boot->priv.line >= LINE_FLAGS;
}

twin_err_t twin_boot_trailer_step(struct twin_boot *boot, enum twin_slot slot, bool *done)
{
    const struct twin_slots *slots = boot->priv.config->slots;
    const struct twin_area *area = &slots->area[slot];
    uint32_t off = area->len - boot->priv.copied - slots->sector_bytes;
    bool blank = twin_area_is_blank(area, off, slots->sector_bytes);

    if (!blank) {
        TWIN_TRY(twin_area_erase(area, off, slots->sector_bytes));
        blank = twin_area_is_blank(area, off, slots->sector_bytes);
    }
    *done = off <= twin_trailer_map(slots, slot).sector;
    boot->priv.copied = *done ? 0 : boot->priv.copied + slots->sector_bytes;
    return blank ? TWIN_OK : TWIN_E_IO;
}

/* What comes next destroys what this trailer replaces, so the flash must really hold it. */
static twin_err_t check_trailer(const struct twin_boot *boot, enum twin_slot slot)
{
    struct twin_trailer trailer;

    twin_trailer_read(boot->priv.config->slots, slot, &trailer);
    return trailer.magic == TWIN_SET && trailer.swap_type == boot->priv.type &&
                   trailer.swap_size == boot->priv.swap_size &&
                   (trailer.copy_done != TWIN_UNSET) == (slot == TWIN_SECONDARY)
               ? TWIN_OK
               : TWIN_E_IO;
}

static twin_err_t erase_first_sector(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_area_erase(&slots->area[slot], 0, slots->sector_bytes);
}

/* A field that is there already, even if power tore it, has been meant: see docs/design.md. */
static twin_err_t write_field(const struct twin_boot *boot, const struct line *line)
{
    uint32_t value = line->field == TWIN_FIELD_SWAP_INFO   ? boot->priv.type
                     : line->field == TWIN_FIELD_TLV_SIZES ? boot->priv.tlv_sizes
                                                           : boot->priv.swap_size;
    twin_err_t err = twin_trailer_write(boot->priv.config->slots, line->slot, line->field, value);

    return err == TWIN_E_STATE ? TWIN_OK : err;
}

/* Do one line, or one operation of the moves; *next when the line is complete. */
static twin_err_t do_line(struct twin_boot *boot, const struct line *line, bool *next)
{
    const struct twin_slots *slots = boot->priv.config->slots;

    *next = true;
    switch (line->op) {
    case OP_ERASE_TRAILER:
        return twin_boot_trailer_step(boot, line->slot, next);
    case OP_FIELD:
        return write_field(boot, line);
    case OP_CHECK:
        return check_trailer(boot, line->slot);
    case OP_MOVES:
        return twin_boot_swap_step(boot, next);
    case OP_ERASE_FIRST:
        return erase_first_sector(slots, line->slot);
    case OP_END:
        break;
    }
    return TWIN_OK;
}

twin_err_t twin_boot_script_step(struct twin_boot *boot, bool *done)
{
    const struct line *line = &script[boot->priv.line];
    bool next = true;

    *done = line->op == OP_END;
    if (*done) {
        return TWIN_OK;
    }
    if ((line->types >> boot->priv.type & 1u) != 0) {
        TWIN_TRY(do_line(boot, line, &next));
    }
    boot->priv.line = (uint8_t)(boot->priv.line + next);
    return TWIN_OK;
}
