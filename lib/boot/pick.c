/*
 * pick.c - which slot to start, in the modes in which an image runs from either.
 *
 * Nothing is erased for being invalid, and whatever verifies is better than nothing: the order of
 * the slots decides, and the first that verifies where it will run is started. (The reference
 * erases what it does not choose; docs/design.md.)
 * Spec: docs/spec-image.md section 9. SPDX-License-Identifier: Apache-2.0
 */
#include "pick.h"

/* More looks than any flash that works can ask for. */
#define LOOKS_MAX 8

/* The status area is not used: an image may be as long as the reference lets it be. */
static twin_err_t open_choice(const struct twin_boot *boot, struct choice *choice)
{
    const struct twin_slots *slots = boot->priv.slots;
    const enum twin_slot slot = (enum twin_slot)choice->slot;

    return twin_image_open(&choice->image, &slots->area[slot], 0,
                           twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_INFO));
}

static void read_choice(const struct twin_boot *boot, const struct pick *pick, enum twin_slot slot,
                        struct choice *choice)
{
    choice->slot = (uint8_t)slot;
    choice->rank = open_choice(boot, choice) == TWIN_OK ? (uint8_t)pick->rank(boot, choice)
                                                        : (uint8_t)RANK_NONE;
}

static bool is_better(const struct choice *a, const struct choice *b)
{
    return a->rank != b->rank
               ? a->rank > b->rank
               : a->rank != RANK_NONE &&
                     twin_version_compare(&a->image.header.version, &b->image.header.version) > 0;
}

/* It must verify where it runs: what is read from flash a second time may be something else. */
static twin_err_t verify(const struct twin_boot *boot, const struct pick *pick,
                         struct choice *choice)
{
    struct twin_image image;

    TWIN_TRY(pick->place(boot, choice));
    TWIN_TRY(twin_boot_moving_validate(boot->priv.config, &choice->runs, choice->image.total_len,
                                       false, &image));
    choice->image = image;
    return TWIN_OK;
}

/* The version rule is one towards an image that somebody has asked for and that could run. */
static twin_err_t check(const struct twin_boot *boot, const struct pick *pick,
                        struct choice *choice, struct choice *other)
{
    const struct twin_boot_config *config = boot->priv.config;

    if (choice->rank == RANK_NONE) {
        return TWIN_E_NOT_FOUND;
    }
    if (config->no_downgrade != NULL && other->rank > RANK_BARE &&
        config->no_downgrade->is_downgrade(&choice->image, &other->image) &&
        verify(boot, pick, other) == TWIN_OK) {
        return TWIN_E_STATE;
    }
    return verify(boot, pick, choice);
}

enum rank twin_boot_rank_by_version(const struct twin_boot *boot, struct choice *choice)
{
    (void)boot;
    (void)choice;
    return RANK_READY;
}

enum twin_boot_status twin_boot_take(struct twin_boot *boot, struct choice *choice,
                                     const struct choice *other)
{
    (void)other;
    boot->handover.slot = choice->slot & 1u;
    return twin_boot_hand_over(boot, &choice->image);
}

bool twin_boot_pick_is_late(const struct twin_boot *boot)
{
    return boot->priv.looks > LOOKS_MAX;
}

/* A flash that is broken must not stop the device: what cannot be erased is passed over. */
static enum twin_boot_status erase(struct twin_boot *boot)
{
    bool done = false;
    twin_err_t err = twin_boot_trailer_step(boot, (enum twin_slot)boot->priv.slot, &done);

    if (err != TWIN_OK) {
        boot->priv.looks = LOOKS_MAX;
    }
    if (done || err != TWIN_OK) {
        boot->priv.next = boot->priv.mode->look;
    }
    return TWIN_BOOT_AGAIN;
}

enum twin_boot_status twin_boot_pick_withdraw(struct twin_boot *boot, enum twin_slot slot)
{
    boot->priv.slot = (uint8_t)slot;
    boot->priv.copied = 0;
    boot->priv.next = erase;
    return TWIN_BOOT_AGAIN;
}

enum twin_boot_status twin_boot_pick(struct twin_boot *boot, const struct pick *pick)
{
    struct choice choices[2], *best = &choices[TWIN_PRIMARY], *other = &choices[TWIN_SECONDARY];

    boot->priv.looks++;
    boot->handover = (struct twin_boot_handover){0};
    read_choice(boot, pick, TWIN_PRIMARY, best);
    read_choice(boot, pick, TWIN_SECONDARY, other);
    if (is_better(other, best)) {
        best = &choices[TWIN_SECONDARY];
        other = &choices[TWIN_PRIMARY];
    }
    twin_err_t err = check(boot, pick, best, other);
    if (err == TWIN_OK) {
        return pick->take(boot, best, other);
    }
    twin_boot_report(boot, TWIN_BOOT_EV_REFUSED, err);
    if (best->rank >= RANK_TRIAL && !twin_boot_pick_is_late(boot)) {
        return twin_boot_pick_withdraw(boot, (enum twin_slot)best->slot);
    }
    if (other->rank != RANK_NONE) {
        err = verify(boot, pick, other);
    }
    if (other->rank == RANK_NONE || err != TWIN_OK) {
        twin_boot_report(boot, TWIN_BOOT_EV_INVALID, err);
        return TWIN_BOOT_STOP;
    }
    return pick->take(boot, other, best);
}
