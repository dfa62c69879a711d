/*
 * boot.c - what to do next: look at the trailers, then swap, revert, or start the primary.
 * Spec: docs/spec-image.md section 8, docs/spec-boot-attempts.md section 3.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

/* More looks than any flash that works can ask for: then the primary is started if it is good. */
#define LOOKS_MAX 8

enum phase { PHASE_LOOK, PHASE_SWAP };

static void report(const struct twin_boot *boot, enum twin_boot_event event, uint32_t arg)
{
    const struct twin_boot_config *config = boot->priv.config;

    if (config->log != NULL) {
        config->log(config->log_ctx, event, arg);
    }
}

twin_err_t twin_boot_init(struct twin_boot *boot, const struct twin_boot_config *config)
{
    TWIN_TRY(twin_slots_check(&config->slots));
    uint32_t unit = config->slots.area[TWIN_PRIMARY].flash->write_bytes;

    if (config->attempts < 1 || config->attempts > TWIN_BOOT_ATTEMPTS_MAX ||
        config->buf_len < TWIN_FLASH_WRITE_MAX || config->buf_len % unit != 0 ||
        config->key_count == 0) {
        return TWIN_E_ARG;
    }
    *boot = (struct twin_boot){.priv = {.config = config, .phase = PHASE_LOOK}};
    return TWIN_OK;
}

static enum twin_boot_status enter_swap(struct twin_boot *boot, enum twin_swap_type type,
                                        enum script_entry entry)
{
    twin_boot_swap_measure(boot, type);
    boot->priv.type = (uint8_t)type;
    boot->priv.phase = PHASE_SWAP;
    twin_boot_script_enter(boot, entry);
    report(boot, TWIN_BOOT_EV_SWAP, type);
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status hand_over(struct twin_boot *boot, const struct twin_image *image)
{
    boot->handover.image_addr = image->area->addr + image->off + image->header.hdr_size;
    boot->handover.image_len = image->header.img_size;
    boot->handover.version = image->header.version;
    return TWIN_BOOT_START;
}

/* A confirmed image, or one that was never swapped in. */
static enum twin_boot_status start_primary(struct twin_boot *boot)
{
    struct twin_image image;
    twin_err_t err = twin_boot_primary_validate(boot->priv.config, &image);

    if (err != TWIN_OK) {
        report(boot, TWIN_BOOT_EV_INVALID, err);
        return TWIN_BOOT_STOP;
    }
    return hand_over(boot, &image);
}

/*
 * Withdraw what cannot be followed: the request, or a swap that has not moved anything yet. The
 * images stay for whoever wants to look at them.
 */
static enum twin_boot_status withdraw(struct twin_boot *boot, enum twin_slot slot, twin_err_t why)
{
    report(boot, TWIN_BOOT_EV_REFUSED, why);
    if (twin_trailer_erase(&boot->priv.config->slots, slot) != TWIN_OK) {
        return start_primary(boot); /* a flash that is broken must not stop the device */
    }
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status refuse(struct twin_boot *boot, twin_err_t why)
{
    return withdraw(boot, TWIN_SECONDARY, why);
}

static enum twin_boot_status look_none(struct twin_boot *boot)
{
    return start_primary(boot);
}

static enum twin_boot_status take_update(struct twin_boot *boot, enum twin_swap_type type)
{
    twin_err_t err = twin_boot_update_validate(boot->priv.config);

    return err == TWIN_OK ? enter_swap(boot, type, SCRIPT_SWAP) : refuse(boot, err);
}

static enum twin_boot_status look_test(struct twin_boot *boot)
{
    return take_update(boot, TWIN_SWAP_TEST);
}

static enum twin_boot_status look_perm(struct twin_boot *boot)
{
    return take_update(boot, TWIN_SWAP_PERM);
}

static enum twin_boot_status look_revert(struct twin_boot *boot)
{
    twin_err_t err = twin_boot_old_validate(boot->priv.config);

    return err == TWIN_OK ? enter_swap(boot, TWIN_SWAP_REVERT, SCRIPT_SWAP) : refuse(boot, err);
}

/* The application wants the previous image back: no trial, so the version rule holds. */
static enum twin_boot_status look_previous(struct twin_boot *boot)
{
    twin_err_t err = twin_boot_previous_validate(boot->priv.config);

    return err == TWIN_OK ? enter_swap(boot, TWIN_SWAP_REVERT, SCRIPT_SWAP) : refuse(boot, err);
}

/*
 * A trailer is believed only as far as the flash bears it out: power lost inside an erase of it, or
 * a bug, may leave one that tells of a swap that never was, or of another extent. Following that
 * would overwrite a good primary, and not following it must not keep updates out for ever.
 */
static twin_err_t check_swap(const struct twin_boot *boot)
{
    struct twin_image image;
    twin_err_t err = twin_boot_swap_validate(boot, true);

    if (boot->priv.move == 0) {
        return err;
    }
    /* When not even the primary is whole, nothing is lost by going on. */
    if (twin_boot_primary_validate(boot->priv.config, &image) != TWIN_OK) {
        return TWIN_OK;
    }
    return err == TWIN_OK ? twin_boot_swap_validate(boot, false) : err;
}

static enum twin_boot_status look_resume(struct twin_boot *boot)
{
    const struct twin_trailer *primary = &boot->priv.state.trailer[TWIN_PRIMARY];

    boot->priv.type = (uint8_t)primary->swap_type;
    boot->priv.swap_size = primary->swap_size;
    twin_boot_script_enter(boot, SCRIPT_RESUME);
    twin_err_t err = twin_boot_swap_resume(boot);
    if (err == TWIN_E_IO) { /* how far it went is not known */
        return start_primary(boot);
    }
    if (err == TWIN_OK) {
        err = check_swap(boot);
    }
    if (err != TWIN_OK) {
        return withdraw(boot, TWIN_PRIMARY, err);
    }
    boot->priv.phase = PHASE_SWAP;
    report(boot, TWIN_BOOT_EV_RESUME, boot->priv.move / 2);
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status give_up(struct twin_boot *boot)
{
    report(boot, TWIN_BOOT_EV_GIVE_UP, 0);
    if (twin_boot_old_validate(boot->priv.config) != TWIN_OK) {
        report(boot, TWIN_BOOT_EV_REVERT_IMPOSSIBLE, 0);
        boot->handover.unconfirmed = true;
        return start_primary(boot);
    }
    return enter_swap(boot, TWIN_SWAP_REVERT, SCRIPT_REVERT);
}

/* Start an unconfirmed image once more, or take it out. The mark is the last write before it. */
static enum twin_boot_status look_trial(struct twin_boot *boot)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct attempts attempts;
    struct twin_image image;

    twin_boot_attempts_read(&config->slots, &attempts);
    uint8_t limit = config->attempts < attempts.cells ? config->attempts : attempts.cells;
    bool exhausted = attempts.revert_now || attempts.used >= limit;

    /* Just swapped in: it gets one start whatever the cells say, as MCUboot gives it. */
    if ((exhausted && !boot->priv.swapped) ||
        twin_boot_primary_validate(config, &image) != TWIN_OK) {
        return give_up(boot);
    }
    if (twin_boot_attempts_mark(&config->slots) != TWIN_OK && !boot->priv.swapped) {
        return give_up(boot);
    }
    boot->handover.unconfirmed = true;
    boot->handover.attempt = (uint8_t)(attempts.used + 1);
    boot->handover.attempts = limit > 0 ? limit : 1;
    report(boot, TWIN_BOOT_EV_ATTEMPT, boot->handover.attempt);
    return hand_over(boot, &image);
}

static enum twin_boot_status (*const look_fns[])(struct twin_boot *boot) = {
    [TWIN_PLAN_NONE] = look_none,         [TWIN_PLAN_TRIAL] = look_trial,
    [TWIN_PLAN_TEST] = look_test,         [TWIN_PLAN_PERM] = look_perm,
    [TWIN_PLAN_REVERT] = look_revert,     [TWIN_PLAN_RESUME] = look_resume,
    [TWIN_PLAN_PREVIOUS] = look_previous,
};

static enum twin_boot_status look(struct twin_boot *boot)
{
    boot->priv.looks++;
    if (boot->priv.looks > LOOKS_MAX ||
        twin_slots_read(&boot->priv.config->slots, &boot->priv.state) != TWIN_OK) {
        return start_primary(boot);
    }
    return look_fns[boot->priv.state.plan](boot);
}

/* After an error of the flash the trailers are looked at again: all operations can be redone. */
static enum twin_boot_status swap(struct twin_boot *boot)
{
    bool done = false;
    twin_err_t err = twin_boot_script_step(boot, &done);

    if (done) {
        boot->priv.swapped = true;
        report(boot, TWIN_BOOT_EV_SWAPPED, boot->priv.type);
    }
    if (done || err != TWIN_OK) {
        boot->priv.phase = PHASE_LOOK;
    }
    return TWIN_BOOT_AGAIN;
}

enum twin_boot_status twin_boot_step(struct twin_boot *boot)
{
    return boot->priv.phase == PHASE_SWAP ? swap(boot) : look(boot);
}
