/*
 * recover.c - when nothing can be started: ask for the image in the secondary, if there is a good
 * one. A bootloader that wants it calls twin_boot_recover(). SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

/* Is a good image at this offset of the secondary? */
static bool is_good(const struct twin_boot_config *config, uint32_t off)
{
    struct twin_area area = config->slots->area[TWIN_SECONDARY];
    struct twin_image image;

    area.addr += off;
    area.len -= off;
    return twin_boot_moving_validate(config, &area, twin_slots_image_max(config->slots), false,
                                     &image) == TWIN_OK;
}

twin_err_t twin_boot_recover(const struct twin_boot_config *config)
{
    const struct twin_slots *slots = config->slots;
    struct twin_image image;

    if (slots->mode->row_count == 0 || twin_boot_primary_validate(config, &image) == TWIN_OK) {
        return TWIN_E_STATE;
    }
    if (is_good(config, twin_slots_update_off(slots))) {
        return twin_slots_request(slots, true);
    }
    return is_good(config, 0) ? twin_slots_request_previous(slots) : TWIN_E_NOT_FOUND;
}
