/*
 * rig.c - see rig.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/rig.h"
#include <stdlib.h>
#include <string.h>

struct trailer_map trailer_map(const struct twin_slots *slots, enum twin_slot slot)
{
    return (struct trailer_map){
        .magic = slots->area[slot].len - 16,
        .image_ok = twin_trailer_off(slots, slot, TWIN_FIELD_IMAGE_OK),
        .copy_done = twin_trailer_off(slots, slot, TWIN_FIELD_COPY_DONE),
        .swap_info = twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_INFO),
        .tlv_sizes = twin_trailer_off(slots, slot, TWIN_FIELD_TLV_SIZES),
        .swap_size = twin_trailer_off(slots, slot, TWIN_FIELD_SWAP_SIZE),
        .status = twin_trailer_status_off(slots, slot),
        .sector = twin_trailer_sector_off(slots, slot),
    };
}

const struct rig_mode rig_swap_offset = {
    .facts = &twin_mode_swap_offset, .boot = &twin_boot_swap_offset, .tries = true};
const struct rig_mode rig_swap_move = {
    .facts = &twin_mode_swap_move, .boot = &twin_boot_swap_move, .tries = true};
const struct rig_mode rig_overwrite = {.facts = &twin_mode_overwrite, .boot = &twin_boot_overwrite};
const struct rig_mode rig_overwrite_fast = {.facts = &twin_mode_overwrite,
                                            .boot = &twin_boot_overwrite_fast};
const struct rig_mode rig_xip = {.facts = &twin_mode_xip, .boot = &twin_boot_xip, .in_place = true};
const struct rig_mode rig_xip_revert = {
    .facts = &twin_mode_xip_revert, .boot = &twin_boot_xip_revert, .in_place = true, .tries = true};
const struct rig_mode rig_swap_scratch = {.facts = &twin_mode_swap_scratch,
                                          .boot = &twin_boot_swap_scratch,
                                          .tries = true,
                                          .scratch_sectors = 1};
const struct rig_mode rig_swap_scratch_wide = {.facts = &twin_mode_swap_scratch,
                                               .boot = &twin_boot_swap_scratch,
                                               .tries = true,
                                               .scratch_sectors = 3};

/* The bound that twin/boot.h promises for one boot. */
static uint32_t steps_max(const struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    uint32_t sectors = slots->area[TWIN_PRIMARY].len / slots->sector_bytes;
    uint32_t buffers = (slots->sector_bytes + rig->config.buf_len - 1) / rig->config.buf_len;
    uint32_t moves = slots->mode->status_per_sector == 0 ? 1 : slots->mode->status_per_sector;
    uint32_t swap = moves * sectors * (buffers + 2) + 60;

    bool works = rig->sim.fault_count == 0 && !rig->sim.write_fails && !rig->sim.is_bad;

    return (works ? 2 : 8) * swap;
}

static void count_event(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    struct rig *rig = ctx;

    (void)arg;
    rig->events[event]++;
}

void rig_make(struct rig *rig, const struct rig_shape *shape)
{
    rig_make_in(rig, shape, &rig_swap_offset);
}

/* The key of the device, with which those of images are wrapped. */
static const uint8_t kek[] = "a device's secret, 32 bytes long";

static void make(struct rig *rig, struct test_image *image, uint8_t major, uint32_t len)
{
    if (rig->decrypt.alg != NULL) {
        test_image_make_encrypted(image, &rig->key, major, len, kek, rig->decrypt.key_len);
    } else {
        test_image_make(image, &rig->key, major, len, 0);
    }
}

static void make_image(struct rig *rig, struct test_image *image, uint8_t major, uint32_t len)
{
    if (len == RIG_FILL) {
        make(rig, image, major, 0);
        len = twin_slots_image_max(&rig->slots) - image->len;
        test_image_free(image);
    }
    make(rig, image, major, len);
}

void rig_make_in(struct rig *rig, const struct rig_shape *shape, const struct rig_mode *mode)
{
    rig_make_encrypted(rig, shape, mode, 0);
}

void rig_make_encrypted(struct rig *rig, const struct rig_shape *shape, const struct rig_mode *mode,
                        uint8_t key_len)
{
    uint32_t slot_len = shape->sector_bytes * shape->sectors;
    uint32_t scratch_len = shape->sector_bytes * mode->scratch_sectors;

    memset(rig, 0, sizeof(*rig));
    sim_init(&rig->sim, 2 * slot_len + scratch_len, shape->sector_bytes, shape->write_bytes,
             shape->erased);
    rig->slots = (struct twin_slots){.mode = mode->facts,
                                     .area = {{&rig->sim.flash, 0, slot_len},
                                              {&rig->sim.flash, slot_len, slot_len},
                                              {&rig->sim.flash, 2 * slot_len, scratch_len}},
                                     .sector_bytes = shape->sector_bytes,
                                     .max_sectors = shape->max_sectors,
                                     .max_align = shape->max_align,
                                     .key_room = (uint8_t)TWIN_KEY_ROOM(key_len, shape->max_align)};
    if (key_len != 0) {
        rig->decrypt = (struct twin_decrypt){&twin_unwrap_kw, {kek, key_len}, key_len};
    }
    test_key_make(&rig->key, 1);
    make_image(rig, &rig->old, 1, shape->old_len);
    make_image(rig, &rig->new, 2, shape->new_len);
    make_image(rig, &rig->next, 3, shape->new_len);
    if (mode->pack != NULL) {
        mode->pack(&rig->new_packed, &rig->new, &rig->key);
        mode->pack(&rig->next_packed, &rig->next, &rig->key);
    }
    rig->mode = mode;
    rig->device = rig->slots;
    rig->config =
        (struct twin_boot_config){.mode = mode->boot,
                                  .slots = mode->in_place ? &rig->device : &rig->slots,
                                  .keys = &rig->key.public,
                                  .alg = &twin_sig_rsa2048,
                                  .key_count = 1,
                                  .attempts = 3,
                                  .buf = rig->buf,
                                  .buf_len = mode->pack == NULL ? RIG_BUF : sizeof(rig->buf),
                                  .log = count_event,
                                  .log_ctx = rig};
}

void rig_free(struct rig *rig)
{
    sim_free(&rig->sim);
    test_image_free(&rig->old);
    test_image_free(&rig->new);
    test_image_free(&rig->next);
    test_image_free(&rig->new_packed);
    test_image_free(&rig->next_packed);
}

/* What is sent of an image. */
static const struct test_image *sent(const struct rig *rig, const struct test_image *image)
{
    return rig->mode->pack == NULL ? image
           : image == &rig->new    ? &rig->new_packed
           : image == &rig->next   ? &rig->next_packed
                                   : image;
}

void rig_reset(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;

    rig->recover = NULL;
    if (rig->mode->in_place) {
        rig->slots = rig->device;
    }
    sim_blank(&rig->sim, 0, rig->sim.flash.size);
    sim_put(&rig->sim, slots->area[TWIN_PRIMARY].addr, rig->old.bytes, rig->old.len);
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    if (rig->mode->in_place) { /* it runs before its update comes, and has a trailer from then on */
        (void)rig_boot(rig);
    }
    rig_put_update(rig, &rig->new);
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
}

void rig_put_update(struct rig *rig, const struct test_image *image)
{
    const struct twin_slots *slots = &rig->slots;

    image = sent(rig, image);
    sim_put(&rig->sim, slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots),
            test_image_stored(image), image->len);
}

static void must(const struct rig *rig, twin_err_t err)
{
    if (err != TWIN_OK && !rig->sim.is_bad) {
        abort();
    }
}

void rig_store(struct rig *rig, const struct test_image *image)
{
    const struct twin_slots *slots = &rig->slots;
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    image = sent(rig, image);
    for (uint32_t off = area->len; off > 0;) {
        off -= slots->sector_bytes;
        if (!twin_area_is_blank(area, off, slots->sector_bytes)) {
            must(rig, twin_area_erase(area, off, slots->sector_bytes));
        }
    }
    for (uint32_t done = 0; done < image->len; done += area->flash->write_bytes) {
        uint32_t left = image->len - done;
        uint32_t part = left < area->flash->write_bytes ? left : area->flash->write_bytes;
        memcpy(unit, test_image_stored(image) + done, part);
        must(rig, twin_area_write_padded(area, twin_slots_update_off(slots) + done, unit, part));
    }
}

static enum twin_boot_status run_once(struct rig *rig, struct twin_boot *boot,
                                      struct twin_boot_recorder *recorder)
{
    enum twin_boot_status status = TWIN_BOOT_AGAIN;

    for (rig->steps = 0; status == TWIN_BOOT_AGAIN; rig->steps++) {
        uint32_t ops = rig->sim.ops;
        if (rig->steps == steps_max(rig)) { /* promised to end before */
            rig->sim.violations++;
            break;
        }
        status = twin_boot_step(boot);
        rig->sim.violations += rig->sim.ops > ops + 1; /* promised: one at most */
        if (rig->records) {
            ops = rig->sim.ops;
            twin_boot_recorder_step(recorder);
            rig->sim.violations += rig->sim.ops > ops + 1;
        }
    }
    return status;
}

static enum twin_boot_status run(struct rig *rig, struct twin_boot *boot,
                                 struct twin_boot_recorder *recorder)
{
    enum twin_boot_status status = run_once(rig, boot, recorder);

    for (unsigned tries = 0; tries < 2 && rig->recover != NULL && status == TWIN_BOOT_STOP &&
                             rig->recover(boot) == TWIN_OK;
         tries++) {
        status = run_once(rig, boot, recorder);
    }
    return status;
}

struct rig_boot rig_boot(struct rig *rig)
{
    struct rig_boot result = {.status = TWIN_BOOT_AGAIN};
    struct twin_boot_config config = rig->config;
    struct twin_boot_decrypter decrypter;
    struct twin_boot_recorder recorder;
    struct twin_boot boot = {.priv = {0}};

    memset(rig->events, 0, sizeof(rig->events));
    if (rig->records) {
        twin_boot_recorder_init(&recorder, &boot, &config);
    }
    if (rig->decrypt.alg != NULL) {
        must(rig, twin_boot_decrypter_init(&decrypter, &boot, &config, &rig->decrypt));
    }
    if (twin_boot_init(&boot, &config) != TWIN_OK) {
        return (struct rig_boot){.status = TWIN_BOOT_STOP};
    }
    if (setjmp(rig->sim.power_lost) != 0) {
        return (struct rig_boot){.status = TWIN_BOOT_AGAIN, .power_lost = true};
    }
    result.status = run(rig, &boot, &recorder);
    if (rig->mode->in_place && result.status == TWIN_BOOT_START) {
        rig->slots = twin_slots_seen_from(&rig->device, (enum twin_slot)boot.handover.slot);
    }
    rig->sim.violations += result.status == TWIN_BOOT_START && boot.handover.proof != TWIN_PROVEN;
    result.major = boot.handover.version.major;
    result.unconfirmed = boot.handover.unconfirmed;
    result.attempt = boot.handover.attempt;
    return result;
}

bool rig_slot_holds(const struct rig *rig, enum twin_slot slot, uint32_t off,
                    const struct test_image *image)
{
    const uint8_t *at = &rig->sim.mem[rig->slots.area[slot].addr + off];

    return memcmp(at, image->bytes, image->len) == 0;
}

static bool starts(struct rig *rig, const struct test_image *image, bool unconfirmed)
{
    struct rig_boot boot = rig_boot(rig);

    return boot.status == TWIN_BOOT_START && boot.unconfirmed == unconfirmed &&
           rig_slot_holds(rig, TWIN_PRIMARY, 0, image);
}

const char *rig_update_fault(struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    struct twin_slots_state state;

    (void)!twin_slots_confirm(slots); /* not needed, when the trailer cannot be read */
    twin_slots_read(slots, &state);
    if (state.plan != TWIN_PLAN_NONE) {
        return "not ready for an upload";
    }
    rig_store(rig, &rig->next);
    bool is_asked = slots->mode->row_count == 0 || twin_slots_request(slots, false) == TWIN_OK;
    if (!is_asked || !starts(rig, &rig->next, rig->mode->tries)) {
        return "the next update does not come";
    }
    if (twin_slots_confirm(slots) != TWIN_OK || !starts(rig, &rig->next, false)) {
        return "the next update cannot be confirmed";
    }
    return NULL;
}

bool rig_is_signed(const struct rig *rig, unsigned major)
{
    const struct test_image *const images[] = {&rig->old, &rig->new, &rig->next};

    if (major < 1 || major > TWIN_COUNT(images)) {
        return false;
    }
    const struct test_image *image = images[major - 1];
    return memcmp(&rig->sim.mem[rig->slots.area[TWIN_PRIMARY].addr], image->bytes,
                  32 + twin_get_le32(image->bytes + 12)) == 0;
}
