/*
 * twin/mode.h - the modes: the ways in which an update comes to run, and what differs between them.
 *
 * Bootloader, server and application have to agree on the mode of a pair of slots, as on their
 * geometry: both are in struct twin_slots. What all of them know of a mode is data: a row of
 * lib/flash/modes.c. What it does to flash is a file of the bootloader, lib/boot/modes/NAME.c.
 * Spec: docs/spec-image.md sections 7 to 9. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/slots.h"

TWIN_C_BEGIN

/* The numbers by which bootloaders tell their mode (os group, bootloader info). */
enum twin_mode_id {
    TWIN_MODE_SINGLE = 0,
    TWIN_MODE_SWAP_SCRATCH = 1,
    TWIN_MODE_OVERWRITE = 2,
    TWIN_MODE_SWAP_MOVE = 3,
    TWIN_MODE_XIP = 4,
    TWIN_MODE_XIP_REVERT = 5,
    TWIN_MODE_RAM_LOAD = 6,
    TWIN_MODE_SWAP_OFFSET = 9
};

/* ---- What the trailers mean: rows, of which the first that matches says what comes next ---- */

/* What a row asks of a flag: bits of the values that it takes. */
enum twin_want {
    TWIN_WANT_UNSET = 1 << TWIN_UNSET,
    TWIN_WANT_SET = 1 << TWIN_SET, /* exactly the value that is written: a torn magic is not */
    TWIN_WANT_TOUCHED = 1 << TWIN_SET | 1 << TWIN_BAD, /* of a half-written flag the intent is
                                                          known (docs/design.md) */
    TWIN_WANT_NOT_SET = 1 << TWIN_UNSET | 1 << TWIN_BAD,
    TWIN_WANT_ANY = 1 << TWIN_UNSET | 1 << TWIN_SET | 1 << TWIN_BAD
};

/* The columns: flags of primary (P) and secondary (S). The last three are not fields of one bit:
 * the request is one to go back; the primary's trailer tells of a swap; all of it can be read. */
enum twin_column {
    TWIN_P_MAGIC,
    TWIN_S_MAGIC,
    TWIN_P_OK,
    TWIN_S_OK,
    TWIN_P_DONE,
    TWIN_S_BACK,
    TWIN_P_SWAP,
    TWIN_P_READ,
    TWIN_COLUMN_COUNT
};

struct twin_plan_row {
    uint8_t want[TWIN_COLUMN_COUNT]; /* enum twin_want */
    uint8_t plan;                    /* enum twin_plan */
};

/* ---- Requests to the bootloader ---- */

struct twin_swap_request {
    uint8_t plan; /* what it makes of the trailers: enum twin_plan */
    uint8_t type; /* enum twin_swap_type */
    uint8_t flag; /* that makes it what it is: enum twin_trailer_field; MAGIC: none is needed */
};
extern const struct twin_swap_request twin_swap_request_test, twin_swap_request_permanent;

/* ---- A mode ---- */

struct twin_mode {
    uint8_t id;                /* enum twin_mode_id */
    uint8_t status_per_sector; /* write units of the status area for each of max_sectors */
    bool has_tlv_sizes;        /* is that field in the trailer? */
    uint8_t update_sector;     /* of the secondary, in which an update begins */
    uint8_t back;              /* what tells a request to go back: COPY_DONE or SWAP_INFO */
    /* Sectors of each slot that no image may use, besides the trailer's; of one slot at least none.
     * The slot may have as many more than the other one. */
    uint8_t spare[2];
    uint8_t row_count; /* 0: no trailer decides anything, and there are no requests */
    const struct twin_plan_row *rows;
    /* Brings back the image that a confirmed swap has left at offset 0 of the secondary. */
    const struct twin_swap_request *previous;
    /* Bytes that an image may have. 0: the mode cannot be used with this geometry. */
    uint32_t (*image_max)(const struct twin_slots *slots);
    /* From where up to its status area nothing of the image in a slot can be: there starts on trial
     * are counted. */
    uint32_t (*free_from)(const struct twin_slots *slots, enum twin_slot slot);
};

extern const struct twin_mode twin_mode_swap_offset, twin_mode_swap_move, twin_mode_swap_scratch;
extern const struct twin_mode twin_mode_overwrite; /* how much is erased: the bootloader's affair */
/* An image runs from either slot, or from RAM: see twin_slots_seen_from(). */
extern const struct twin_mode twin_mode_xip, twin_mode_xip_revert, twin_mode_ram_load;
extern const struct twin_mode twin_mode_single; /* both areas are the one slot */

TWIN_C_END
