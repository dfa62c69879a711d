/*
 * swap.c - what to do next in a mode that swaps: look at the trailers, then swap, revert, or start
 * the primary. Spec: docs/spec-image.md section 8, docs/spec-boot-attempts.md section 3.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"
#include <string.h>

/* More looks than any flash that works can ask for: then the primary is started if it is good. */
#define LOOKS_MAX 8

/*
 * Did nobody confirm the image in the primary, by all that is known of it? Not only a trial: when
 * the flash refuses to work, the primary is started in the middle of a swap or before a revert.
 */
static bool is_unconfirmed(const struct twin_boot *boot)
{
    const struct twin_slots_state *state = &boot->priv.state;
    const struct twin_trailer *primary = &state->trailer[TWIN_PRIMARY];

    if (primary->magic == TWIN_SET && primary->copy_done != TWIN_UNSET) {
        return primary->image_ok == TWIN_UNSET;
    }
    if (state->plan == TWIN_PLAN_RESUME && primary->swap_type == TWIN_SWAP_TEST) {
        /* The first sector of the new image is there, or all of it. */
        return boot->priv.mode->place_of(boot, true, 0).slot == TWIN_PRIMARY;
    }
    /* Its trailer is erased for a revert, or says that one is under way and not complete. */
    return state->plan == TWIN_PLAN_REVERT ||
           (state->plan == TWIN_PLAN_RESUME && primary->swap_type == TWIN_SWAP_REVERT &&
            !boot->priv.complete);
}

/* Without counting: a confirmed image, one that was never swapped in, or the only one there is. */
enum twin_boot_status twin_boot_start_primary(struct twin_boot *boot)
{
    boot->handover.unconfirmed = is_unconfirmed(boot);
    return twin_boot_start_untried(boot);
}

/* ---- Phases: each says what comes next ---- */

/* A flash that is broken must not stop the device. */
enum twin_boot_status twin_boot_swap_erasing(struct twin_boot *boot)
{
    bool done = false;

    if (twin_boot_trailer_step(boot, (enum twin_slot)boot->priv.slot, &done) != TWIN_OK) {
        return twin_boot_start_primary(boot);
    }
    boot->priv.next = done ? boot->priv.mode->look : twin_boot_swap_erasing;
    return TWIN_BOOT_AGAIN;
}

enum twin_boot_status twin_boot_swap_erase(struct twin_boot *boot, enum twin_slot slot)
{
    boot->priv.next = twin_boot_swap_erasing;
    boot->priv.slot = (uint8_t)slot;
    boot->priv.copied = 0;
    return TWIN_BOOT_AGAIN;
}

/*
 * Withdraw what cannot be followed: the request, or a swap that has not moved anything yet. The
 * images stay for whoever wants to look at them.
 */
static enum twin_boot_status withdraw(struct twin_boot *boot, enum twin_slot slot, twin_err_t why)
{
    twin_boot_report(boot, TWIN_BOOT_EV_REFUSED, why);
    return twin_boot_swap_erase(boot, slot);
}

/* After an error of the flash the trailers are looked at again: all operations can be redone. */
enum twin_boot_status twin_boot_swap_run(struct twin_boot *boot)
{
    bool done = false;
    twin_err_t err = twin_boot_script_step(boot, &done);

    if (done) {
        boot->priv.swapped = true;
        twin_boot_report(boot, TWIN_BOOT_EV_SWAPPED, boot->priv.type);
    }
    if (done || err != TWIN_OK) {
        boot->priv.complete = twin_boot_script_is_complete(boot);
        boot->priv.next = boot->priv.mode->look;
    }
    return TWIN_BOOT_AGAIN;
}

/* May a swap of this type begin? Then its extent is known. */
static twin_err_t plan_swap(struct twin_boot *boot, enum twin_swap_type type, bool version_rule)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct twin_image arriving;

    boot->priv.type = (uint8_t)type;
    boot->priv.swap_size = twin_slots_image_max(config->slots);
    boot->priv.move = 0;
    if (type != TWIN_SWAP_REVERT && twin_boot_is_misplaced(config)) {
        return TWIN_E_STATE;
    }
    TWIN_TRY(twin_boot_swap_validate(boot, true, version_rule, &arriving));
    twin_boot_swap_measure(boot, &arriving);
    return TWIN_OK;
}

enum twin_boot_status twin_boot_swap_enter(struct twin_boot *boot, enum script_part part)
{
    boot->priv.next = twin_boot_swap_run;
    boot->priv.complete = false;
    twin_boot_script_enter(boot, part);
    twin_boot_report(boot, TWIN_BOOT_EV_SWAP, boot->priv.type);
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status look_none(struct twin_boot *boot)
{
    const struct twin_boot_rule *rule = boot->priv.config->no_downgrade;

    return rule == NULL ? twin_boot_start_primary(boot) : rule->at_rest(boot);
}

/* The version rule holds for all that no trial asks for. */
twin_err_t twin_boot_swap_plan(struct twin_boot *boot)
{
    static const uint8_t types[] = {
        [TWIN_PLAN_TEST] = TWIN_SWAP_TEST,
        [TWIN_PLAN_PERM] = TWIN_SWAP_PERM,
        [TWIN_PLAN_REVERT] = TWIN_SWAP_REVERT,
        [TWIN_PLAN_PREVIOUS] = TWIN_SWAP_REVERT,
    };
    enum twin_plan plan = boot->priv.state.plan;

    return plan_swap(boot, (enum twin_swap_type)types[plan], plan != TWIN_PLAN_REVERT);
}

static enum twin_boot_status look_request(struct twin_boot *boot)
{
    twin_err_t err = twin_boot_swap_plan(boot);

    return err == TWIN_OK ? twin_boot_swap_enter(boot, SCRIPT_TAKE)
                          : withdraw(boot, TWIN_SECONDARY, err);
}

/*
 * A trailer is believed only as far as the flash bears it out: power lost inside an erase of it, or
 * a bug, may leave one that tells of a swap that never was, or of another extent. Following that
 * would overwrite a good primary, and not following it must not keep updates out for ever.
 */
static twin_err_t check_swap(const struct twin_boot *boot)
{
    struct twin_image arriving, image;
    twin_err_t err =
        twin_boot_swap_validate(boot, true, boot->priv.type != TWIN_SWAP_REVERT, &arriving);

    if (boot->priv.move == 0) {
        return err;
    }
    /* When not even the primary is whole, nothing is lost by going on; nor when it is the arriving
     * image: then the leaving one may have been broken before (twin_boot_recover()). */
    if (twin_boot_primary_validate(boot->priv.config, &image) != TWIN_OK ||
        (err == TWIN_OK && memcmp(&image.header, &arriving.header, sizeof(image.header)) == 0)) {
        return TWIN_OK;
    }
    return err == TWIN_OK ? twin_boot_swap_validate(boot, false, false, &image) : err;
}

static enum twin_boot_status look_resume(struct twin_boot *boot)
{
    const struct twin_trailer *primary = &boot->priv.state.trailer[TWIN_PRIMARY];

    boot->priv.type = (uint8_t)primary->swap_type;
    boot->priv.swap_size = primary->swap_size;
    twin_boot_script_enter(boot, SCRIPT_MOVE);
    twin_err_t err = twin_boot_swap_resume(boot);
    if (err == TWIN_E_IO) { /* how far it went is not known */
        return twin_boot_start_primary(boot);
    }
    if (err == TWIN_OK) {
        err = check_swap(boot);
    }
    if (err != TWIN_OK) {
        return withdraw(boot, TWIN_PRIMARY, err);
    }
    boot->priv.next = twin_boot_swap_run;
    twin_boot_report(boot, TWIN_BOOT_EV_RESUME,
                     boot->priv.move / boot->priv.slots->mode->status_per_sector);
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status give_up(struct twin_boot *boot)
{
    twin_boot_report(boot, TWIN_BOOT_EV_GIVE_UP, 0);
    if (plan_swap(boot, TWIN_SWAP_REVERT, false) != TWIN_OK) {
        twin_boot_report(boot, TWIN_BOOT_EV_REVERT_IMPOSSIBLE, 0);
        return twin_boot_start_primary(boot);
    }
    return twin_boot_swap_enter(boot, SCRIPT_REVERT);
}

/* Try one cell; the next one in the next step. */
static enum twin_boot_status count_start(struct twin_boot *boot)
{
    twin_err_t err = twin_boot_attempts_count(boot->priv.slots, boot->priv.cell);

    boot->priv.cell++;
    if (err == TWIN_E_IO) {
        return TWIN_BOOT_AGAIN;
    }
    if (err != TWIN_OK && !boot->priv.swapped) {
        return give_up(boot);
    }
    twin_boot_report(boot, TWIN_BOOT_EV_ATTEMPT, boot->handover.attempt);
    return TWIN_BOOT_START;
}

/* Start an unconfirmed image once more, or take it out. Counting it is the last write before it. */
static enum twin_boot_status look_trial(struct twin_boot *boot)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct attempts attempts;
    struct twin_image image;

    twin_boot_attempts_read(config->slots, &attempts);
    uint8_t limit = config->attempts < attempts.cells ? config->attempts : attempts.cells;
    bool exhausted = attempts.revert_now || attempts.used >= limit;

    /* Just swapped in: it gets one start whatever the cells say, as MCUboot gives it. */
    if ((exhausted && !boot->priv.swapped) ||
        twin_boot_primary_validate(config, &image) != TWIN_OK) {
        return give_up(boot);
    }
    boot->handover.unconfirmed = true;
    boot->handover.attempt = (uint8_t)(attempts.used + 1);
    boot->handover.attempts = limit > 0 ? limit : 1;
    (void)twin_boot_hand_over(boot, &image);
    boot->priv.next = count_start;
    boot->priv.cell = attempts.used;
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status (*const look_fns[])(struct twin_boot *boot) = {
    [TWIN_PLAN_NONE] = look_none,        [TWIN_PLAN_TRIAL] = look_trial,
    [TWIN_PLAN_TEST] = look_request,     [TWIN_PLAN_PERM] = look_request,
    [TWIN_PLAN_REVERT] = look_request,   [TWIN_PLAN_RESUME] = look_resume,
    [TWIN_PLAN_PREVIOUS] = look_request,
};

/*
 * A swap is complete except that its copy_done cannot be written: once tried, that is no reason to
 * swap again. A test is on trial; of what is confirmed the trailer, which can only say so, goes.
 */
static enum twin_boot_status look_complete(struct twin_boot *boot)
{
    boot->priv.swapped = false; /* it may have been swapped in long ago: the cells count */
    return boot->priv.type == TWIN_SWAP_TEST ? look_trial(boot)
                                             : twin_boot_swap_erase(boot, TWIN_PRIMARY);
}

enum twin_boot_status twin_boot_swap_look(struct twin_boot *boot)
{
    struct twin_slots_state *state = &boot->priv.state;

    boot->priv.looks++;
    boot->handover = (struct twin_boot_handover){0};
    twin_slots_read(boot->priv.slots, state);
    if (boot->priv.looks > LOOKS_MAX) {
        return twin_boot_start_primary(boot);
    }
    if (state->plan == TWIN_PLAN_RESUME && boot->priv.complete) {
        return look_complete(boot);
    }
    return look_fns[state->plan](boot);
}
