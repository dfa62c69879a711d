/*
 * boot.c - the frame around a mode: its configuration, its steps, and what it hands over.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"

twin_err_t twin_boot_init(struct twin_boot *boot, const struct twin_boot_config *config)
{
    TWIN_TRY(twin_slots_check(config->slots));
    uint32_t unit = config->slots->area[TWIN_PRIMARY].flash->write_bytes;

    if (config->attempts < 1 || config->attempts > TWIN_BOOT_ATTEMPTS_MAX ||
        config->buf_len < TWIN_FLASH_WRITE_MAX || config->buf_len % unit != 0 ||
        config->key_count == 0 || config->mode->facts != config->slots->mode) {
        return TWIN_E_ARG;
    }
    *boot = (struct twin_boot){.priv = {.config = config,
                                        .mode = config->mode,
                                        .slots = config->slots,
                                        .next = config->mode->look}};
    return TWIN_OK;
}

enum twin_boot_status twin_boot_hand_over(struct twin_boot *boot, const struct twin_image *image)
{
    boot->handover.proof = image->proof;
    boot->handover.image_addr = image->area->addr + image->off + image->header.hdr_size;
    boot->handover.image_len = image->header.img_size;
    boot->handover.version = image->header.version;
    return TWIN_BOOT_START;
}

enum twin_boot_status twin_boot_step(struct twin_boot *boot)
{
    return boot->priv.next(boot);
}
