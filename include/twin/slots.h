/*
 * twin/slots.h - the two slots of an image, their trailers, and what they say will happen next.
 *
 * The trailer stands at the end of a slot and is the only channel between application and
 * bootloader. Start here: fill in a struct twin_slots, check it once with twin_slots_check(), read
 * with twin_slots_read(). What is different from one way to update to another is in their mode
 * (twin/mode.h). Spec: docs/spec-image.md sections 7 and 8; where we are stricter: docs/design.md.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/flash.h"

TWIN_C_BEGIN

/* The areas of an image. Scratch is in the mode swap-scratch only: nobody but the bootloader uses
 * it, and what it keeps there, but in the middle of a swap, is of no use to anybody. */
enum twin_slot { TWIN_PRIMARY = 0, TWIN_SECONDARY = 1, TWIN_SCRATCH = 2, TWIN_SLOT_COUNT };

struct twin_mode;

/* Geometry: const, chosen by the port, the same in bootloader and application. */
struct twin_slots {
    const struct twin_mode *mode; /* how an update comes to run: &twin_mode_swap_offset, ... */
    struct twin_area area[TWIN_SLOT_COUNT]; /* by enum twin_slot; they do not overlap */
    uint32_t sector_bytes; /* what a swap moves at a time: a multiple of the erase unit of each
                              area. In swap-scratch the scratch area holds one of them, or more */
    uint16_t max_sectors;  /* status entries in the trailer; MCUboot's default is 128 */
    uint8_t max_align;     /* BOOT_MAX_ALIGN: 8, 16 or 32, at least the write unit */
    uint8_t image;         /* number of the image these slots belong to, 0 to 14 */
    uint8_t key_room;      /* bytes that trailers keep free for image keys: TWIN_KEY_ROOM() where
                              the bootloader decrypts, otherwise 0 */
};

/* For the keys of two images, of 16 or 32 bytes each; 0: for none. */
#define TWIN_KEY_ROOM(key_len, max_align)                                                          \
    ((key_len) == 0 ? 0 : (key_len) < (max_align) ? 2 * (max_align) : 2 * (key_len))

/*
 * The same slots, as an image that runs from one of them sees them: TWIN_PRIMARY is where it runs,
 * TWIN_SECONDARY is the other one, where its update goes. For modes in which images run from either
 * slot; with `running` TWIN_PRIMARY it is a copy.
 */
struct twin_slots twin_slots_seen_from(const struct twin_slots *slots, enum twin_slot running);

/* The flash map: the images of a device, each with its slots. */
struct twin_map {
    const struct twin_slots *images; /* by their numbers; the first is the one that is started */
    uint8_t count;                   /* 1 to TWIN_IMAGES_MAX */
};

#define TWIN_IMAGES_MAX 4

/*
 * Is this geometry usable? To be called once, at start.
 *
 * Returns TWIN_OK; TWIN_E_ARG if there is no mode, sizes are not multiples of each other, the
 * slots differ by more than the mode allows, there are more sectors than max_sectors, or a slot has
 * no room for image and trailer.
 */
TWIN_MUST_CHECK twin_err_t twin_slots_check(const struct twin_slots *slots);

/* The same for a map; TWIN_E_ARG also if there are too few or too many images, their numbers do not
 * rise, or one of several is in the mode swap-scratch. */
TWIN_MUST_CHECK twin_err_t twin_map_check(const struct twin_map *map);

/* Bytes that an image, header to last TLV, may have under this geometry. */
uint32_t twin_slots_image_max(const struct twin_slots *slots);

/* Where an update is stored: its offset in the secondary. */
uint32_t twin_slots_update_off(const struct twin_slots *slots);

/* What a field of one bit, or the magic, holds. */
enum twin_flag {
    TWIN_UNSET, /* erased */
    TWIN_SET,   /* the magic is whole, the flag is 1 */
    TWIN_BAD    /* anything else, also what cannot be read: a write that power cut short */
};

/* The fields of a trailer, from its end. A mode may be without the last but one. */
enum twin_trailer_field {
    TWIN_FIELD_MAGIC,
    TWIN_FIELD_IMAGE_OK,
    TWIN_FIELD_COPY_DONE,
    TWIN_FIELD_SWAP_INFO,
    TWIN_FIELD_TLV_SIZES,
    TWIN_FIELD_SWAP_SIZE
};

/*
 * Where things are, in bytes from the start of the slot (section 7): the write units of a field;
 * the status area, which ends where the last field begins, or below it the room for image keys; the
 * sector that the trailer begins in, which is erased with it.
 */
uint32_t twin_trailer_off(const struct twin_slots *slots, enum twin_slot slot,
                          enum twin_trailer_field field);
uint32_t twin_trailer_status_off(const struct twin_slots *slots, enum twin_slot slot);
uint32_t twin_trailer_sector_off(const struct twin_slots *slots, enum twin_slot slot);

/* The status area of the scratch area's trailer, which is for the first group of sectors only. */
uint32_t twin_scratch_status_off(const struct twin_slots *slots);

enum twin_swap_type {
    TWIN_SWAP_NONE = 1,
    TWIN_SWAP_TEST = 2,
    TWIN_SWAP_PERM = 3,
    TWIN_SWAP_REVERT = 4
};

struct twin_trailer {
    enum twin_flag magic, image_ok, copy_done;
    enum twin_swap_type swap_type; /* from swap_info; NONE if it says nothing valid */
    uint32_t swap_size;            /* bytes being swapped; meaningful during a swap */
    bool unreadable; /* a field could not be read: it counts as BAD, NONE or too large */
};

/*
 * The magic at the end of a trailer, for fields of this alignment (8, 16 or 32). It depends on the
 * alignment: that is how a reader notices a wrong geometry.
 */
#define TWIN_MAGIC_LEN 16
void twin_trailer_magic(uint32_t max_align, uint8_t magic[TWIN_MAGIC_LEN]);

/* What the two trailers together mean. */
enum twin_plan {
    TWIN_PLAN_NONE,    /* start the primary; it is confirmed, or was never swapped in */
    TWIN_PLAN_TRIAL,   /* the primary was swapped in and is not confirmed: start it, or revert */
    TWIN_PLAN_TEST,    /* swap the update in, unconfirmed */
    TWIN_PLAN_PERM,    /* swap the update in, confirmed */
    TWIN_PLAN_REVERT,  /* a revert was begun in the secondary's trailer */
    TWIN_PLAN_RESUME,  /* a swap is under way; its type is in primary.swap_type */
    TWIN_PLAN_PREVIOUS /* back to the previous image although the primary is confirmed: asked for
                          with twin_slots_request_previous() */
};

/*
 * Read one slot's trailer. Each field is read by itself, because power that fails in a write or an
 * erase may leave one that cannot be read while the others can. Cost: six or seven flash reads.
 */
void twin_trailer_read(const struct twin_slots *slots, enum twin_slot slot,
                       struct twin_trailer *trailer);

struct twin_slots_state {
    struct twin_trailer trailer[2];
    enum twin_plan plan;
};

/*
 * Read both trailers and decide. Fields that cannot be read count as torn; only an erase can heal
 * them, and the next update brings it. Cost: up to 14 flash reads.
 */
void twin_slots_read(const struct twin_slots *slots, struct twin_slots_state *state);

/*
 * Write a field, once per erase of the trailer.
 *
 * value  SWAP_INFO: enum twin_swap_type; TLV_SIZES: primary's unprotected TLV bytes, plus
 *        secondary's << 16; SWAP_SIZE: bytes; of no use for the others.
 *
 * Returns TWIN_OK; TWIN_E_STATE if it does not read erased, or cannot be read, and is left alone;
 * TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_trailer_write(const struct twin_slots *slots, enum twin_slot slot,
                                              enum twin_trailer_field field, uint32_t value);

/* Erase the sectors that the trailer covers. One erase per slot in common geometries. */
TWIN_MUST_CHECK twin_err_t twin_trailer_erase(const struct twin_slots *slots, enum twin_slot slot);

/*
 * Ask the bootloader to swap the update in at the next start.
 *
 * permanent  false: on trial, true: confirmed at once.
 *
 * Returns TWIN_OK (also when just this was asked already); TWIN_E_STATE when a swap is under way,
 * the primary is on trial or another request stands; TWIN_E_IO.
 * The caller has checked that there is an image. A request that power cut short is erased first.
 */
TWIN_MUST_CHECK twin_err_t twin_slots_request(const struct twin_slots *slots, bool permanent);

/*
 * Has a swap that was completed and confirmed left an image to go back to, at offset 0 of the
 * secondary? Whether it is still there and whole is for the caller to see.
 */
bool twin_slots_has_previous(const struct twin_slots_state *state);

/*
 * Ask the bootloader to bring the previous image back at the next start: the one that was swapped
 * out when the running one came, and that stands at offset 0 of the secondary since then. It needs
 * no upload and is confirmed when it starts. The image that goes is then stored as an update, one
 * sector in, and can be asked for again with twin_slots_request().
 *
 * Returns TWIN_OK (also when just this was asked already); TWIN_E_STATE when the primary was never
 * swapped in, is on trial (then see twin_boot_revert_request()), another request stands or a swap
 * is under way; TWIN_E_IO.
 * The caller has checked that there is an image. The bootloader verifies it and, with no_downgrade,
 * compares it with the running one; if it refuses, the request is erased and the running image
 * stays, confirmed.
 * May be cut anywhere by power: then the request stands or it does not.
 */
TWIN_MUST_CHECK twin_err_t twin_slots_request_previous(const struct twin_slots *slots);

/*
 * Take back what was asked with twin_slots_request() or twin_slots_request_previous(). Images are
 * left alone.
 *
 * Returns TWIN_OK (also when nothing was asked); TWIN_E_STATE when a swap is under way, the primary
 * is on trial or is to be reverted: that is not the application's to take back; TWIN_E_IO.
 * Power that fails inside may leave a permanent request as a test.
 */
TWIN_MUST_CHECK twin_err_t twin_slots_withdraw(const struct twin_slots *slots);

/*
 * Confirm the running image: from now on it stays. Safe to call at every start.
 *
 * Returns TWIN_OK (also when there is nothing to confirm: nothing is written then); TWIN_E_IO, also
 * when too little can be read to know that.
 */
TWIN_MUST_CHECK twin_err_t twin_slots_confirm(const struct twin_slots *slots);

TWIN_C_END
