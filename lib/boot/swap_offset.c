/*
 * swap_offset.c - moving the sectors of a swap, one flash operation at a time.
 *
 * The update stands one sector further in the secondary than it will in the primary, so each
 * sector moves once. For every sector there are two moves, each: erase the target, copy, mark it
 * done in the status area. A move's source is not touched before the move is marked, so it can
 * always be done again. Moves cover the longer of the two images for both of them: then nothing
 * need be known of either image after the start, and no header is looked for in the middle of a
 * swap (the reference does, and loses the old image there). Spec: docs/spec-image.md section 9.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"
#include "twin/bytes.h"
#include <string.h>

enum stage { STAGE_ERASE, STAGE_COPY, STAGE_MARK };

struct place {
    enum twin_slot slot;
    uint32_t off;
};

struct move {
    struct place from, to;
};

static uint32_t sector_count(const struct twin_boot *boot)
{
    uint32_t sector = boot->priv.config->slots->sector_bytes;

    return (boot->priv.swap_size + sector - 1) / sector;
}

static uint32_t move_count(const struct twin_boot *boot)
{
    return 2 * sector_count(boot);
}

/* Forward, the lowest sector goes first; a revert goes the other way, from the highest down. */
static struct move move_at(const struct twin_boot *boot, uint32_t index)
{
    uint32_t sector = boot->priv.config->slots->sector_bytes;
    bool revert = boot->priv.type == TWIN_SWAP_REVERT;
    uint32_t i = revert ? sector_count(boot) - 1 - index / 2 : index / 2;
    struct place primary = {TWIN_PRIMARY, i * sector};
    struct place low = {TWIN_SECONDARY, i * sector};
    struct place high = {TWIN_SECONDARY, (i + 1) * sector};

    if (index % 2 == 0) {
        return (struct move){primary, revert ? high : low};
    }
    return (struct move){revert ? low : high, primary};
}

/* One of the two images in the middle of a swap, as if it stood in one piece. */
struct view {
    const struct twin_boot *boot;
    bool arriving; /* or leaving */
};

/* Where a sector of it stands now. */
static struct place place_of(const struct view *view, uint32_t sector)
{
    const struct twin_boot *boot = view->boot;
    bool revert = boot->priv.type == TWIN_SWAP_REVERT;
    uint32_t turn = revert ? sector_count(boot) - 1 - sector : sector;
    uint32_t index = 2 * turn + view->arriving;
    struct move move = move_at(boot, index);

    return boot->priv.move > index ? move.to : move.from;
}

/* A flash driver's read function. */
static twin_err_t read_view(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct view *view = ctx;
    const struct twin_slots *slots = view->boot->priv.config->slots;
    uint8_t *to = buf;

    while (len > 0) {
        struct place place = place_of(view, addr / slots->sector_bytes);
        uint32_t off = addr % slots->sector_bytes;
        uint32_t left = slots->sector_bytes - off;
        uint32_t part = len < left ? (uint32_t)len : left;
        TWIN_TRY(twin_area_read(&slots->area[place.slot], place.off + off, to, part));
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
    struct twin_area area = {&flash, 0, sector_count(boot) * config->slots->sector_bytes};

    return twin_boot_moving_validate(config, &area, boot->priv.swap_size, version_rule, image);
}

static uint32_t status_off(const struct twin_boot *boot, uint32_t index)
{
    const struct twin_slots *slots = boot->priv.config->slots;

    return twin_trailer_map(slots, TWIN_PRIMARY).status +
           index * slots->area[TWIN_PRIMARY].flash->write_bytes;
}

/*
 * How far the moves went; is one of them surely marked? The last unit that is not erased tells,
 * even if power tore it: a unit is written only when its move is complete, and the next move
 * destroys the source of this one. So a unit that cannot be read counts as written, too, but only
 * right behind others: marks have no gaps that power could make.
 */
static bool read_status(struct twin_boot *boot)
{
    const struct twin_area *primary = &boot->priv.config->slots->area[TWIN_PRIMARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];
    uint32_t len = primary->flash->write_bytes;
    bool marked = false;

    for (uint32_t i = boot->priv.moved; i < move_count(boot); i++) {
        bool readable = twin_area_read(primary, status_off(boot, i), unit, len) == TWIN_OK;
        bool mark = readable && !twin_flash_is_erased(primary->flash, unit, len);
        if (mark || (!readable && boot->priv.move == i)) {
            boot->priv.move = i + 1;
        }
        marked |= mark;
    }
    return marked;
}

twin_err_t twin_boot_swap_resume(struct twin_boot *boot)
{
    uint32_t size_max = twin_slots_image_max(boot->priv.config->slots);
    bool sized = boot->priv.swap_size != 0 && boot->priv.swap_size <= size_max;

    boot->priv.move = boot->priv.moved;
    boot->priv.stage = STAGE_ERASE;
    if (!sized) {
        boot->priv.swap_size = size_max;
    }
    bool marked = read_status(boot);
    /* A size that cannot be read, of a swap that has moved something: the next start may know. */
    return sized                                                         ? TWIN_OK
           : marked && boot->priv.state.trailer[TWIN_PRIMARY].unreadable ? TWIN_E_IO
                                                                         : TWIN_E_FORMAT;
}

static twin_err_t erase_target(struct twin_boot *boot, const struct move *move)
{
    const struct twin_slots *slots = boot->priv.config->slots;

    TWIN_TRY(twin_area_erase(&slots->area[move->to.slot], move->to.off, slots->sector_bytes));
    boot->priv.copied = 0;
    boot->priv.stage = STAGE_COPY;
    return TWIN_OK;
}

/* Copy one buffer-full. What is erased in the source is so in the target already. */
static twin_err_t copy_some(struct twin_boot *boot, const struct move *move)
{
    const struct twin_boot_config *config = boot->priv.config;
    const struct twin_area *from = &config->slots->area[move->from.slot];
    const struct twin_area *to = &config->slots->area[move->to.slot];
    uint32_t left = config->slots->sector_bytes - boot->priv.copied;
    uint32_t part = left < config->buf_len ? left : config->buf_len;

    TWIN_TRY(twin_area_read(from, move->from.off + boot->priv.copied, config->buf, part));
    if (!twin_flash_is_erased(from->flash, config->buf, part)) {
        TWIN_TRY(twin_area_write(to, move->to.off + boot->priv.copied, config->buf, part));
    }
    boot->priv.copied += part;
    if (boot->priv.copied == config->slots->sector_bytes) {
        boot->priv.stage = STAGE_MARK;
    }
    return TWIN_OK;
}

/*
 * A mark that the flash refuses does not stop the swap: the next one stands for both, and until the
 * next reset priv.moved does. Stopping here would leave no image whole.
 */
static void mark_done(struct twin_boot *boot)
{
    const struct twin_area *primary = &boot->priv.config->slots->area[TWIN_PRIMARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    memset(unit, primary->flash->erased, sizeof(unit));
    unit[0] = (uint8_t)(1 + boot->priv.move % 2);
    (void)!twin_area_write(primary, status_off(boot, boot->priv.move), unit,
                           primary->flash->write_bytes);
    boot->priv.move++;
    boot->priv.moved = boot->priv.move;
    boot->priv.stage = STAGE_ERASE;
}

twin_err_t twin_boot_swap_step(struct twin_boot *boot, bool *done)
{
    *done = boot->priv.move >= move_count(boot);
    if (*done) {
        return TWIN_OK;
    }
    struct move move = move_at(boot, boot->priv.move);
    switch ((enum stage)boot->priv.stage) {
    case STAGE_ERASE:
        return erase_target(boot, &move);
    case STAGE_COPY:
        return copy_some(boot, &move);
    case STAGE_MARK:
        mark_done(boot);
        break;
    }
    return TWIN_OK;
}
