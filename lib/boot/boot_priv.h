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
/* Is everything moved, and at most a flag of the primary's trailer missing? */
bool twin_boot_script_is_complete(const struct twin_boot *boot);
/* Erase a trailer from its end, where the magic is: at most one sector, and see that it is blank.
 * priv.copied is 0 at the first call, and again when *done. */
TWIN_MUST_CHECK twin_err_t twin_boot_trailer_step(struct twin_boot *boot, enum twin_slot slot,
                                                  bool *done);

/* swap_offset.c: moving the sectors. */
TWIN_MUST_CHECK twin_err_t
twin_boot_swap_resume(struct twin_boot *boot); /* sets priv.move from the status */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_step(struct twin_boot *boot, bool *done);
/* May this image run? It is the arriving or the leaving one of the swap that priv.type, swap_size
 * and move describe, read where its sectors stand; a swap that is real has left both intact. */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_validate(const struct twin_boot *boot, bool arriving,
                                                   bool version_rule, struct twin_image *image);

/* attempts.c: the cells that count the starts of an unconfirmed image. */
struct attempts {
    uint8_t cells; /* that the geometry has room for, at most TWIN_BOOT_ATTEMPTS_MAX */
    uint8_t used;
    bool revert_now; /* the application gave up */
};
void twin_boot_attempts_read(const struct twin_slots *slots, struct attempts *attempts);
/* Count one start in this cell. TWIN_E_IO when it does not take it, TWIN_E_SPACE when there is no
 * such cell. */
TWIN_MUST_CHECK twin_err_t twin_boot_attempts_mark(const struct twin_slots *slots, uint8_t cell);

/* validate.c: may this image be started, may this update be taken? */
TWIN_MUST_CHECK twin_err_t twin_boot_primary_validate(const struct twin_boot_config *config,
                                                      struct twin_image *image);
/* An image that a swap moves; the area shows it in one piece. version_rule: it must not be below
 * the primary's version, where config forbids that. */
TWIN_MUST_CHECK twin_err_t twin_boot_moving_validate(const struct twin_boot_config *config,
                                                     const struct twin_area *area, uint32_t max_len,
                                                     bool version_rule, struct twin_image *image);
/* Is there an image in sector 0 of the secondary? An update has none there: somebody who does not
 * know this mode has stored it. */
bool twin_boot_is_misplaced(const struct twin_boot_config *config);
/* Set the extent of a swap that brings this image; one that is not there counts 0. */
void twin_boot_swap_measure(struct twin_boot *boot, const struct twin_image *arriving);
