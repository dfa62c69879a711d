/*
 * script.c - does the operations of a swap, from request to completion. Which they are is the
 * mode's: their order makes every point of it safe to be cut at. Each does nothing when it is done
 * already.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

void twin_boot_script_enter(struct twin_boot *boot, enum script_part part)
{
    const struct operation *script = boot->priv.mode->script;

    boot->priv.operation = 0;
    while (script[boot->priv.operation].when < part) {
        boot->priv.operation++;
    }
    boot->priv.move = 0;
    boot->priv.stage = 0;
    boot->priv.copied = 0;
    if (part != SCRIPT_MOVE) {
        boot->priv.moved = 0;
    }
}

static const struct operation *now(const struct twin_boot *boot)
{
    return &boot->priv.mode->script[boot->priv.operation];
}

bool twin_boot_script_is_complete(const struct twin_boot *boot)
{
    return now(boot)->when >= SCRIPT_FLAGS;
}

twin_err_t twin_boot_trailer_step(struct twin_boot *boot, enum twin_slot slot, bool *done)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct twin_area *area = &slots->area[slot];
    uint32_t off = area->len - boot->priv.copied - slots->sector_bytes;
    bool blank = twin_area_is_blank(area, off, slots->sector_bytes);

    if (!blank) {
        TWIN_TRY(twin_area_erase(area, off, slots->sector_bytes));
        blank = twin_area_is_blank(area, off, slots->sector_bytes);
    }
    *done = off <= twin_trailer_sector_off(slots, slot);
    boot->priv.copied = *done ? 0 : boot->priv.copied + slots->sector_bytes;
    return blank ? TWIN_OK : TWIN_E_IO;
}

/* What comes next destroys what this trailer replaces, so the flash must really hold it. */
static twin_err_t check_trailer(const struct twin_boot *boot, const struct operation *operation)
{
    const bool is_done = operation->field == TWIN_FIELD_COPY_DONE;
    struct twin_trailer trailer;

    twin_trailer_read(boot->priv.slots, (enum twin_slot)operation->slot, &trailer);
    return trailer.magic == TWIN_SET && trailer.swap_type == boot->priv.type &&
                   trailer.swap_size == boot->priv.swap_size &&
                   (trailer.copy_done != TWIN_UNSET) == is_done
               ? TWIN_OK
               : TWIN_E_IO;
}

static twin_err_t erase_first_sector(const struct twin_slots *slots, enum twin_slot slot)
{
    return twin_area_erase(&slots->area[slot], 0, slots->sector_bytes);
}

/* A field that is there already, even if power tore it, has been meant: see docs/design.md. */
static twin_err_t write_field(const struct twin_boot *boot, const struct operation *operation)
{
    uint32_t value = operation->field == TWIN_FIELD_SWAP_INFO   ? boot->priv.type
                     : operation->field == TWIN_FIELD_TLV_SIZES ? boot->priv.tlv_sizes
                                                                : boot->priv.swap_size;
    twin_err_t err = twin_trailer_write(boot->priv.slots, (enum twin_slot)operation->slot,
                                        (enum twin_trailer_field)operation->field, value);

    return err == TWIN_E_STATE ? TWIN_OK : err;
}

/* Do one operation, or a part of one; *next when it is complete. */
static twin_err_t do_operation(struct twin_boot *boot, const struct operation *operation,
                               bool *next)
{
    const struct twin_slots *slots = boot->priv.slots;
    const enum twin_slot slot = (enum twin_slot)operation->slot;

    *next = true;
    switch ((enum op)operation->op) {
    case OP_ERASE_TRAILER:
        return twin_boot_trailer_step(boot, slot, next);
    case OP_FIELD:
        return write_field(boot, operation);
    case OP_CHECK:
        return check_trailer(boot, operation);
    case OP_MOVES:
        return boot->priv.mode->step(boot, operation, next);
    case OP_ERASE_FIRST:
        return erase_first_sector(slots, slot);
    case OP_END:
        break;
    }
    return TWIN_OK;
}

twin_err_t twin_boot_script_step(struct twin_boot *boot, bool *done)
{
    const struct operation *operation = now(boot);
    bool next = true;

    *done = operation->op == OP_END;
    if (*done) {
        return TWIN_OK;
    }
    if ((operation->when >> boot->priv.type & 1u) != 0) {
        TWIN_TRY(do_operation(boot, operation, &next));
    }
    boot->priv.operation = (uint8_t)(boot->priv.operation + next);
    return TWIN_OK;
}
