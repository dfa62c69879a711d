/*
 * rig.h - a device for tests of the bootloader: simulated flash, two slots, an old image that
 * runs and a new one that may come. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/signed_image.h"
#include "support/simflash.h"
#include "twin/boot.h"
#include "twin/decrypter.h"
#include "twin/recorder.h"

#define RIG_BUF  1024 /* of a bootloader that unpacks no images */
#define RIG_FILL 0xffffffffu

/* Where the parts of a trailer are, in bytes from the start of the slot. */
struct trailer_map {
    uint32_t magic, image_ok, copy_done, swap_info, tlv_sizes, swap_size, status, sector;
};
struct trailer_map trailer_map(const struct twin_slots *slots, enum twin_slot slot);

/* The two halves of a mode, and the size of its scratch area. */
struct rig_mode {
    const struct twin_mode *facts;
    const struct twin_boot_mode *boot;
    bool in_place; /* images run from either slot */
    bool tries;    /* there are trials */
    uint32_t scratch_sectors;
    /* Makes the compressed image of which the bootloader makes this one; before, something in it
     * that can be compressed. NULL: images are not compressed. */
    void (*pack)(struct test_image *packed, struct test_image *image, const struct test_key *key);
    twin_err_t (*recover)(struct twin_boot *boot); /* NULL: twin_boot_recover */
};
extern const struct rig_mode rig_swap_offset, rig_swap_move, rig_overwrite, rig_overwrite_fast,
    rig_xip, rig_xip_revert, rig_swap_scratch, rig_swap_scratch_wide;

struct rig_shape {
    uint32_t sector_bytes, sectors, write_bytes;
    uint16_t max_sectors;
    uint8_t max_align, erased;
    uint32_t old_len, new_len; /* payload bytes; RIG_FILL: as many as the slot takes */
};

struct rig {
    struct sim_flash sim;
    const struct rig_mode *mode;
    struct twin_slots slots;        /* as the image that runs sees them */
    struct twin_slots device;       /* as the bootloader does, when that is not the same */
    struct twin_map map;            /* of these slots */
    struct twin_boot_config config; /* of these slots */
    struct twin_decrypt decrypt;    /* with an alg: the bootloader decrypts */
    struct test_key key;
    struct test_image old, new, next; /* versions 1.0.0, 2.0.0 and 3.0.0 */
    struct test_image new_packed, next_packed;
    _Alignas(16) uint8_t buf[32768];
    uint32_t events[TWIN_BOOT_EV_INVALID + 1]; /* counted since rig_boot began */
    uint32_t steps;
    bool records; /* the bootloader writes down what became of an update */
    /* What it does when nothing starts; NULL, and so after rig_reset: nothing. */
    twin_err_t (*recover)(struct twin_boot *boot);
};

/* What a boot came to. */
struct rig_boot {
    enum twin_boot_status status; /* AGAIN: power was lost, or it did not end */
    bool power_lost;
    uint8_t major; /* version of the image started */
    bool unconfirmed;
    uint8_t attempt;
};

/* A device in the mode swap-offset, or in another one. */
void rig_make(struct rig *rig, const struct rig_shape *shape);
void rig_make_in(struct rig *rig, const struct rig_shape *shape, const struct rig_mode *mode);
/* Images are encrypted with keys of 16 or 32 bytes; the program links support/takes_encrypted.c. */
void rig_make_encrypted(struct rig *rig, const struct rig_shape *shape, const struct rig_mode *mode,
                        uint8_t key_len);
void rig_free(struct rig *rig);

/* Erase all flash, put the old image into the primary and the new one where updates go. */
void rig_reset(struct rig *rig);

/* Put an image where updates go, as it is stored there, without rules. */
void rig_put_update(struct rig *rig, const struct test_image *image);

/* Store an image as an update, by the flash's rules, as a server would: sectors that are not blank
 * are erased, the trailer's from its end. */
void rig_store(struct rig *rig, const struct test_image *image);

/*
 * Boot once. Power is lost where sim_arm said. More operations in a step, or more steps, than
 * twin/boot.h promises count as violations of the flash.
 */
struct rig_boot rig_boot(struct rig *rig);

/* Is what stands in the slot that runs one of the three images, which are signed? Of header and
 * payload; behind them may stand anything. major: of its version. */
bool rig_is_signed(const struct rig *rig, unsigned major);

/*
 * Does a device that came to rest take the next update? Nothing stands in the way of an upload, the
 * request is taken, the update comes and can be confirmed. NULL, or what went wrong.
 */
const char *rig_update_fault(struct rig *rig);

/* Does the slot hold exactly this image at this offset? */
bool rig_slot_holds(const struct rig *rig, enum twin_slot slot, uint32_t off,
                    const struct test_image *image);
