/*
 * hangs.c - an image that hangs or faults at every start is replaced: see twin/hangs.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/hangs.h"
#include "log.h"
#include "options.h"
#include "twin_config.h"

void boot_hangs_begin(const struct twin_boot_config *config)
{
    static const uint8_t ends[] = {
        [TWIN_BOARD_START_POWER] = TWIN_BOOT_END_POWER,
        [TWIN_BOARD_START_SOFTWARE] = TWIN_BOOT_END_RESET,
        [TWIN_BOARD_START_WATCHDOG] = TWIN_BOOT_END_CRASH,
        [TWIN_BOARD_START_FAULT] = TWIN_BOOT_END_CRASH,
    };
    struct twin_boot_hangs *hangs = twin_board_hangs();
    const enum twin_boot_end end = (enum twin_boot_end)ends[twin_board_start_cause()];

    if (twin_boot_hangs_begin(hangs, end, CONFIG_TWIN_BOOT_HANGS)) {
        twin_err_t err = twin_boot_replace(config, (enum twin_slot)hangs->slot);
        boot_log_hangs(err);
        twin_boot_hangs_replaced(hangs);
    }
}

void boot_hangs_start(const struct twin_boot_handover *handover)
{
    twin_boot_hangs_start(twin_board_hangs(), handover);
}
