/*
 * options.h - what a bootloader may be built to do besides. Each is a file, NAME.c; where it is not
 * chosen, NAME_none.c stands in for it and does nothing (cmake/firmware.cmake).
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"

/* CONFIG_TWIN_BOOT_HANGS: nothing but what is said in twin/hangs.h. First; and before a start. */
void boot_hangs_begin(const struct twin_boot_config *config);
void boot_hangs_start(const struct twin_boot_handover *handover);

/* CONFIG_TWIN_BOOT_SHARE: tell the application, in twin_board_shared(), before a start. */
void boot_share(const struct twin_boot_config *config, const struct twin_boot_handover *handover);

/* CONFIG_TWIN_BOOT_RECOVER: boot cannot start anything. Returns whether its steps go on. */
bool boot_recover(struct twin_boot *boot);

/* CONFIG_TWIN_BOOT_RECOVERY: serve SMP if somebody asks for it, in place of a start; and when
 * nothing can be started. Neither returns after having served. */
extern const bool boot_recovery_serial; /* is it there? */
void boot_recovery_asked(const struct twin_boot_handover *handover);
void boot_recovery_stuck(void);

/* The watchdog, last before a start: watchdog_trial.c for an image on trial, watchdog_each.c for
 * every one (CONFIG_TWIN_BOOT_WATCHDOG_EACH), watchdog_none.c (CONFIG_TWIN_BOOT_WATCHDOG_MS=0). */
void boot_watchdog(const struct twin_boot_handover *handover);
