/*
 * moves.c - the moves of a swap, one flash operation at a time; which they are is the mode's.
 *
 * A move: erase the target, copy, write its unit of the status area. Its source is not touched
 * before that unit is written, so it can always be done again. Moves cover the longer of the two
 * images for both of them: then nothing need be known of either image after the start, and no
 * header is looked for in the middle of a swap (the reference does, and loses the old image there).
 * Spec: docs/spec-image.md section 9. SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"
#include "twin/bytes.h"
#include <string.h>

uint32_t twin_boot_sector_count(const struct twin_boot *boot)
{
    uint32_t sector = boot->priv.slots->sector_bytes;

    return (boot->priv.swap_size + sector - 1) / sector;
}

/* One of the two images in the middle of a swap, as if it stood in one piece. */
struct view {
    const struct twin_boot *boot;
    bool arriving; /* or leaving */
};

/* A flash driver's read function. */
static twin_err_t read_view(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct view *view = ctx;
    const struct twin_slots *slots = view->boot->priv.slots;
    uint8_t *to = buf;

    while (len > 0) {
        struct place place =
            view->boot->priv.mode->place_of(view->boot, view->arriving, addr / slots->sector_bytes);
        uint32_t off = addr % slots->sector_bytes;
        uint32_t left = slots->sector_bytes - off;
        uint32_t part = len < left ? (uint32_t)len : left;
        TWIN_TRY(twin_area_read(&slots->area[place.slot], place.sector * slots->sector_bytes + off,
                                to, part));
        addr += part;
        to += part;
        len -= part;
    }
    return TWIN_OK;
}

twin_err_t twin_boot_swap_validate(const struct twin_boot *boot, bool arriving, bool version_rule,
                                   struct twin_image *image)
{
    const struct twin_boot_config *config = boot->priv.config;
    struct view view = {boot, arriving};
    struct twin_flash flash = {.ctx = &view, .read = read_view};
    struct twin_area area = {&flash, 0, twin_boot_sector_count(boot) * config->slots->sector_bytes};

    return twin_boot_moving_validate(config, &area, boot->priv.swap_size, version_rule, image);
}

static uint32_t status_off(const struct twin_boot *boot, const struct move *move)
{
    const struct twin_slots *slots = boot->priv.slots;

    return twin_trailer_status_off(slots, TWIN_PRIMARY) +
           move->status * slots->area[TWIN_PRIMARY].flash->write_bytes;
}

/*
 * How far the moves went; is one of them surely written down? The last unit that is not erased
 * tells, even if power tore it: a unit is written only when its move is complete, and the next move
 * destroys the source of this one. So a unit that cannot be read counts as written, too, but only
 * right behind others: power makes no gaps.
 */
static bool read_status(struct twin_boot *boot)
{
    const struct twin_boot_mode *mode = boot->priv.mode;
    const struct twin_area *primary = &boot->priv.slots->area[TWIN_PRIMARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];
    uint32_t len = primary->flash->write_bytes;
    bool any = false;

    for (uint32_t i = boot->priv.moved; i < mode->move_count(boot); i++) {
        struct move move = mode->move_at(boot, i);
        bool readable = twin_area_read(primary, status_off(boot, &move), unit, len) == TWIN_OK;
        bool written = readable && !twin_flash_is_erased(primary->flash, unit, len);
        if (written || (!readable && boot->priv.move == i)) {
            boot->priv.move = i + 1;
        }
        any |= written;
    }
    return any;
}

twin_err_t twin_boot_swap_resume(struct twin_boot *boot)
{
    uint32_t size_max = twin_slots_image_max(boot->priv.slots);
    bool sized = boot->priv.swap_size != 0 && boot->priv.swap_size <= size_max;

    boot->priv.move = boot->priv.moved;
    if (!sized) {
        boot->priv.swap_size = size_max;
    }
    bool any = read_status(boot);
    /* A size that cannot be read, of a swap that has moved something: the next start may know. */
    return sized                                                      ? TWIN_OK
           : any && boot->priv.state.trailer[TWIN_PRIMARY].unreadable ? TWIN_E_IO
                                                                      : TWIN_E_FORMAT;
}

static twin_err_t erase_target(struct twin_boot *boot, const struct move *move)
{
    const struct twin_slots *slots = boot->priv.slots;

    TWIN_TRY(twin_area_erase(&slots->area[move->to.slot], move->to.sector * slots->sector_bytes,
                             slots->sector_bytes));
    boot->priv.copied = 0;
    boot->priv.stage = SWAP_STAGE_COPY;
    return TWIN_OK;
}

/* Copy one buffer-full. What is erased in the source is so in the target already. */
static twin_err_t copy_some(struct twin_boot *boot, const struct move *move)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_slots *slots = boot->priv.slots;
    const struct twin_area *from = &slots->area[move->from.slot];
    const struct twin_area *to = &slots->area[move->to.slot];
    uint32_t sector = slots->sector_bytes, off = boot->priv.copied, left = sector - off;
    uint32_t part = left < config->buf_len ? left : config->buf_len;

    TWIN_TRY(twin_area_read(from, move->from.sector * sector + off, config->buf, part));
    if (!twin_flash_is_erased(from->flash, config->buf, part)) {
        TWIN_TRY(twin_area_write(to, move->to.sector * sector + off, config->buf, part));
    }
    boot->priv.copied = off + part;
    if (part == left) {
        boot->priv.stage = SWAP_STAGE_STATUS;
    }
    return TWIN_OK;
}

/*
 * A unit that the flash refuses does not stop the swap: the next one stands for both, and until the
 * next reset priv.moved does. Stopping here would leave no image whole.
 */
static void write_status(struct twin_boot *boot, const struct move *move)
{
    const struct twin_area *primary = &boot->priv.slots->area[TWIN_PRIMARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    memset(unit, primary->flash->erased, sizeof(unit));
    unit[0] = (uint8_t)move->value;
    (void)!twin_area_write(primary, status_off(boot, move), unit, primary->flash->write_bytes);
    boot->priv.move++;
    boot->priv.moved = boot->priv.move;
    boot->priv.stage = SWAP_STAGE_ERASE;
}

twin_err_t twin_boot_swap_step(struct twin_boot *boot, const struct operation *operation,
                               bool *done)
{
    (void)operation;
    const struct twin_boot_mode *mode = boot->priv.mode;

    *done = boot->priv.move >= mode->move_count(boot);
    if (*done) {
        return TWIN_OK;
    }
    struct move move = mode->move_at(boot, boot->priv.move);
    switch ((enum swap_stage)boot->priv.stage) {
    case SWAP_STAGE_ERASE:
        return erase_target(boot, &move);
    case SWAP_STAGE_COPY:
        return copy_some(boot, &move);
    case SWAP_STAGE_STATUS:
        write_status(boot, &move);
        break;
    }
    return TWIN_OK;
}
