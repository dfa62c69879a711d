/*
 * boot_priv.h - what the files of lib/boot share. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

/* script.c: where the list of operations that make a swap is entered. */
enum script_entry {
    SCRIPT_REVERT, /* a revert, from its first operation */
    SCRIPT_SWAP,   /* the request is whole: take it */
    SCRIPT_RESUME  /* the primary's trailer is whole: go on where the status says */
};
void twin_boot_script_enter(struct twin_boot *boot, enum script_entry entry);
/* At most one flash operation. *done when nothing is left to do. */
TWIN_MUST_CHECK twin_err_t twin_boot_script_step(struct twin_boot *boot, bool *done);

/* swap_offset.c: moving the sectors. */
TWIN_MUST_CHECK twin_err_t
twin_boot_swap_resume(struct twin_boot *boot); /* sets priv.move from the status */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_step(struct twin_boot *boot, bool *done);
/* May this image run? It is the arriving or the leaving one of the swap under way, read where its
 * sectors stand after priv.move moves; a swap that is real has left both intact. */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_validate(const struct twin_boot *boot, bool arriving);

/* attempts.c: the cells that count the starts of an unconfirmed image. */
struct attempts {
    uint8_t cells; /* that the geometry has room for, at most TWIN_BOOT_ATTEMPTS_MAX */
    uint8_t used;
    bool revert_now; /* the application gave up */
};
void twin_boot_attempts_read(const struct twin_slots *slots, struct attempts *attempts);
/* Count one start. TWIN_E_SPACE when no cell takes it. */
TWIN_MUST_CHECK twin_err_t twin_boot_attempts_mark(const struct twin_slots *slots);

/* validate.c: may this image be started, may this update be taken? */
TWIN_MUST_CHECK twin_err_t twin_boot_primary_validate(const struct twin_boot_config *config,
                                                      struct twin_image *image);
TWIN_MUST_CHECK twin_err_t twin_boot_update_validate(const struct twin_boot_config *config);
TWIN_MUST_CHECK twin_err_t twin_boot_old_validate(const struct twin_boot_config *config);
/* As old_validate, and with no_downgrade its version must not be below the running one. */
TWIN_MUST_CHECK twin_err_t twin_boot_previous_validate(const struct twin_boot_config *config);
/* An image that a swap moves; the area shows it in one piece. */
TWIN_MUST_CHECK twin_err_t twin_boot_moving_validate(const struct twin_boot_config *config,
                                                     const struct twin_area *area, uint32_t max_len,
                                                     bool version_rule);
/* Extent of the images that a swap of this type moves; an image that is not there counts 0. */
void twin_boot_swap_measure(struct twin_boot *boot, enum twin_swap_type type);
