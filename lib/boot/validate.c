/*
 * validate.c - may this image be started, may this update be taken?
 *
 * Threat: a voltage or clock glitch that skips an instruction or clears a register must not turn
 * "no" into "yes". So the answer of verify() is a wide value that is never 0, it is built up from
 * two independent looks at the result, and it is compared twice. Other files see ordinary errors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

#define HALF_A   0x3c5a0000u
#define HALF_B   0x000096e1u
#define VERIFIED (HALF_A | HALF_B)

static uint32_t verify(const struct twin_boot_config *config, const struct twin_image *image)
{
    volatile twin_err_t err = TWIN_E_VERIFY;
    volatile uint32_t answer = 0;

    err = twin_image_verify(image, config->keys, config->key_count, config->alg);
    if (err == TWIN_OK) {
        answer |= HALF_A;
    }
    if (err == TWIN_OK) {
        answer |= HALF_B;
    }
    return answer;
}

/* A verified image that may run, or why not. */
static twin_err_t validate(const struct twin_boot_config *config, const struct twin_area *area,
                           uint32_t off, uint32_t max_len, struct twin_image *image)
{
    TWIN_TRY(twin_image_open(image, area, off, max_len));
    if ((image->header.flags & TWIN_IMAGE_NON_BOOTABLE) != 0) {
        return TWIN_E_UNSUPPORTED;
    }
    volatile uint32_t answer = verify(config, image);
    if (answer != VERIFIED) {
        return TWIN_E_VERIFY;
    }
    return answer == VERIFIED ? TWIN_OK : TWIN_E_VERIFY;
}

static twin_err_t validate_at(const struct twin_boot_config *config, enum twin_slot slot,
                              uint32_t off, struct twin_image *image)
{
    return validate(config, &config->slots.area[slot], off, twin_slots_image_max(&config->slots),
                    image);
}

twin_err_t twin_boot_primary_validate(const struct twin_boot_config *config,
                                      struct twin_image *image)
{
    return validate_at(config, TWIN_PRIMARY, 0, image);
}

twin_err_t twin_boot_old_validate(const struct twin_boot_config *config)
{
    struct twin_image image;

    return validate_at(config, TWIN_SECONDARY, 0, &image);
}

static bool open_at(const struct twin_boot_config *config, enum twin_slot slot, uint32_t off,
                    struct twin_image *image)
{
    return twin_image_open(image, &config->slots.area[slot], off,
                           twin_slots_image_max(&config->slots)) == TWIN_OK;
}

/* Where downgrades are forbidden: not below what the primary holds, if it holds an image. */
static twin_err_t check_version(const struct twin_boot_config *config,
                                const struct twin_image *choice)
{
    struct twin_image running;

    return config->no_downgrade && open_at(config, TWIN_PRIMARY, 0, &running) &&
                   twin_version_compare(&choice->header.version, &running.header.version) < 0
               ? TWIN_E_STATE
               : TWIN_OK;
}

/* A verified image at this offset of the secondary that the version rule allows. */
static twin_err_t choice_validate(const struct twin_boot_config *config, uint32_t off)
{
    struct twin_image choice;

    TWIN_TRY(validate_at(config, TWIN_SECONDARY, off, &choice));
    return check_version(config, &choice);
}

twin_err_t twin_boot_previous_validate(const struct twin_boot_config *config)
{
    return choice_validate(config, 0);
}

twin_err_t twin_boot_moving_validate(const struct twin_boot_config *config,
                                     const struct twin_area *area, uint32_t max_len,
                                     bool version_rule)
{
    struct twin_image image;

    TWIN_TRY(validate(config, area, 0, max_len, &image));
    return version_rule ? check_version(config, &image) : TWIN_OK;
}

twin_err_t twin_boot_update_validate(const struct twin_boot_config *config)
{
    struct twin_image other;

    /* An image in sector 0 was put there by somebody who does not know this mode. */
    if (open_at(config, TWIN_SECONDARY, 0, &other)) {
        return TWIN_E_STATE;
    }
    return choice_validate(config, twin_slots_update_off(&config->slots));
}

static void measure_one(struct twin_boot *boot, enum twin_slot slot, uint32_t off)
{
    struct twin_image image;

    if (!open_at(boot->priv.config, slot, off, &image)) {
        return;
    }
    uint32_t unprotected = image.total_len - image.hashed_len;
    boot->priv.tlv_sizes |= slot == TWIN_PRIMARY ? unprotected : unprotected << 16;
    if (image.total_len > boot->priv.swap_size) {
        boot->priv.swap_size = image.total_len;
    }
}

void twin_boot_swap_measure(struct twin_boot *boot, enum twin_swap_type type)
{
    const struct twin_slots *slots = &boot->priv.config->slots;

    boot->priv.swap_size = 0;
    boot->priv.tlv_sizes = 0;
    measure_one(boot, TWIN_PRIMARY, 0);
    measure_one(boot, TWIN_SECONDARY, type == TWIN_SWAP_REVERT ? 0 : twin_slots_update_off(slots));
}
