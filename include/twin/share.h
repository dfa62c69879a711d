/*
 * twin/share.h - for a bootloader that tells the application about itself and about updates, in
 * memory (twin/shared.h). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"
#include "twin/shared.h"

TWIN_C_BEGIN

/* What only the bootloader as a program knows of itself. */
struct twin_boot_about {
    struct twin_version version;
    uint8_t recovery; /* 0: none, 1: serial */
};

/*
 * Write all entries anew, before the image of this hand-over is started.
 *
 * Returns TWIN_OK; TWIN_E_SPACE if the memory is too small: what is there then is whole, and ends
 * early.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_share(const struct twin_shared *shared,
                                           const struct twin_boot_config *config,
                                           const struct twin_map *map,
                                           const struct twin_boot_handover *handover,
                                           const struct twin_boot_about *about);

TWIN_C_END
