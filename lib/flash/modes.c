/*
 * modes.c - the modes: what each of them means by the trailers, and its numbers.
 *
 * The decisions are the reference's (docs/spec-image.md section 8), with the rows that power cuts
 * made necessary; each of those says why. A program links the modes that its slots name.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_priv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a row asks of a flag, in the order of enum twin_column. */
#define UNSET   TWIN_WANT_UNSET
#define SET     TWIN_WANT_SET
#define TOUCHED TWIN_WANT_TOUCHED
#define NOT_SET TWIN_WANT_NOT_SET
#define ANY     TWIN_WANT_ANY

/* ---- swap-offset ---- */

static const struct twin_plan_row offset_rows[] = {
    /* The primary's trailer is whole, the request is erased, the end is not reached. */
    {{SET, NOT_SET, ANY, ANY, UNSET, ANY, SET, ANY}, TWIN_PLAN_RESUME},
    /* A copy_done in a request: back to the image at offset 0. When the primary is confirmed, no
     * trial can have asked for that; a trial's image_ok is erased, and an erase leaves it so, or
     * unreadable. */
    {{SET, SET, TOUCHED, UNSET, ANY, TOUCHED, ANY, SET}, TWIN_PLAN_PREVIOUS},
    {{ANY, SET, ANY, UNSET, ANY, TOUCHED, ANY, ANY}, TWIN_PLAN_REVERT},
    /* A torn image_ok in a request reads as a test: the choice that can be taken back. */
    {{ANY, SET, ANY, NOT_SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, SET, ANY, SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_PERM},
    {{SET, ANY, UNSET, ANY, TOUCHED, ANY, ANY, ANY}, TWIN_PLAN_TRIAL},
};

static const struct twin_swap_request offset_previous = {TWIN_PLAN_PREVIOUS, TWIN_SWAP_REVERT,
                                                         TWIN_FIELD_COPY_DONE};

const struct twin_mode twin_mode_swap_offset = {
    .id = TWIN_MODE_SWAP_OFFSET,
    .status_per_sector = 2,
    .has_tlv_sizes = true,
    .update_sector = 1,
    .back = TWIN_FIELD_COPY_DONE,
    .spare = {[TWIN_PRIMARY] = 0, [TWIN_SECONDARY] = 1},
    .row_count = COUNT(offset_rows),
    .rows = offset_rows,
    .previous = &offset_previous,
    .image_max = twin_sectors_image_max,
    .free_from = twin_trailer_sector_off,
};

/* ---- swap-move ---- */

static const struct twin_plan_row move_rows[] = {
    /* A whole trailer of the primary counts although the request is not erased: when power tore
     * that erase, what is left of a revert's request looks like one for a trial. */
    {{SET, ANY, ANY, ANY, UNSET, ANY, SET, ANY}, TWIN_PLAN_RESUME},
    {{SET, SET, TOUCHED, ANY, ANY, TOUCHED, ANY, SET}, TWIN_PLAN_PREVIOUS},
    {{ANY, SET, ANY, ANY, ANY, TOUCHED, ANY, ANY}, TWIN_PLAN_REVERT},
    {{ANY, SET, ANY, NOT_SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, SET, ANY, SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_PERM},
    {{SET, ANY, UNSET, ANY, TOUCHED, ANY, ANY, ANY}, TWIN_PLAN_TRIAL},
};

const struct twin_mode twin_mode_swap_move = {
    .id = TWIN_MODE_SWAP_MOVE,
    .status_per_sector = 3,
    .back = TWIN_FIELD_SWAP_INFO,
    .spare = {[TWIN_PRIMARY] = 1, [TWIN_SECONDARY] = 0},
    .row_count = COUNT(move_rows),
    .rows = move_rows,
    .previous = &twin_swap_request_permanent, /* it stands where an update would */
    .image_max = twin_sectors_image_max,
    .free_from = twin_trailer_sector_off,
};

/* ---- swap-scratch ---- */

/* The request to go back is in the scratch area, if a trial made it: the bootloader looks there
 * first. In the secondary there are only those of applications. */
static const struct twin_plan_row scratch_rows[] = {
    {{SET, ANY, ANY, ANY, UNSET, ANY, SET, ANY}, TWIN_PLAN_RESUME},
    {{ANY, SET, ANY, NOT_SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, SET, ANY, SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_PERM},
    {{SET, ANY, UNSET, ANY, TOUCHED, ANY, ANY, ANY}, TWIN_PLAN_TRIAL},
};

const struct twin_mode twin_mode_swap_scratch = {
    .id = TWIN_MODE_SWAP_SCRATCH,
    .status_per_sector = 3,
    .back = TWIN_FIELD_SWAP_INFO,
    .row_count = COUNT(scratch_rows),
    .rows = scratch_rows,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_scratch_image_max,
    .free_from = twin_scratch_free_from,
};

/* ---- overwrite-only ---- */

/* There is nothing to go back to, so a test is as good as a permanent request. */
static const struct twin_plan_row overwrite_rows[] = {
    {{ANY, SET, ANY, NOT_SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, SET, ANY, SET, ANY, ANY, ANY, ANY}, TWIN_PLAN_PERM},
};

const struct twin_mode twin_mode_overwrite = {
    .id = TWIN_MODE_OVERWRITE,
    .row_count = COUNT(overwrite_rows),
    .rows = overwrite_rows,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_sectors_image_max,
    .free_from = twin_trailer_sector_off,
};

/* ---- direct-XIP, RAM load: the primary is the slot that runs ---- */

static const struct twin_plan_row revert_rows[] = {
    {{SET, ANY, UNSET, ANY, TOUCHED, ANY, ANY, ANY}, TWIN_PLAN_TRIAL},
    /* A request is one until its image was started, which sets its copy_done. */
    {{ANY, SET, ANY, NOT_SET, ANY, UNSET, ANY, ANY}, TWIN_PLAN_TEST},
    {{ANY, SET, ANY, SET, ANY, UNSET, ANY, ANY}, TWIN_PLAN_PERM},
};

const struct twin_mode twin_mode_xip_revert = {
    .id = TWIN_MODE_XIP_REVERT,
    .back = TWIN_FIELD_COPY_DONE,
    .row_count = COUNT(revert_rows),
    .rows = revert_rows,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_sectors_image_max,
    .free_from = twin_trailer_sector_off,
};

/* In these the image with the highest version is started, and no trailer says otherwise. */
const struct twin_mode twin_mode_xip = {
    .id = TWIN_MODE_XIP,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_flags_image_max,
    .free_from = twin_trailer_sector_off,
};
const struct twin_mode twin_mode_ram_load = {
    .id = TWIN_MODE_RAM_LOAD,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_flags_image_max,
    .free_from = twin_trailer_sector_off,
};

/* ---- single slot ---- */

const struct twin_mode twin_mode_single = {
    .id = TWIN_MODE_SINGLE,
    .previous = &twin_swap_request_permanent,
    .image_max = twin_sectors_image_max,
    .free_from = twin_trailer_sector_off,
};
