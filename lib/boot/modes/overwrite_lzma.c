/*
 * overwrite_lzma.c - overwrite-only, for updates that may be compressed.
 *
 * What stands in the secondary is verified as it is, so nobody but the owner of a key has made the
 * stream; then that the image which comes out will have a signature that is good, fits, and may be
 * taken. Only that the payload really comes out as it was signed is known when it has come out: to
 * know it before would take a place for all of it, and there the old image stands. From then on it
 * is as with any update: the request stands until the primary verifies, and with it the compressed
 * image. A payload that does not come out is not tried again before the next start.
 * Spec: docs/spec-image.md sections 6 and 9. SPDX-License-Identifier: Apache-2.0
 */
#include "overwrite.h"
#include "twin/unpack.h"

/* The decoder is at the start of the buffer. */
static struct twin_unpack *unpack_in(const struct twin_boot_config *config)
{
    return (struct twin_unpack *)(void *)config->buf;
}

/* Behind it, as much as it gives at once. */
static struct overwrite_source source_in(const struct twin_boot_config *config)
{
    struct twin_unpack *unpack = unpack_in(config);
    uint32_t left = config->buf_len - (uint32_t)sizeof(*unpack);

    left = left < TWIN_UNPACK_PIECE ? left : TWIN_UNPACK_PIECE;
    return (struct overwrite_source){&unpack->area, config->buf + sizeof(*unpack),
                                     twin_align_down(left, TWIN_FLASH_WRITE_MAX)};
}

static enum twin_boot_status unpack_step(struct twin_boot *boot)
{
    const struct twin_area *primary = &boot->priv.slots->area[TWIN_PRIMARY];
    const struct overwrite_source source = source_in(boot->priv.config);
    twin_err_t err;
    enum twin_boot_status status = twin_boot_overwrite_step(
        boot, &source, primary->len / boot->priv.slots->sector_bytes, &err);

    if (err == TWIN_E_FORMAT) {
        boot->priv.looks = OVERWRITE_LOOKS_MAX;
    }
    return status;
}

/* The image in the secondary, if it is a compressed one. */
static bool is_packed(const struct twin_boot_config *config, struct twin_image *packed)
{
    return twin_image_open(packed, &config->slots->area[TWIN_SECONDARY], 0,
                           twin_slots_image_max(config->slots)) == TWIN_OK &&
           (packed->header.flags & TWIN_IMAGE_LZMA2) != 0;
}

/* Is it signed as it stands there, and what comes out of it, too? */
static twin_err_t verify(const struct twin_boot_config *config, const struct twin_image *packed,
                         struct twin_image *update)
{
    const uint32_t flags = TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER;
    struct twin_image as_it_is = *packed; /* only its flags keep it from being one like others */
    uint8_t hash[TWIN_HASH_MAX];

    if (config->buf_len < sizeof(struct twin_unpack) + TWIN_FLASH_WRITE_MAX ||
        (uintptr_t)config->buf % _Alignof(struct twin_unpack) != 0) {
        return TWIN_E_ARG;
    }
    as_it_is.header.flags &= ~flags;
    TWIN_TRY(twin_image_verify(&as_it_is, config->keys, config->key_count, config->alg));
    if ((packed->header.flags & TWIN_IMAGE_NON_BOOTABLE) != 0) {
        return TWIN_E_UNSUPPORTED;
    }
    TWIN_TRY(twin_unpack_open(unpack_in(config), packed, &config->slots->area[TWIN_PRIMARY],
                              twin_slots_image_max(config->slots), update));
    TWIN_TRY(twin_image_hash_read(update, config->alg->hash, hash));
    return twin_proof_error(
        twin_image_prove_signatures(update, config->keys, config->key_count, config->alg, hash));
}

/* As the plan of an update that is not compressed. */
static twin_err_t plan(struct twin_boot *boot, const struct twin_image *packed, bool *is_there)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct twin_image running, update;
    const bool is_whole = twin_boot_primary_validate(config, &running) == TWIN_OK;

    TWIN_TRY(verify(config, packed, &update));
    if (is_whole && config->no_downgrade != NULL &&
        config->no_downgrade->is_downgrade(&update, &running)) {
        return TWIN_E_STATE;
    }
    boot->priv.swap_size = update.total_len;
    *is_there = is_whole && twin_boot_overwrite_is_same(&running, &update, config->alg->hash);
    return TWIN_OK;
}

static enum twin_boot_status follow(struct twin_boot *boot)
{
    struct twin_image packed;
    bool is_there = false;

    if (!is_packed(boot->priv.config, &packed)) {
        return twin_boot_overwrite_follow(boot);
    }
    twin_err_t err = plan(boot, &packed, &is_there);
    return twin_boot_overwrite_begin(boot, err, is_there, unpack_step);
}

static enum twin_boot_status look(struct twin_boot *boot)
{
    return twin_boot_overwrite_look(boot, follow);
}

const struct twin_boot_mode twin_boot_overwrite_lzma = {.facts = &twin_mode_overwrite,
                                                        .look = look};

twin_err_t twin_boot_recover_lzma(struct twin_boot *boot)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct twin_image packed, image;

    if (!is_packed(config, &packed)) {
        return twin_boot_recover(boot);
    }
    if (boot->priv.state.plan != TWIN_PLAN_NONE ||
        twin_boot_primary_validate(config, &image) == TWIN_OK) {
        return TWIN_E_STATE;
    }
    if (verify(config, &packed, &image) != TWIN_OK) {
        return TWIN_E_NOT_FOUND;
    }
    boot->priv.next = look;
    return twin_slots_request(config->slots, true);
}
