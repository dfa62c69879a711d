/*
 * boot_priv.h - what the files of lib/boot share. Not for anybody else.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

/* ---- boot.c: for every mode ---- */

/* Say that this image is to be started. */
enum twin_boot_status twin_boot_hand_over(struct twin_boot *boot, const struct twin_image *image);

/* start.c: start the primary if it verifies, or stop. handover.unconfirmed is left as it is. */
enum twin_boot_status twin_boot_start_untried(struct twin_boot *boot);

/* ---- What a mode that swaps is made of ---- */

/* When an operation is done: the part of the script that it belongs to, and the swap types that it
 * is for. The parts are done in this order; a script is entered at the first operation of one. */
enum script_part {
    SCRIPT_REVERT = 0 << 5, /* a revert begins: put the decision into the secondary's trailer */
    SCRIPT_TAKE = 1 << 5,   /* the request is whole: write the primary's trailer */
    SCRIPT_TAKEN = 2 << 5,  /* (swap-scratch) the request is in the scratch area's trailer */
    SCRIPT_FIRST = 3 << 5,  /* (swap-scratch) so is the status: of a first group of sectors */
    SCRIPT_MOVE = 4 << 5,   /* the primary's is whole: move, from where the status says */
    SCRIPT_FLAGS = 5 << 5   /* all is moved; at most a flag of the primary's trailer is missing */
};
enum {
    FOR_PERM = 1 << TWIN_SWAP_PERM,
    FOR_REVERT = 1 << TWIN_SWAP_REVERT,
    FOR_ALL = 1 << TWIN_SWAP_TEST | FOR_PERM | FOR_REVERT
};

/* OP_MOVES is the mode's: its step(), until that says done. */
enum op { OP_ERASE_TRAILER, OP_FIELD, OP_CHECK, OP_MOVES, OP_ERASE_FIRST, OP_END };

struct operation {
    uint8_t when;  /* a part, and types */
    uint8_t op;    /* enum op */
    uint8_t slot;  /* enum twin_slot */
    uint8_t field; /* enum twin_trailer_field; of OP_MOVES: for the mode to say */
};

/* A sector of a slot. */
struct place {
    uint8_t slot; /* enum twin_slot */
    uint32_t sector;
};

/* Of a move: what is done next (priv.stage). */
enum swap_stage { SWAP_STAGE_ERASE, SWAP_STAGE_COPY, SWAP_STAGE_STATUS };

/* A sector is copied, and a unit of the status area says so. */
struct move {
    struct place from, to;
    uint32_t status; /* number of the unit */
    uint32_t value;  /* written into it */
};

struct twin_boot_rule {
    twin_downgrade_fn is_downgrade;
    /* In modes that swap: nothing is asked for or under way. */
    enum twin_boot_status (*at_rest)(struct twin_boot *boot);
};

struct twin_boot_mode {
    const struct twin_mode *facts;
    enum twin_boot_status (*look)(struct twin_boot *boot); /* the first step */
    const struct operation *script;                        /* ends with OP_END */
    /* At most one flash operation of OP_MOVES. */
    twin_err_t (*step)(struct twin_boot *boot, const struct operation *operation, bool *done);
    /* The moves of the swap that priv.type and swap_size describe, in their order. A move's target
     * holds nothing that a later move needs. */
    uint32_t (*move_count)(const struct twin_boot *boot);
    struct move (*move_at)(const struct twin_boot *boot, uint32_t index);
    /* Where a sector of the arriving, or of the leaving image stands after priv.move moves. */
    struct place (*place_of)(const struct twin_boot *boot, bool arriving, uint32_t sector);
};

/* ---- The parts that such modes share ---- */

/* swap.c: look at the trailers and decide. */
enum twin_boot_status twin_boot_swap_look(struct twin_boot *boot);
/* What is decided: go through the script, from where it was entered; */
enum twin_boot_status twin_boot_swap_run(struct twin_boot *boot);
/* or erase a trailer in the next steps, which then are _erasing(). Both look again after it. */
enum twin_boot_status twin_boot_swap_erase(struct twin_boot *boot, enum twin_slot slot);
enum twin_boot_status twin_boot_swap_erasing(struct twin_boot *boot);
/* May the swap begin that priv.state asks for? Then its type and extent are set, and nothing has
 * moved: twin_boot_mode.place_of tells where the image stands that would arrive. */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_plan(struct twin_boot *boot);
/* Then begin it, at the first operation of this part of the script. */
enum twin_boot_status twin_boot_swap_enter(struct twin_boot *boot, enum script_part part);
/* Start the primary if it is good, whatever the trailers say; not counted. */
enum twin_boot_status twin_boot_start_primary(struct twin_boot *boot);

/* script.c: the operations that make a swap. */
void twin_boot_script_enter(struct twin_boot *boot, enum script_part part);
/* At most one flash operation. *done when nothing is left to do. */
TWIN_MUST_CHECK twin_err_t twin_boot_script_step(struct twin_boot *boot, bool *done);
/* Has it come to SCRIPT_FLAGS? */
bool twin_boot_script_is_complete(const struct twin_boot *boot);
/* Erase a trailer from its end, where the magic is: at most one sector, and see that it is blank.
 * priv.copied is 0 at the first call, and again when *done. */
TWIN_MUST_CHECK twin_err_t twin_boot_trailer_step(struct twin_boot *boot, enum twin_slot slot,
                                                  bool *done);

/* moves.c: moving the sectors. */
uint32_t twin_boot_sector_count(const struct twin_boot *boot); /* that swap_size covers */
TWIN_MUST_CHECK twin_err_t twin_boot_swap_resume(struct twin_boot *boot);
TWIN_MUST_CHECK twin_err_t twin_boot_swap_step(struct twin_boot *boot,
                                               const struct operation *operation, bool *done);
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
TWIN_MUST_CHECK twin_err_t twin_boot_attempts_count(const struct twin_slots *slots, uint8_t cell);

/* validate.c: may this image be started, may this update be taken? */
TWIN_MUST_CHECK twin_err_t twin_boot_primary_validate(const struct twin_boot_config *config,
                                                      struct twin_image *image);
/* An image that a swap moves; the area shows it in one piece. version_rule: it must not be below
 * the primary's version, where config forbids that. */
TWIN_MUST_CHECK twin_err_t twin_boot_moving_validate(const struct twin_boot_config *config,
                                                     const struct twin_area *area, uint32_t max_len,
                                                     bool version_rule, struct twin_image *image);
/* Is there an image at the start of the secondary, in a mode whose updates stand further in?
 * Somebody who does not know the mode has stored it. */
bool twin_boot_is_misplaced(const struct twin_boot_config *config);
/* Set the extent of a swap that brings this image; one that is not there counts 0. */
void twin_boot_swap_measure(struct twin_boot *boot, const struct twin_image *arriving);
