/*
 * images.c - a device with several images: goes through them from the last one to the first.
 *
 * Three times: what is under way is finished; if what is asked for does not fit together, it is
 * withdrawn; then each is brought up to date, and the first one started.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

enum pass { PASS_FINISH, PASS_WITHDRAW, PASS_START };

/* More decisions than it takes to finish a swap, and the revert behind it, on a flash that works.
 */
#define LOOKS_MAX 4

static enum twin_boot_status begin(struct twin_boot_images *images, enum pass pass, unsigned image)
{
    images->priv.pass = (uint8_t)pass;
    images->priv.image = (uint8_t)image;
    images->priv.config.slots = &images->priv.map->images[image];
    if (twin_boot_init(&images->boot, &images->priv.config) != TWIN_OK) {
        return TWIN_BOOT_STOP;
    }
    if (pass == PASS_START && (images->priv.held >> image & 1) != 0) {
        images->boot.priv.next = twin_boot_start_primary;
    }
    images->boot.priv.swapped = (images->priv.swapped >> image & 1) != 0;
    return TWIN_BOOT_AGAIN;
}

twin_err_t twin_boot_images_init(struct twin_boot_images *images, const struct twin_map *map,
                                 const struct twin_boot_config *config)
{
    TWIN_TRY(twin_map_check(map));
    images->priv.map = map;
    images->priv.config = *config;
    images->priv.held = images->priv.swapped = 0;
    images->priv.unconfirmed = false;
    images->priv.wrong = 0;
    /* Modes that do not swap finish by themselves, each image on its own. */
    const enum pass first = config->mode->place_of == NULL ? PASS_START : PASS_FINISH;
    return begin(images, first, map->count - 1u) == TWIN_BOOT_AGAIN ? TWIN_OK : TWIN_E_ARG;
}

static bool is_under_way(enum twin_plan plan)
{
    return plan == TWIN_PLAN_RESUME || plan == TWIN_PLAN_REVERT;
}

static bool is_asked(enum twin_plan plan)
{
    return plan == TWIN_PLAN_TEST || plan == TWIN_PLAN_PERM || plan == TWIN_PLAN_PREVIOUS;
}

static enum twin_plan plan_of(struct twin_boot *boot)
{
    twin_slots_read(boot->priv.slots, &boot->priv.state);
    return boot->priv.state.plan;
}

/* ---- What the images depend on ---- */

/* The image that will be in a primary when all that is asked for is done. */
struct outcome {
    struct twin_image image;
    bool is_there;
};

/* Returns whether something is asked for. What the bootloader would refuse does not come. */
static bool foresee(struct twin_boot *boot, struct outcome *outcome)
{
    const struct twin_slots *slots = boot->priv.slots;
    const bool asked = is_asked(plan_of(boot));
    struct place place = {TWIN_PRIMARY, 0};

    if (asked && twin_boot_swap_plan(boot) == TWIN_OK) {
        place = boot->priv.mode->place_of(boot, true, 0);
    }
    outcome->is_there =
        twin_image_open(&outcome->image, &slots->area[place.slot],
                        place.sector * slots->sector_bytes, twin_slots_image_max(slots)) == TWIN_OK;
    return asked;
}

#define DEPENDENCY_LEN 12 /* image, three bytes of nothing, version */

static bool is_met(const struct twin_map *map, const struct outcome *outcomes,
                   const uint8_t dependency[DEPENDENCY_LEN])
{
    struct twin_version least;

    twin_version_get(&dependency[4], &least);
    for (unsigned i = 0; i < map->count; i++) {
        if (map->images[i].image == dependency[0]) {
            return outcomes[i].is_there &&
                   twin_version_compare(&outcomes[i].image.header.version, &least) >= 0;
        }
    }
    return false;
}

/* Does an image have all that it depends on? What cannot be read, it has not. */
static bool has_all(const struct twin_map *map, const struct outcome *outcomes,
                    const struct twin_image *image)
{
    uint8_t raw[DEPENDENCY_LEN];
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(image, &cursor, &tlv)) == TWIN_OK) {
        if (tlv.type != TWIN_TLV_DEPENDENCY || !tlv.is_protected) {
            continue;
        }
        if (tlv.len != sizeof(raw) ||
            twin_area_read(image->area, image->off + tlv.off, raw, sizeof(raw)) != TWIN_OK ||
            !is_met(map, outcomes, raw)) {
            return false;
        }
    }
    return err == TWIN_E_NOT_FOUND;
}

/* May all that is asked for be done? Without a request nothing changes, and nothing is compared. */
static bool requests_fit(struct twin_boot_images *images)
{
    const struct twin_map *map = images->priv.map;
    struct outcome outcomes[TWIN_IMAGES_MAX];
    bool asked = false, fits = true;

    for (unsigned i = 0; i < map->count; i++) {
        (void)begin(images, PASS_FINISH, i);
        asked |= foresee(&images->boot, &outcomes[i]);
    }
    for (unsigned i = 0; i < map->count && asked; i++) {
        fits &= !outcomes[i].is_there || has_all(map, outcomes, &outcomes[i].image);
    }
    return fits;
}

/* ---- The passes ---- */

/* The next image of this pass, or the next pass. */
static enum twin_boot_status go_on(struct twin_boot_images *images)
{
    const unsigned last = images->priv.map->count - 1u;

    if (images->priv.image > 0) {
        return begin(images, (enum pass)images->priv.pass, images->priv.image - 1u);
    }
    if (images->priv.pass == PASS_FINISH && !requests_fit(images)) {
        twin_boot_report(&images->boot, TWIN_BOOT_EV_REFUSED, TWIN_E_DEPENDS);
        return begin(images, PASS_WITHDRAW, last);
    }
    return begin(images, PASS_START, last);
}

static enum twin_boot_status finish(struct twin_boot_images *images)
{
    struct twin_boot *boot = &images->boot;

    images->priv.swapped =
        (uint8_t)(images->priv.swapped | boot->priv.swapped << images->priv.image);
    if (boot->priv.next == boot->priv.mode->look &&
        (boot->priv.looks >= LOOKS_MAX || !is_under_way(plan_of(boot)))) {
        return go_on(images);
    }
    return twin_boot_step(boot) == TWIN_BOOT_AGAIN ? TWIN_BOOT_AGAIN : go_on(images);
}

/* A request that the flash does not let go of is passed over at this start. */
static enum twin_boot_status withdraw(struct twin_boot_images *images)
{
    struct twin_boot *boot = &images->boot;
    bool done = false;

    if (boot->priv.copied == 0 && !is_asked(plan_of(boot))) {
        return go_on(images);
    }
    if (twin_boot_trailer_step(boot, TWIN_SECONDARY, &done) != TWIN_OK) {
        images->priv.held = (uint8_t)(images->priv.held | 1u << images->priv.image);
        return go_on(images);
    }
    return done ? go_on(images) : TWIN_BOOT_AGAIN;
}

static enum twin_boot_status start(struct twin_boot_images *images)
{
    struct twin_boot_handover *handover = &images->boot.handover;
    const enum twin_boot_status status = twin_boot_step(&images->boot);

    if (status != TWIN_BOOT_START) {
        return status;
    }
    images->priv.wrong += handover->proof - TWIN_PROVEN;
    handover->proof = TWIN_PROVEN + images->priv.wrong;
    handover->unconfirmed |= images->priv.unconfirmed;
    images->priv.unconfirmed = handover->unconfirmed;
    return images->priv.image == 0 ? TWIN_BOOT_START : go_on(images);
}

enum twin_boot_status twin_boot_images_step(struct twin_boot_images *images)
{
    static enum twin_boot_status (*const passes[])(struct twin_boot_images * images) = {
        [PASS_FINISH] = finish,
        [PASS_WITHDRAW] = withdraw,
        [PASS_START] = start,
    };

    return passes[images->priv.pass](images);
}
