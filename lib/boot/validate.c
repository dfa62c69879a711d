/*
 * validate.c - may this image be started, may this update be taken?
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

/* A verified image that may run, with its proof; or why not. */
static twin_err_t validate(const struct twin_boot_config *config, const struct twin_area *area,
                           uint32_t off, uint32_t max_len, struct twin_image *image)
{
    TWIN_TRY(twin_image_open(image, area, off, max_len));
    if ((image->header.flags & TWIN_IMAGE_NON_BOOTABLE) != 0) {
        return TWIN_E_UNSUPPORTED;
    }
    image->proof = twin_image_prove(image, config->keys, config->key_count, config->alg);
    return twin_proof_error(image->proof);
}

twin_err_t twin_boot_primary_validate(const struct twin_boot_config *config,
                                      struct twin_image *image)
{
    return validate(config, &config->slots->area[TWIN_PRIMARY], 0,
                    twin_slots_image_max(config->slots), image);
}

static bool open_at_start(const struct twin_boot_config *config, enum twin_slot slot,
                          struct twin_image *image)
{
    return twin_image_open(image, &config->slots->area[slot], 0,
                           twin_slots_image_max(config->slots)) == TWIN_OK;
}

twin_err_t twin_boot_moving_validate(const struct twin_boot_config *config,
                                     const struct twin_area *area, uint32_t max_len,
                                     bool version_rule, struct twin_image *image)
{
    struct twin_image running;

    TWIN_TRY(validate(config, area, 0, max_len, image));
    if (version_rule && config->no_downgrade != NULL &&
        open_at_start(config, TWIN_PRIMARY, &running) &&
        config->no_downgrade->is_downgrade(image, &running)) {
        return TWIN_E_STATE;
    }
    return TWIN_OK;
}

bool twin_boot_is_misplaced(const struct twin_boot_config *config)
{
    struct twin_image other;

    return config->slots->mode->update_sector != 0 && open_at_start(config, TWIN_SECONDARY, &other);
}

static uint32_t unprotected_len(const struct twin_image *image)
{
    return image->total_len - image->hashed_len;
}

void twin_boot_swap_measure(struct twin_boot *boot, const struct twin_image *arriving)
{
    struct twin_image leaving;

    boot->priv.swap_size = arriving->total_len;
    boot->priv.tlv_sizes = unprotected_len(arriving) << 16;
    if (!open_at_start(boot->priv.config, TWIN_PRIMARY, &leaving)) {
        return;
    }
    boot->priv.tlv_sizes |= unprotected_len(&leaving);
    if (leaving.total_len > boot->priv.swap_size) {
        boot->priv.swap_size = leaving.total_len;
    }
}
