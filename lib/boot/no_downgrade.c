/*
 * no_downgrade.c - the rules by which a bootloader refuses a step back, and what they ask of the
 * flash while nothing is under way. A program links this when it names one of them.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

/* May a primary's trailer that cannot be read be erased? Not while it may tell of a swap or a trial
 * to somebody who can read it. */
static bool is_unread_at_rest(const struct twin_boot *boot)
{
    struct twin_image image;

    return boot->priv.state.trailer[TWIN_PRIMARY].copy_done == TWIN_UNSET &&
           twin_boot_primary_validate(boot->priv.config, &image) == TWIN_OK;
}

/*
 * Where downgrades are forbidden, the primary's trailer never rests without image_ok and magic.
 * Then a revert's request beside another trailer is one that a trial has begun, and the version
 * rule can hold for all others (docs/design.md). Written once, before the start of a good image.
 */
static enum twin_boot_status at_rest(struct twin_boot *boot)
{
    const struct twin_trailer *primary = &boot->priv.state.trailer[TWIN_PRIMARY];

    if ((primary->magic == TWIN_SET && primary->image_ok != TWIN_UNSET) ||
        boot->priv.state.trailer[TWIN_SECONDARY].unreadable ||
        (primary->unreadable && !is_unread_at_rest(boot))) {
        return twin_boot_start_primary(boot);
    }
    /* Remains of another trailer must not become whole by this magic. */
    if (primary->magic == TWIN_BAD || primary->swap_type != TWIN_SWAP_NONE || primary->unreadable) {
        return twin_boot_swap_erase(boot, TWIN_PRIMARY);
    }
    twin_err_t err = twin_trailer_write(
        boot->priv.slots, TWIN_PRIMARY,
        primary->image_ok == TWIN_UNSET ? TWIN_FIELD_IMAGE_OK : TWIN_FIELD_MAGIC, 0);
    return err == TWIN_OK ? TWIN_BOOT_AGAIN : twin_boot_start_primary(boot);
}

const struct twin_boot_rule twin_boot_no_downgrade_version = {twin_downgrade_version, at_rest};
const struct twin_boot_rule twin_boot_no_downgrade_build = {twin_downgrade_build, at_rest};
const struct twin_boot_rule twin_boot_no_downgrade_counter = {twin_downgrade_counter, at_rest};
