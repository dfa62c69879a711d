/*
 * twin/srv_image.h - the image group on a device: list, test and confirm, upload, erase, slot info.
 * Its commands and messages: twin/grp_image.h. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_image.h"
#include "twin/image.h"
#include "twin/mode.h"
#include "twin/server.h"

TWIN_C_BEGIN

struct twin_srv_image_config {
    const struct twin_slots *slots; /* a map's only image; of several: twin/srv_images.h */
    /* The bootloader's rule (twin/boot.h): the server refuses to mark what it would refuse. NULL:
     * there is none. */
    twin_downgrade_fn is_downgrade;
    /* Kind of the hash in images: the bootloader's signature says it (twin/crypto.h). NULL:
     * SHA-256. */
    const struct twin_hash_alg *hash;
    /* What comes next, in a mode in which no trailer says it: twin_srv_image_newest(). NULL: it is
     * as twin_slots_read() has it. */
    enum twin_plan (*plan)(const struct twin_slots *slots);
    /* In modes in which images run from either slot, slots are as the running image sees them
     * (twin_slots_seen_from()); this is the number of the slot that it runs from. Else 0. */
    uint8_t running;
    /* enum twin_slot: the first one with an image to speak of. TWIN_SECONDARY in a bootloader that
     * cannot start what is in the primary. Else 0. */
    uint8_t first;
    uint8_t told; /* for the group of several images: leave it 0 */
};

/* The plan where the image with the highest version is started: if the other one has it, it comes
 * for good; nobody needs to ask, and nobody can ask for a lower one. */
enum twin_plan twin_srv_image_newest(const struct twin_slots *slots);

/* An upload under way. */
struct twin_srv_upload {
    bool active;
    uint32_t len, off;           /* bytes of the file: all, and received so far */
    uint32_t erased_end;         /* the slot is erased from the last written byte up to here */
    struct twin_version version; /* of the image in the file */
    uint8_t sha[TWIN_SHA256_LEN];
    uint8_t sha_len;
    uint8_t tail_len; /* received bytes that do not fill a write unit yet */
    uint8_t tail[TWIN_FLASH_WRITE_MAX];
    uint8_t first[TWIN_FLASH_WRITE_MAX]; /* the file's first write unit, written last */
};

/* Made ready by twin_srv_init(). */
struct twin_srv_image_state {
    struct {
        struct twin_srv_upload upload;
    } priv;
};

/*
 * What the application is told when it is asked:
 *
 *   twin_image_upload_cmd       an upload begins: flash will be erased, a pending update withdrawn
 *   twin_image_state_write_cmd  an image will be swapped in at the next start
 *   twin_image_erase_cmd        the update's slot will be erased, a pending update withdrawn; there
 *                               are no details (NULL)
 */
struct twin_srv_image_question {
    struct twin_version version; /* of the image */
    uint32_t len;                /* upload: bytes of the whole file */
    bool permanent;              /* state write: for good; otherwise on trial */
};

/*
 * The group in the table of a server; both arguments must live as long as the server.
 * twin_srv_init() returns TWIN_E_ARG if slots are missing or not usable.
 */
#define TWIN_SRV_IMAGE(config_, state_)                                                            \
    {                                                                                              \
        &twin_srv_image, 1 ? (config_) : (const struct twin_srv_image_config *)0,                  \
            1 ? (state_) : (struct twin_srv_image_state *)0                                        \
    }
extern const struct twin_srv_group twin_srv_image;

TWIN_C_END
