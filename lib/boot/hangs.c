/*
 * hangs.c - a confirmed image that hangs or faults at every start: counts them, and asks for the
 * image in the other slot. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/hangs.h"
#include "boot_priv.h"
#include <string.h>

bool twin_boot_hangs_begin(struct twin_boot_hangs *hangs, enum twin_boot_end end, unsigned limit)
{
    const bool hung = end == TWIN_BOOT_END_CRASH && hangs->is_open;

    if (end == TWIN_BOOT_END_POWER) {
        memset(hangs, 0, sizeof(*hangs));
    }
    hangs->is_open = false;
    hangs->count = (uint8_t)(hung ? hangs->count + (hangs->count < UINT8_MAX) : 0);
    return hangs->count >= limit && !hangs->is_replaced;
}

void twin_boot_hangs_replaced(struct twin_boot_hangs *hangs)
{
    hangs->count = 0;
    hangs->is_replaced = true;
}

void twin_boot_hangs_start(struct twin_boot_hangs *hangs, const struct twin_boot_handover *handover)
{
    hangs->is_open = !handover->unconfirmed;
    hangs->slot = handover->slot;
}

/* Is it another image than the one in the primary? One whose hash cannot be read is not. */
static bool is_other(const struct twin_boot_config *config, const struct twin_image *image)
{
    const struct twin_hash_alg *alg = config->alg->hash;
    uint8_t here[TWIN_HASH_MAX], there[TWIN_HASH_MAX];
    struct twin_image running;

    return twin_image_open(&running, &config->slots->area[TWIN_PRIMARY], 0,
                           twin_slots_image_max(config->slots)) == TWIN_OK &&
           twin_image_hash_read(&running, alg, here) == TWIN_OK &&
           twin_image_hash_read(image, alg, there) == TWIN_OK && memcmp(here, there, alg->len) != 0;
}

/* Is there an image at this offset of the secondary that nothing would refuse? What is refused
 * costs flash. */
static bool is_wanted(const struct twin_boot_config *config, uint32_t off)
{
    struct twin_area area = config->slots->area[TWIN_SECONDARY];
    struct twin_image image;

    area.addr += off;
    area.len -= off;
    return (off == 0 || !twin_boot_is_misplaced(config)) &&
           twin_boot_moving_validate(config, &area, twin_slots_image_max(config->slots), true,
                                     &image) == TWIN_OK &&
           is_other(config, &image);
}

twin_err_t twin_boot_replace(const struct twin_boot_config *config, enum twin_slot running)
{
    struct twin_boot_config seen = *config;
    struct twin_slots slots;
    struct twin_slots_state state;

    TWIN_TRY(twin_slots_check(config->slots));
    slots = twin_slots_seen_from(config->slots, running);
    seen.slots = &slots;
    twin_slots_read(&slots, &state);
    if (slots.mode->row_count == 0 || state.plan != TWIN_PLAN_NONE) {
        return TWIN_E_STATE;
    }
    if (is_wanted(&seen, twin_slots_update_off(&slots))) {
        return twin_slots_request(&slots, false);
    }
    return is_wanted(&seen, 0) ? twin_slots_request_previous(&slots) : TWIN_E_NOT_FOUND;
}
