/*
 * scenarios.h - what power is cut in: how a device gets there, what happens then, and what may be
 * running for good in the end. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may be running for good in the end. */
enum outcome { END_OLD = 1, END_NEW = 2 };

struct scenario {
    const char *name;
    void (*prepare)(struct rig *rig); /* up to the moment before */
    void (*act)(struct rig *rig);     /* what the application does; power may fail in it */
    bool boots;                       /* then boot once; power may fail in that too */
    unsigned ends;                    /* enum outcome: what may come of it when power failed */
    unsigned end;                     /* what comes of it when power holds */
    void (*harm)(struct rig *rig);    /* what happens to the update while there is no power */
};

static bool flash_is_bad; /* then what an application does may fail */

static void must(twin_err_t err)
{
    if (err != TWIN_OK && !flash_is_bad) {
        fprintf(stderr, "set-up failed: %s\n", twin_err_str(err));
        exit(2);
    }
}

static void nothing(struct rig *rig)
{
    (void)rig;
}

static void ask_test(struct rig *rig)
{
    must(twin_slots_request(&rig->slots, false));
}

static void ask_perm(struct rig *rig)
{
    must(twin_slots_request(&rig->slots, true));
}

static void confirm(struct rig *rig)
{
    must(twin_slots_confirm(&rig->slots));
}

/* Swapped in and started once. */
static void prepare_trial(struct rig *rig)
{
    ask_test(rig);
    (void)rig_boot(rig);
}

static void use_starts(struct rig *rig, unsigned count)
{
    prepare_trial(rig);
    for (unsigned i = 1; i < count; i++) {
        (void)rig_boot(rig);
    }
}

/* All attempts but the last used up: the next boot is the last start. */
static void prepare_last_start(struct rig *rig)
{
    use_starts(rig, rig->config.attempts - 1u);
}

/* The next boot reverts. */
static void prepare_revert(struct rig *rig)
{
    use_starts(rig, rig->config.attempts);
}

static void prepare_given_up(struct rig *rig)
{
    prepare_trial(rig);
    twin_err_t err = twin_boot_revert_request(&rig->slots);
    must(err == TWIN_E_SPACE ? TWIN_OK : err); /* with one attempt, every start reverts */
}

/* The trailers are not blank: an update came, stayed, and now the old image comes as an update. */
static void prepare_used(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;

    prepare_trial(rig);
    confirm(rig);
    const uint32_t addr = slots->area[TWIN_SECONDARY].addr;
    memset(&rig->sim.mem[addr], rig->sim.flash.erased, slots->area[TWIN_SECONDARY].len);
    rig_put_update(rig, &rig->old);
}

static void prepare_used_asked(struct rig *rig)
{
    prepare_used(rig);
    ask_test(rig);
}

/* It came, failed, went, and is asked for once more. */
static void prepare_again(struct rig *rig)
{
    prepare_revert(rig);
    (void)rig_boot(rig);
    ask_test(rig);
}

/* It came, stayed, and the one before it is wanted back. */
static void prepare_previous(struct rig *rig)
{
    prepare_trial(rig);
    confirm(rig);
}

static void ask_previous(struct rig *rig)
{
    must(twin_slots_request_previous(&rig->slots));
}

static void prepare_previous_asked(struct rig *rig)
{
    prepare_previous(rig);
    ask_previous(rig);
}

/* Bits of the update are lost. */
static void damage(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;

    rig->sim.mem[slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots) + 700] ^= 1;
}

/* Somebody with a debugger takes the request back. */
static void take_back(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    uint32_t start = trailer_map(slots, TWIN_SECONDARY).status;

    sim_blank(&rig->sim, slots->area[TWIN_SECONDARY].addr + start,
              slots->area[TWIN_SECONDARY].len - start);
}

static void damage_and_take_back(struct rig *rig)
{
    damage(rig);
    take_back(rig);
}

static void withdraw(struct rig *rig)
{
    must(twin_slots_withdraw(&rig->slots));
}

static void prepare_used_asked_perm(struct rig *rig)
{
    prepare_used(rig);
    ask_perm(rig);
}

/* How the bootloader of this mode helps itself. */
static twin_err_t (*recover_fn(const struct rig *rig))(struct twin_boot *boot)
{
    return rig->mode->recover != NULL ? rig->mode->recover : twin_boot_recover;
}

/* The image that runs is damaged, and the bootloader helps itself to the other one. */
static void prepare_broken(struct rig *rig)
{
    rig->sim.mem[rig->slots.area[TWIN_PRIMARY].addr + 700] ^= 1;
    rig->recover = recover_fn(rig);
}

static const struct scenario scenarios[] = {
    {"request", nothing, ask_test, false, END_OLD, END_OLD, NULL},
    {"request, permanent", nothing, ask_perm, false, END_OLD | END_NEW, END_NEW, NULL},
    {"upgrade", ask_test, nothing, true, END_OLD, END_OLD, NULL},
    {"upgrade, permanent", ask_perm, nothing, true, END_OLD | END_NEW, END_NEW, NULL},
    {"upgrade after a confirmed one", prepare_used_asked, nothing, true, END_NEW, END_NEW, NULL},
    {"upgrade after a reverted one", prepare_again, nothing, true, END_OLD, END_OLD, NULL},
    {"start on trial", prepare_trial, nothing, true, END_OLD, END_OLD, NULL},
    {"last start on trial", prepare_last_start, nothing, true, END_OLD, END_OLD, NULL},
    {"revert", prepare_revert, nothing, true, END_OLD, END_OLD, NULL},
    {"revert, asked for", prepare_given_up, nothing, true, END_OLD, END_OLD, NULL},
    {"confirm", prepare_trial, confirm, false, END_OLD | END_NEW, END_NEW, NULL},
    {"request, previous", prepare_previous, ask_previous, false, END_OLD | END_NEW, END_OLD, NULL},
    {"previous", prepare_previous_asked, nothing, true, END_OLD, END_OLD, NULL},
    {"withdraw", prepare_used_asked, withdraw, false, END_NEW, END_NEW, NULL},
    {"withdraw, permanent", prepare_used_asked_perm, withdraw, false, END_OLD | END_NEW, END_NEW,
     NULL},
    {"withdraw, previous", prepare_previous_asked, withdraw, false, END_OLD | END_NEW, END_NEW,
     NULL},
    {"request, then damaged", prepare_used, ask_test, false, END_NEW, END_NEW, damage},
    {"upgrade, then damaged", prepare_used_asked, nothing, true, END_NEW, END_NEW, damage},
    {"upgrade, then damaged, permanent", prepare_used_asked_perm, nothing, true, END_OLD | END_NEW,
     END_OLD, damage},
    {"upgrade, then taken back", prepare_used_asked, nothing, true, END_NEW, END_NEW, take_back},
    {"upgrade, then damaged and taken back", prepare_used_asked, nothing, true, END_NEW, END_NEW,
     damage_and_take_back},
    {"revert, then taken back", prepare_revert, nothing, true, END_OLD | END_NEW, END_OLD,
     take_back},
    {"recover", prepare_broken, nothing, true, END_NEW, END_NEW, NULL},
};

/* Where the old image is overwritten there are no trials: a test is as good as permanent. */
static const struct scenario overwrite_scenarios[] = {
    {"request", nothing, ask_test, false, END_OLD | END_NEW, END_NEW, NULL},
    {"request, permanent", nothing, ask_perm, false, END_OLD | END_NEW, END_NEW, NULL},
    {"upgrade", ask_test, nothing, true, END_NEW, END_NEW, NULL},
    {"upgrade, permanent", ask_perm, nothing, true, END_NEW, END_NEW, NULL},
    {"upgrade after another one", prepare_used_asked, nothing, true, END_OLD, END_OLD, NULL},
    {"withdraw", prepare_used_asked, withdraw, false, END_OLD | END_NEW, END_NEW, NULL},
    {"request, then damaged", prepare_used, ask_test, false, END_NEW, END_OLD, damage},
    {"recover", prepare_broken, nothing, true, END_NEW, END_NEW, NULL},
};

static void no_update(struct rig *rig)
{
    const struct twin_area *area = &rig->slots.area[TWIN_SECONDARY];

    sim_blank(&rig->sim, area->addr, area->len);
}

static void store_new(struct rig *rig)
{
    rig_store(rig, &rig->new);
}

static void prepare_newer(struct rig *rig)
{
    (void)rig_boot(rig);
    rig_store(rig, &rig->old);
}

/* Where the highest version runs nobody is asked, and the bootloader writes nothing. */
static const struct scenario newest_scenarios[] = {
    {"upload", no_update, store_new, false, END_OLD | END_NEW, END_NEW, NULL},
    {"upload, then a start", no_update, store_new, true, END_OLD | END_NEW, END_NEW, NULL},
    {"upload over an older one", prepare_newer, store_new, false, END_NEW, END_NEW, NULL},
};

/* As it comes from the factory: an image without a trailer. */
static void from_factory(struct rig *rig)
{
    rig->slots = rig->device;
    sim_blank(&rig->sim, 0, rig->sim.flash.size);
    sim_put(&rig->sim, rig->slots.area[TWIN_PRIMARY].addr, rig->old.bytes, rig->old.len);
}

static const struct scenario in_place_scenarios[] = {
    {"first start", from_factory, nothing, true, END_OLD, END_OLD, NULL},
};
