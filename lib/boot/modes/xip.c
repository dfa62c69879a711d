/*
 * xip.c - direct-XIP: images run in the slot where they are. Each is linked for its slot, or for
 * any. Spec: docs/spec-image.md section 9. SPDX-License-Identifier: Apache-2.0
 */
#include "../pick.h"

/* An image that says which slot it was linked for runs there and nowhere else. */
static twin_err_t place(const struct twin_boot *boot, struct choice *choice)
{
    const struct twin_image_header *header = &choice->image.header;

    choice->runs = boot->priv.slots->area[choice->slot];
    return (header->flags & TWIN_IMAGE_ROM_FIXED) != 0 && header->load_addr != choice->runs.addr
               ? TWIN_E_UNSUPPORTED
               : TWIN_OK;
}

static enum twin_boot_status look(struct twin_boot *boot)
{
    static const struct pick pick = {place, twin_boot_rank_by_version, twin_boot_take};

    return twin_boot_pick(boot, &pick);
}

static enum twin_boot_status look_revert(struct twin_boot *boot)
{
    static const struct pick pick = {place, twin_boot_rank_by_trailer, twin_boot_take_revert};

    return twin_boot_pick(boot, &pick);
}

const struct twin_boot_mode twin_boot_xip = {.facts = &twin_mode_xip, .look = look};
const struct twin_boot_mode twin_boot_xip_revert = {.facts = &twin_mode_xip_revert,
                                                    .look = look_revert};
