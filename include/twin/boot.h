/*
 * twin/boot.h - the bootloader: decide, validate, swap, revert, hand over. Logic only.
 *
 * Look at flash, choose one flash operation, do it, return: that is twin_boot_step(). The port
 * calls it until it says what to start. After a power cut the same code looks again; there is no
 * separate way to resume, and a simulator can stop between any two steps.
 *
 *     struct twin_boot boot;
 *     twin_boot_init(&boot, &config);
 *     while ((status = twin_boot_step(&boot)) == TWIN_BOOT_AGAIN) { }
 *     if (status == TWIN_BOOT_START) { port_start(&boot.handover); }
 *
 * Spec: docs/spec-image.md sections 8 and 9, docs/spec-boot-attempts.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"
#include "twin/mode.h"

TWIN_C_BEGIN

#define TWIN_BOOT_ATTEMPTS_MAX 8

/* What happened, for a log. */
enum twin_boot_event {
    TWIN_BOOT_EV_RESUME,  /* a swap that power cut short goes on; arg = sectors moved */
    TWIN_BOOT_EV_SWAP,    /* a swap begins; arg = enum twin_swap_type */
    TWIN_BOOT_EV_SWAPPED, /* it is complete; arg = enum twin_swap_type */
    TWIN_BOOT_EV_REFUSED, /* the update was not taken; arg = twin_err_t */
    TWIN_BOOT_EV_ATTEMPT, /* an unconfirmed image gets a start; arg = its number, from 1 */
    TWIN_BOOT_EV_GIVE_UP, /* no confirmation after all attempts, or not valid: revert */
    TWIN_BOOT_EV_REVERT_IMPOSSIBLE, /* a revert is due but the old image is not valid */
    TWIN_BOOT_EV_INVALID            /* the primary does not verify; arg = twin_err_t */
};

/* What a mode does to flash; one file each, in lib/boot/modes. The facts of these are in the modes
 * of the same names (twin/mode.h). */
struct twin_boot_mode;
extern const struct twin_boot_mode twin_boot_swap_offset, twin_boot_swap_move,
    twin_boot_swap_scratch;
/* The update replaces the image that runs: all of the slot is erased first, or, faster, what the
 * update needs, and remains of the old image stay behind it. Both have the facts of "overwrite". */
extern const struct twin_boot_mode twin_boot_overwrite, twin_boot_overwrite_fast;
/* The first of them, for updates that may be compressed (twin/unpack.h), by LZMA2. Then `buf` of
 * the config has to be as large as struct twin_unpack and one TWIN_UNPACK_PIECE, and aligned for
 * the former: with less, compressed updates are refused. */
extern const struct twin_boot_mode twin_boot_overwrite_lzma;
/* Images run where they are, in either slot, or are copied to RAM and run there. */
extern const struct twin_boot_mode twin_boot_xip, twin_boot_xip_revert, twin_boot_ram_load;
extern const struct twin_boot_mode twin_boot_single;

/* What counts as a step back: twin_downgrade_version(), _build() or _counter() (twin/image.h). */
struct twin_boot_rule;
extern const struct twin_boot_rule twin_boot_no_downgrade_version, twin_boot_no_downgrade_build,
    twin_boot_no_downgrade_counter;

struct twin_boot_config {
    const struct twin_boot_mode *mode; /* the one that the slots name */
    const struct twin_slots *slots;    /* must live as long as the config */
    const struct twin_pubkey *keys;
    const struct twin_sig_alg *alg;
    uint8_t key_count;
    uint8_t attempts; /* starts of an unconfirmed image before the old one returns: 1 to 8 */
    /* Refuse an update, or the previous image on request, that is a step back from the running one:
     * twin_boot_no_downgrade_version or its like. NULL: take any. A trial that fails may go back to
     * any in each case. */
    const struct twin_boot_rule *no_downgrade;
    uint8_t *buf;     /* for copying; larger is faster, never more than a sector is used */
    uint32_t buf_len; /* bytes: at least TWIN_FLASH_WRITE_MAX, a multiple of the write unit */
    void (*log)(void *ctx, enum twin_boot_event event, uint32_t arg); /* may be NULL */
    void *log_ctx;
    /* RAM load: where images may be put, by the addresses that their headers have. Reading and
     * writing are any memory access; a write unit of 1, and nothing is erased. NULL in other modes.
     */
    const struct twin_area *ram;
};

enum twin_boot_status {
    TWIN_BOOT_AGAIN, /* call again */
    TWIN_BOOT_START, /* start what handover says */
    TWIN_BOOT_STOP   /* nothing can be started; wait for help (serial recovery, a debugger) */
};

/* What to start and how. */
struct twin_boot_handover {
    uint32_t image_addr; /* of the payload, from the start of the flash device, or in RAM */
    uint32_t image_len;  /* bytes of the payload */
    twin_proof_t proof;  /* that it is good: who starts it calls twin_proof_demand() */
    uint8_t slot : 1;    /* enum twin_slot: the one that its image is stored in */
    bool in_ram : 1;     /* image_addr is of config's ram, not of the flash */
    bool unconfirmed;    /* nobody confirmed it: arm the watchdog before starting it */
    uint8_t attempt;     /* number of this start on trial, from 1; 0: not counted (confirmed, or
                            there is nothing to go back to) */
    uint8_t attempts;    /* how many it gets */
    struct twin_version version;
};

struct twin_boot {
    struct twin_boot_handover handover; /* valid with TWIN_BOOT_START */
    struct {
        const struct twin_boot_config *config;
        const struct twin_boot_mode *mode; /* both of config */
        const struct twin_slots *slots;
        struct twin_slots_state state;
        uint32_t tlv_sizes, swap_size; /* of the swap under way */
        uint32_t move, copied;         /* progress in it: moves done, bytes of this one */
        uint32_t moved;                /* moves of it that this boot knows to be done */
        enum twin_boot_status (*next)(struct twin_boot *boot);
        uint8_t operation, stage; /* of the script, and of a move */
        uint8_t slot, cell;       /* where a trailer is erased, a start is counted */
        uint8_t type;             /* enum twin_swap_type of the swap under way */
        uint8_t looks;            /* times the flash was looked at from the start */
        bool swapped;             /* a swap was completed in this boot */
        bool complete;            /* the last one is complete, whatever its trailer says */
    } priv;
};

/*
 * Begin. config must live as long as boot.
 *
 * Returns TWIN_OK; TWIN_E_ARG if the geometry or a limit in config is wrong, or its mode is not
 * that of the slots.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_init(struct twin_boot *boot,
                                          const struct twin_boot_config *config);

/*
 * Do one step: at most one write or one erase of flash.
 *
 * Bounded from any state of the flash. With n sectors in a slot and b buffer-fulls in a sector, a
 * swap takes at most m n (b + 2) + 60 steps, where m is the mode's status_per_sector, or 1 where
 * that is 0; a boot makes at most two of them (one that power cut short, then its revert), and on a
 * flash that refuses its work at most eight. Stack: about 1.2 KB and what the signature needs.
 */
enum twin_boot_status twin_boot_step(struct twin_boot *boot);

/*
 * The modes say here what happens, and config's log hears it. A program that does not listen may
 * define this itself, and do nothing: then nothing of it is linked (ports/boot/report_none.c).
 */
void twin_boot_report(const struct twin_boot *boot, enum twin_boot_event event, uint32_t arg);

/*
 * For the application on trial: give the remaining attempts up, so that the next start reverts.
 *
 * Returns TWIN_OK; TWIN_E_STATE when not on trial; TWIN_E_SPACE when no cell is left (a plain
 * reset is then enough); TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_revert_request(const struct twin_slots *slots);

/*
 * When twin_boot_step() said TWIN_BOOT_STOP: begin to bring the image in the secondary, if it is
 * good. With TWIN_OK the steps go on; a flash that refuses its work may bring them here again. It
 * stays, as if an application had asked for it for good; power may fail in it as in any other swap.
 * An option: only a bootloader that calls it has it. Modes in which images run from either slot
 * need none, they start what verifies. Of several images, call it with that of images.boot.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND if there is no good image, or in a mode that swaps none that
 * the version rule allows beside what the primary's header says; TWIN_E_STATE if the primary is
 * good, something else is asked for or under way, or the mode knows no requests; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_recover(struct twin_boot *boot);
/* The same in the mode overwrite_lzma, where that image may be compressed. */
TWIN_MUST_CHECK twin_err_t twin_boot_recover_lzma(struct twin_boot *boot);

/* ---- A device with several images (lib/boot/images.c) ---- */

/*
 * Each image is brought up to date by itself, from the last one to image 0, which is then started:
 *
 *     struct twin_boot_images images;
 *     twin_boot_images_init(&images, &map, &config);
 *     while ((status = twin_boot_images_step(&images)) == TWIN_BOOT_AGAIN) { }
 *     if (status == TWIN_BOOT_START) { port_start(&images.boot.handover); }
 *
 * Updates that depend on other images (docs/spec-image.md section 4) are taken all or none: what
 * was asked for is withdrawn if afterwards one of the images would lack what it depends on. Nothing
 * is started while one of them is not valid: image 0 may run code of the others, and nobody else
 * verifies them. Each counts its own starts on trial. In modes that do not swap dependencies are
 * not looked at: each image is on its own.
 */
struct twin_boot_images {
    struct twin_boot boot; /* its handover is valid with TWIN_BOOT_START: image 0, unconfirmed if
                              any of the images is */
    struct {
        struct twin_boot_config config;
        const struct twin_map *map;
        uint8_t image;    /* in work */
        uint8_t pass;     /* through all of them */
        uint8_t held;     /* bits of those whose request could not be withdrawn */
        uint8_t swapped;  /* bits of those whose swap was finished in this boot */
        bool unconfirmed; /* one of those before is */
        uint32_t wrong;   /* with their proofs; 0 */
    } priv;
};

/*
 * Begin. map must live as long as images; config is copied, its slots are not looked at.
 *
 * Returns as twin_boot_init(); TWIN_E_ARG also for a map that is not usable.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_images_init(struct twin_boot_images *images,
                                                 const struct twin_map *map,
                                                 const struct twin_boot_config *config);

/* One step, as twin_boot_step(). */
enum twin_boot_status twin_boot_images_step(struct twin_boot_images *images);

TWIN_C_END
