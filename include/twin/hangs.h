/*
 * twin/hangs.h - for a bootloader that does not start an image for ever that hangs or faults each
 * time, although it was confirmed. On trial starts are counted in flash
 * (docs/spec-boot-attempts.md); here in memory that outlives a reset, so nothing is written, and
 * power that fails counts as nothing: only starts that a watchdog or a fault has ended, one after
 * the other.
 *
 *     if (twin_boot_hangs_begin(&hangs, cause, 5)) {      // first; five such starts
 *         err = twin_boot_replace(&config, hangs.slot);   // at most once, until somebody is alive
 *         twin_boot_hangs_replaced(&hangs);
 *     }
 *     ...
 *     twin_boot_hangs_start(&hangs, &handover);           // last, with a watchdog
 *
 * and the application, when it has seen that it works: twin_boot_hangs_alive(&hangs).
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

TWIN_C_BEGIN

/* In memory that outlives a reset, the same for bootloader and application. */
struct twin_boot_hangs {
    uint8_t count;    /* starts in a row of a confirmed image that ended so */
    uint8_t slot;     /* enum twin_slot: where it is */
    bool is_open;     /* a confirmed image was started, and has not said that it works */
    bool is_replaced; /* another image was asked for, and none has said since that it works */
};

/* How the last start ended, as far as it matters here. */
enum twin_boot_end {
    TWIN_BOOT_END_POWER, /* nobody knows: the memory is whatever it is */
    TWIN_BOOT_END_RESET, /* somebody asked for a reset */
    TWIN_BOOT_END_CRASH  /* by a watchdog or a fault */
};

/*
 * The bootloader begins. limit: starts in a row that may end in a crash, from 1.
 *
 * Returns whether there were so many, and nothing was done about it yet.
 */
bool twin_boot_hangs_begin(struct twin_boot_hangs *hangs, enum twin_boot_end end, unsigned limit);

/* Another image was asked for, or there is none: that is not tried again until one says that it
 * works, or power fails. */
void twin_boot_hangs_replaced(struct twin_boot_hangs *hangs);

/* The bootloader is about to start this. Images on trial are not counted here. */
void twin_boot_hangs_start(struct twin_boot_hangs *hangs,
                           const struct twin_boot_handover *handover);

/* The application works. */
static inline void twin_boot_hangs_alive(struct twin_boot_hangs *hangs)
{
    hangs->count = 0;
    hangs->is_open = hangs->is_replaced = false;
}

/*
 * Ask for the image in the other slot in place of the one that runs: for the previous one where it
 * can be told apart (swap-offset), else for what is there, on trial where the mode has trials. Only
 * for another image that verifies and that the version rule of config allows.
 *
 * running  the slot of the image that does not work.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND if there is no such image; TWIN_E_STATE if something else is
 * asked for or under way, or the mode knows no requests; TWIN_E_ARG for slots that are not usable;
 * TWIN_E_IO. May be cut anywhere by power: then the request stands or it does not.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_replace(const struct twin_boot_config *config,
                                             enum twin_slot running);

TWIN_C_END
