/*
 * pick_revert.c - trials, confirmation and revert in the modes in which an image runs from either
 * slot: each slot's trailer tells of its own image.
 *
 * magic: somebody asked for it; copy_done: it was started; image_ok: it was confirmed. So the
 * reference has it. What it does not have: starts are counted (twin_boot_attempts_count()); an
 * image that was asked for comes even if its version is the lower one, and the image that it
 * replaces is marked to stand by, or it would return when the other is confirmed; an image without
 * a trailer is started when there is nothing better, and gets one; nothing is erased but requests
 * that are refused. SPDX-License-Identifier: Apache-2.0
 */
#include "pick.h"

/* Written into swap_size, which has no other use here. */
#define STANDBY 0x0f0f0f0fu

static bool is_trial(const struct twin_trailer *trailer)
{
    return trailer->magic == TWIN_SET && trailer->image_ok == TWIN_UNSET &&
           trailer->copy_done != TWIN_UNSET;
}

/* An image that reaches into the sector of the cells has none of them. */
static uint8_t read_attempts(const struct twin_boot *boot, const struct choice *choice,
                             struct attempts *attempts)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_slots seen =
        twin_slots_seen_from(config->slots, (enum twin_slot)choice->slot);

    twin_boot_attempts_read(&seen, attempts);
    if (choice->image.total_len > twin_trailer_sector_off(&seen, TWIN_PRIMARY)) {
        *attempts = (struct attempts){0};
    }
    return config->attempts < attempts->cells ? config->attempts : attempts->cells;
}

/* One that is started for the first time in this boot gets that start whatever the cells say. */
static bool is_spent(const struct twin_boot *boot, const struct choice *choice)
{
    struct attempts attempts;
    uint8_t limit = read_attempts(boot, choice, &attempts);

    return boot->priv.complete ||
           ((attempts.revert_now || attempts.used >= limit) && !boot->priv.swapped);
}

static bool is_standby(const struct twin_boot *boot, const struct choice *choice)
{
    const struct twin_slots *slots = boot->priv.slots;
    const enum twin_slot slot = (enum twin_slot)choice->slot;

    return !twin_area_is_blank(
        &slots->area[slot], twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_SIZE), slots->max_align);
}

/* The image_ok of a request is whole before its magic is there: power tore an erase of this. */
static bool is_remains(const struct twin_trailer *trailer)
{
    return trailer->copy_done == TWIN_UNSET && trailer->image_ok == TWIN_BAD;
}

enum rank twin_boot_rank_by_trailer(const struct twin_boot *boot, struct choice *choice)
{
    const struct twin_trailer *trailer = &choice->trailer;

    twin_trailer_read(boot->priv.slots, (enum twin_slot)choice->slot, &choice->trailer);
    if (trailer->magic != TWIN_SET || is_remains(trailer)) {
        return RANK_BARE;
    }
    if (is_trial(trailer) && is_spent(boot, choice)) {
        return RANK_SPENT;
    }
    if (is_standby(boot, choice)) {
        return RANK_STANDBY;
    }
    if (is_trial(trailer)) {
        return RANK_TRIAL;
    }
    return trailer->copy_done == TWIN_UNSET && trailer->swap_type != TWIN_SWAP_NONE ? RANK_ASKED
                                                                                    : RANK_READY;
}

/* Write a field, then look again; what the flash refuses is not tried twice. */
static enum twin_boot_status write_field(struct twin_boot *boot, struct choice *choice,
                                         enum twin_slot slot, enum twin_trailer_field field)
{
    if (twin_trailer_write(boot->priv.slots, slot, field, STANDBY) == TWIN_OK) {
        return TWIN_BOOT_AGAIN;
    }
    boot->handover.unconfirmed = choice->trailer.image_ok == TWIN_UNSET;
    return twin_boot_take(boot, choice, NULL);
}

/*
 * An image that somebody has programmed without a trailer: it gets a confirmed one, once in its
 * life, so that an update that nobody has asked for yet does not pass for such an image, too.
 */
static enum twin_boot_status take_bare(struct twin_boot *boot, struct choice *choice)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct twin_trailer *trailer = &choice->trailer;
    const enum twin_slot slot = (enum twin_slot)choice->slot;
    const uint32_t fields = twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_SIZE);

    if (trailer->magic == TWIN_UNSET && trailer->image_ok == TWIN_SET) {
        return write_field(boot, choice, slot, TWIN_FIELD_MAGIC);
    }
    if (twin_area_is_blank(&slots->area[slot], fields, slots->area[slot].len - fields)) {
        return write_field(boot, choice, slot, TWIN_FIELD_IMAGE_OK);
    }
    if (choice->image.total_len <= twin_trailer_sector_off(slots, slot)) {
        return twin_boot_pick_withdraw(boot, slot);
    }
    return twin_boot_take(boot, choice, NULL);
}

/* Try one cell; the next one in the next step. Without any left this image is spent. */
static enum twin_boot_status count_start(struct twin_boot *boot)
{
    const struct twin_slots seen =
        twin_slots_seen_from(boot->priv.slots, (enum twin_slot)boot->priv.slot);
    twin_err_t err = twin_boot_attempts_count(&seen, boot->priv.cell);

    boot->priv.cell++;
    if (err == TWIN_E_IO) {
        return TWIN_BOOT_AGAIN;
    }
    if (err != TWIN_OK && !boot->priv.swapped) {
        boot->priv.complete = true;
        boot->priv.next = boot->priv.mode->look;
        return TWIN_BOOT_AGAIN;
    }
    twin_boot_report(boot, TWIN_BOOT_EV_ATTEMPT, boot->handover.attempt);
    return TWIN_BOOT_START;
}

static enum twin_boot_status take_trial(struct twin_boot *boot, struct choice *choice)
{
    struct attempts attempts;
    const uint8_t limit = read_attempts(boot, choice, &attempts);

    boot->handover.unconfirmed = true;
    (void)twin_boot_take(boot, choice, NULL);
    if (choice->rank == RANK_SPENT) {
        twin_boot_report(boot, TWIN_BOOT_EV_REVERT_IMPOSSIBLE, 0);
        return TWIN_BOOT_START;
    }
    boot->handover.attempt = (uint8_t)(attempts.used + 1);
    boot->handover.attempts = limit > 0 ? limit : 1;
    if (limit == 0) {
        return TWIN_BOOT_START;
    }
    boot->priv.slot = choice->slot;
    boot->priv.cell = attempts.used;
    boot->priv.next = count_start;
    return TWIN_BOOT_AGAIN;
}

/* Does its trailer read like a request, although the other image was chosen? Applications would see
 * one that is never followed. Erasing it must not touch the image. */
static bool is_overtaken(const struct twin_boot *boot, const struct choice *other)
{
    return other->rank != RANK_NONE && other->trailer.magic == TWIN_SET &&
           other->trailer.copy_done == TWIN_UNSET &&
           other->image.total_len <=
               twin_trailer_sector_off(boot->priv.slots, (enum twin_slot)other->slot);
}

enum twin_boot_status twin_boot_take_revert(struct twin_boot *boot, struct choice *choice,
                                            const struct choice *other)
{
    const struct twin_trailer *trailer = &choice->trailer;

    if (twin_boot_pick_is_late(boot)) {
        boot->handover.unconfirmed = is_trial(trailer);
        return twin_boot_take(boot, choice, NULL);
    }
    if (choice->rank == RANK_BARE) {
        return take_bare(boot, choice);
    }
    if (is_overtaken(boot, other)) {
        return twin_boot_pick_withdraw(boot, (enum twin_slot)other->slot);
    }
    if (choice->rank == RANK_ASKED && other->rank >= RANK_READY) {
        return write_field(boot, choice, (enum twin_slot)other->slot, TWIN_FIELD_SWAP_SIZE);
    }
    if (trailer->copy_done == TWIN_UNSET) {
        boot->priv.swapped = true;
        twin_boot_report(boot, TWIN_BOOT_EV_SWAPPED,
                         trailer->image_ok == TWIN_UNSET ? TWIN_SWAP_TEST : TWIN_SWAP_PERM);
        return write_field(boot, choice, (enum twin_slot)choice->slot, TWIN_FIELD_COPY_DONE);
    }
    return is_trial(trailer) ? take_trial(boot, choice) : twin_boot_take(boot, choice, NULL);
}
