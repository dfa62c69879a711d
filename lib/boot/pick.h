/*
 * pick.h - what the files of the modes share in which an image runs from either slot: pick.c,
 * pick_revert.c and the modes. Not for anybody else. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "boot_priv.h"

/* What speaks for a slot; of two that are equal, the higher version. */
enum rank {
    RANK_NONE,    /* nothing that could be started */
    RANK_SPENT,   /* nobody confirmed it in all its starts */
    RANK_BARE,    /* its trailer says nothing: nobody has asked for it */
    RANK_STANDBY, /* another one was asked for, and started, after it */
    RANK_READY,
    RANK_TRIAL, /* asked for, started, not confirmed */
    RANK_ASKED  /* asked for and not started yet */
};

/* A slot with an image. */
struct choice {
    struct twin_image image;     /* where it is stored */
    struct twin_trailer trailer; /* read by pick_revert.c only */
    struct twin_area runs;       /* where it runs, once it was brought there */
    uint8_t slot;                /* enum twin_slot */
    uint8_t rank;                /* enum rank */
};

/* What these modes differ in. */
struct pick {
    /* Bring the image to where it is to run, and say where that is. Nothing is verified yet. */
    twin_err_t (*place)(const struct twin_boot *boot, struct choice *choice);
    enum rank (*rank)(const struct twin_boot *boot, struct choice *choice);
    /* The best that verifies, as it stands in memory; start it, or prepare its trailer first. */
    enum twin_boot_status (*take)(struct twin_boot *boot, struct choice *choice,
                                  const struct choice *other);
};

/* pick.c */
enum twin_boot_status twin_boot_pick(struct twin_boot *boot, const struct pick *pick);
/* The parts of a mode in which nothing is on trial. */
enum rank twin_boot_rank_by_version(const struct twin_boot *boot, struct choice *choice);
enum twin_boot_status twin_boot_take(struct twin_boot *boot, struct choice *choice,
                                     const struct choice *other);
/* Take a request back: erase the slot's trailer, then look again. */
enum twin_boot_status twin_boot_pick_withdraw(struct twin_boot *boot, enum twin_slot slot);
/* Has it been looked too often? Then nothing more is prepared. */
bool twin_boot_pick_is_late(const struct twin_boot *boot);

/* pick_revert.c: trailers decide, and an image that nobody confirms gets a few starts. */
enum rank twin_boot_rank_by_trailer(const struct twin_boot *boot, struct choice *choice);
enum twin_boot_status twin_boot_take_revert(struct twin_boot *boot, struct choice *choice,
                                            const struct choice *other);
