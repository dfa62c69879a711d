/*
 * recover.c - when nothing can be started: begin to bring the image of the secondary, if there is a
 * good one. A bootloader that wants it calls twin_boot_recover().
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

/*
 * Nobody is asked for a swap: a request would have to be written, and power that fails in it may
 * leave a trailer that only an erase heals, in a sector that in swap-scratch holds the end of the
 * one good image. Until the primary's trailer is whole the next start begins again.
 */
static twin_err_t begin_swap(struct twin_boot *boot)
{
    static const uint8_t plans[] = {TWIN_PLAN_PERM, TWIN_PLAN_PREVIOUS};

    for (unsigned i = 0; i < TWIN_COUNT(plans); i++) {
        boot->priv.state.plan = (enum twin_plan)plans[i];
        if (twin_boot_swap_plan(boot) == TWIN_OK) {
            (void)twin_boot_swap_enter(boot, SCRIPT_TAKE);
            return TWIN_OK;
        }
    }
    return TWIN_E_NOT_FOUND;
}

/* Where an update overwrites, a primary that does not verify has no version. */
static twin_err_t ask(struct twin_boot *boot)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_slots *slots = boot->priv.slots;
    struct twin_image image;

    if (twin_boot_moving_validate(config, &slots->area[TWIN_SECONDARY], twin_slots_image_max(slots),
                                  false, &image) != TWIN_OK) {
        return TWIN_E_NOT_FOUND;
    }
    boot->priv.next = boot->priv.mode->look;
    return twin_slots_request(slots, true);
}

/* Has nothing else been decided? A trial that comes here is not good, and nothing is left to go
 * back to: only its trailer is in the way. */
static bool is_open(enum twin_plan plan)
{
    return plan == TWIN_PLAN_NONE || plan == TWIN_PLAN_TRIAL;
}

twin_err_t twin_boot_recover(struct twin_boot *boot)
{
    const struct twin_boot_mode *mode = boot->priv.mode;
    struct twin_image image;

    if (mode->facts->row_count == 0 || !is_open(boot->priv.state.plan) ||
        twin_boot_primary_validate(boot->priv.config, &image) == TWIN_OK) {
        return TWIN_E_STATE;
    }
    return mode->script != NULL ? begin_swap(boot) : ask(boot);
}
