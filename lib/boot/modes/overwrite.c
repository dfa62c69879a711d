/*
 * overwrite.c - the modes that copy an update over the image that runs. There is nothing to go
 * back to, so nothing is on trial.
 *
 * While the primary is not whole the request stands in the secondary: power that fails begins again
 * from there, and only a primary that verifies ends it. The update stays in the secondary, so that
 * it can take the place of a primary that is damaged later (twin_boot_recover()).
 * Spec: docs/spec-image.md section 9. SPDX-License-Identifier: Apache-2.0
 */
#include "overwrite.h"
#include <string.h>

enum stage { STAGE_ERASE, STAGE_COPY };

/* Take the request back; then look again. */
static enum twin_boot_status erase_request(struct twin_boot *boot)
{
    bool done = false;

    if (twin_boot_trailer_step(boot, TWIN_SECONDARY, &done) != TWIN_OK) {
        return twin_boot_start_untried(boot);
    }
    boot->priv.next = done ? boot->priv.mode->look : erase_request;
    return TWIN_BOOT_AGAIN;
}

/* Copy a buffer-full of this sector: what belongs to the image, and no byte behind it. */
static twin_err_t copy_some(struct twin_boot *boot, const struct overwrite_source *source,
                            uint32_t off)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_area *to = &config->slots->area[TWIN_PRIMARY];
    uint32_t left = boot->priv.swap_size - off;
    uint32_t in_sector = config->slots->sector_bytes - boot->priv.copied;
    uint32_t part = left < in_sector ? left : in_sector;

    part = part < source->buf_len ? part : source->buf_len;
    TWIN_TRY(twin_area_read(source->area, off, source->buf, part));
    uint32_t padded = twin_align_up(part, to->flash->write_bytes);
    memset(source->buf + part, to->flash->erased, padded - part);
    boot->priv.copied += part;
    return twin_flash_is_erased(to->flash, source->buf, padded)
               ? TWIN_OK
               : twin_area_write(to, off, source->buf, padded);
}

/* One operation on the sector priv.move; *next when it is as it should be. */
static twin_err_t overwrite_some(struct twin_boot *boot, const struct overwrite_source *source,
                                 bool *next)
{
    const struct twin_slots *slots = boot->priv.slots;
    uint32_t start = boot->priv.move * slots->sector_bytes, off = start + boot->priv.copied;

    if (boot->priv.stage == STAGE_ERASE) {
        boot->priv.stage = STAGE_COPY;
        boot->priv.copied = 0;
        return twin_area_is_blank(&slots->area[TWIN_PRIMARY], start, slots->sector_bytes)
                   ? TWIN_OK
                   : twin_area_erase(&slots->area[TWIN_PRIMARY], start, slots->sector_bytes);
    }
    *next = off >= boot->priv.swap_size || boot->priv.copied == slots->sector_bytes;
    return *next ? TWIN_OK : copy_some(boot, source, off);
}

/* Sectors to be erased: all there are, or those of the update. */
static uint32_t extent(const struct twin_boot *boot)
{
    const struct twin_slots *slots = boot->priv.slots;

    return boot->priv.mode == &twin_boot_overwrite_fast
               ? twin_boot_sector_count(boot)
               : slots->area[TWIN_PRIMARY].len / slots->sector_bytes;
}

/* Whatever goes wrong is done again, from the request. */
enum twin_boot_status twin_boot_overwrite_step(struct twin_boot *boot,
                                               const struct overwrite_source *source,
                                               uint32_t sectors, twin_err_t *err)
{
    bool next = false;

    *err = overwrite_some(boot, source, &next);
    if (next) {
        boot->priv.move++;
        boot->priv.stage = STAGE_ERASE;
    }
    if (*err != TWIN_OK || boot->priv.move == sectors) {
        boot->priv.next = boot->priv.mode->look;
    }
    return TWIN_BOOT_AGAIN;
}

static enum twin_boot_status overwrite(struct twin_boot *boot)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct overwrite_source source = {&config->slots->area[TWIN_SECONDARY], config->buf,
                                            config->buf_len};
    twin_err_t err;

    return twin_boot_overwrite_step(boot, &source, extent(boot), &err);
}

bool twin_boot_overwrite_is_same(const struct twin_image *a, const struct twin_image *b,
                                 const struct twin_hash_alg *alg)
{
    uint8_t hash_a[TWIN_HASH_MAX], hash_b[TWIN_HASH_MAX];

    return twin_image_hash_read(a, alg, hash_a) == TWIN_OK &&
           twin_image_hash_read(b, alg, hash_b) == TWIN_OK && memcmp(hash_a, hash_b, alg->len) == 0;
}

/*
 * May this update be taken, and is it not there yet? The version rule compares it with a primary
 * that verifies: one that was overwritten by half may look like anything, and must not keep the
 * update out.
 */
static twin_err_t plan(struct twin_boot *boot, bool *is_there)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct twin_image running, update;
    const bool is_whole = twin_boot_primary_validate(config, &running) == TWIN_OK;

    TWIN_TRY(twin_boot_moving_validate(config, &config->slots->area[TWIN_SECONDARY],
                                       twin_slots_image_max(config->slots), is_whole, &update));
    boot->priv.swap_size = update.total_len;
    *is_there = is_whole && twin_boot_overwrite_is_same(&running, &update, config->alg->hash);
    return TWIN_OK;
}

enum twin_boot_status twin_boot_overwrite_begin(struct twin_boot *boot, twin_err_t err,
                                                bool is_there,
                                                enum twin_boot_status (*step)(struct twin_boot *))
{
    if (err != TWIN_OK || is_there) {
        twin_boot_report(boot, is_there ? TWIN_BOOT_EV_SWAPPED : TWIN_BOOT_EV_REFUSED,
                         is_there ? (uint32_t)TWIN_SWAP_PERM : (uint32_t)err);
        boot->priv.copied = 0;
        boot->priv.next = erase_request;
        return TWIN_BOOT_AGAIN;
    }
    boot->priv.move = 0;
    boot->priv.stage = STAGE_ERASE;
    boot->priv.next = step;
    twin_boot_report(boot, TWIN_BOOT_EV_SWAP, TWIN_SWAP_PERM);
    return TWIN_BOOT_AGAIN;
}

enum twin_boot_status twin_boot_overwrite_follow(struct twin_boot *boot)
{
    bool is_there = false;
    twin_err_t err = plan(boot, &is_there);

    return twin_boot_overwrite_begin(boot, err, is_there, overwrite);
}

enum twin_boot_status twin_boot_overwrite_look(struct twin_boot *boot,
                                               enum twin_boot_status (*follow)(struct twin_boot *))
{
    struct twin_slots_state *state = &boot->priv.state;

    boot->priv.looks++;
    boot->handover = (struct twin_boot_handover){0};
    twin_slots_read(boot->priv.slots, state);
    if (state->plan == TWIN_PLAN_NONE || boot->priv.looks > OVERWRITE_LOOKS_MAX) {
        return twin_boot_start_untried(boot);
    }
    return follow(boot);
}

static enum twin_boot_status look(struct twin_boot *boot)
{
    return twin_boot_overwrite_look(boot, twin_boot_overwrite_follow);
}

const struct twin_boot_mode twin_boot_overwrite = {.facts = &twin_mode_overwrite, .look = look};
const struct twin_boot_mode twin_boot_overwrite_fast = {.facts = &twin_mode_overwrite,
                                                        .look = look};
