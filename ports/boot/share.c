/*
 * share.c - the application is told what bootloader has started it: see twin/shared.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/share.h"
#include "options.h"
#include "twin_config.h"

/* What does not fit is not told: no image is held back for that. */
void boot_share(const struct twin_boot_config *config, const struct twin_boot_handover *handover)
{
    const struct twin_boot_about about = {.version = {TWIN_VERSION_NUMBERS, 0},
                                          .recovery = boot_recovery_serial};
    const struct twin_shared shared = twin_board_shared();

    (void)!twin_boot_share(&shared, config, &twin_board_map, handover, &about);
}
