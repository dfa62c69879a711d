/*
 * world.h - a device for tests of the bootloader: simulated flash, two slots, an old image that
 * runs and a new one that may come. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/signed_image.h"
#include "support/simflash.h"
#include "twin/boot.h"

#define WORLD_BUF 1024

struct world_shape {
    uint32_t sector_bytes, sectors, write_bytes;
    uint16_t max_sectors;
    uint8_t max_align, erased;
    uint32_t old_len, new_len; /* payload bytes */
};

struct world {
    struct sim_flash sim;
    struct twin_boot_config config;
    struct test_key key;
    struct test_image old, new, next; /* versions 1.0.0, 2.0.0 and 3.0.0 */
    uint8_t buf[WORLD_BUF];
    uint32_t events[TWIN_BOOT_EV_INVALID + 1]; /* counted since world_boot began */
    uint32_t steps;
};

/* What a boot came to. */
struct world_boot {
    enum twin_boot_status status; /* AGAIN: power was lost, or it did not end */
    bool power_lost;
    uint8_t major; /* version of the image started */
    bool unconfirmed;
    uint8_t attempt;
};

void world_make(struct world *world, const struct world_shape *shape);
void world_free(struct world *world);

/* Erase all flash, put the old image into the primary and the new one where updates go. */
void world_reset(struct world *world);

/* Store an image as an update, by the flash's rules, as a server would: sectors that are not blank
 * are erased, the trailer's from its end. */
void world_store(struct world *world, const struct test_image *image);

/*
 * Boot once. Power is lost where sim_arm said. More operations in a step, or more steps, than
 * twin/boot.h promises count as violations of the flash.
 */
struct world_boot world_boot(struct world *world);

/*
 * Does a device that came to rest take the next update? Nothing stands in the way of an upload, the
 * request is taken, the update comes and can be confirmed. NULL, or what went wrong.
 */
const char *world_update_fault(struct world *world);

/* Does the slot hold exactly this image at this offset? */
bool world_slot_holds(const struct world *world, enum twin_slot slot, uint32_t off,
                      const struct test_image *image);
