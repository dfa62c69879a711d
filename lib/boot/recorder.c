/*
 * recorder.c - writes down what became of an update: looks at what the bootloader reports, and
 * where its script is. The bootloader knows nothing of it.
 *
 * A swap is recorded when the primary's trailer is erased and not yet begun, so the sector is
 * erased and what follows makes the record count. What is refused is noted at once, and again when
 * it went with a trailer. Spec: docs/spec-boot-attempts.md section 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/recorder.h"
#include "boot_priv.h"

static const struct twin_record unknown = {.reason = TWIN_REASON_UNKNOWN,
                                           .starts = TWIN_RECORD_STARTS_UNKNOWN};

static const struct twin_slots *slots_of(const struct twin_boot_recorder *recorder)
{
    return recorder->priv.boot->priv.slots;
}

/* The version in a header, wherever its image is; left alone if there is none. */
static void read_version(const struct twin_slots *slots, struct place place,
                         struct twin_record *record)
{
    const uint32_t off = place.sector * slots->sector_bytes;
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];
    struct twin_image_header header;

    if (twin_area_read(&slots->area[place.slot], off, raw, sizeof(raw)) == TWIN_OK &&
        twin_image_header_parse(raw, &header) == TWIN_OK) {
        memcpy(record->version, &raw[20], sizeof(record->version));
    }
}

static struct place place_of(const struct twin_boot *boot, bool arriving)
{
    const struct twin_boot_mode *mode = boot->priv.mode;

    return mode->place_of != NULL ? mode->place_of(boot, arriving, 0)
                                  : (struct place){arriving ? TWIN_SECONDARY : TWIN_PRIMARY, 0};
}

/* ---- A swap ---- */

/*
 * Why does an image go back? As the bootloader decided it: by the cells, then by what it told. A
 * revert that power cut short before it erased the cells can still be explained by them.
 */
static void explain_revert(const struct twin_boot_recorder *recorder, struct twin_record *record)
{
    const struct twin_boot *boot = recorder->priv.boot;
    struct attempts attempts;

    twin_boot_attempts_read(boot->priv.slots, &attempts);
    const uint8_t most = boot->priv.config->attempts;
    const uint8_t limit = most < attempts.cells ? most : attempts.cells;
    const uint8_t starts = (uint8_t)(attempts.used - (attempts.revert_now ? 1 : 0));
    if (starts > limit) { /* remains of an erase */
        return;
    }
    record->reason = attempts.revert_now                        ? TWIN_REASON_REQUEST
                     : recorder->priv.gave_up && starts < limit ? TWIN_REASON_DAMAGED
                     : starts >= limit                          ? TWIN_REASON_ATTEMPTS
                                                                : TWIN_REASON_UNKNOWN;
    if (record->reason != TWIN_REASON_UNKNOWN) {
        record->starts = limit == 0 ? 1 : starts;
    }
}

static void describe_revert(const struct twin_boot_recorder *recorder, struct twin_record *record)
{
    const struct twin_slots *slots = slots_of(recorder);

    /* Power failed behind the record, before anything else was written. */
    if (twin_record_read(slots, 0, record) == TWIN_OK && record->outcome == TWIN_OUTCOME_REVERTED) {
        return;
    }
    *record = unknown;
    record->outcome = TWIN_OUTCOME_REVERTED;
    record->image = slots->image;
    read_version(slots, place_of(recorder->priv.boot, false), record);
    explain_revert(recorder, record);
}

/* Somebody wanted the previous image: it stays, like one that was sent. */
static void on_swap(struct twin_boot_recorder *recorder, enum twin_swap_type type)
{
    const struct twin_boot *boot = recorder->priv.boot;
    struct twin_record *record = &recorder->priv.swap;

    recorder->priv.has_swap = true;
    if (type == TWIN_SWAP_REVERT && boot->priv.state.plan != TWIN_PLAN_PREVIOUS) {
        describe_revert(recorder, record);
        return;
    }
    *record = (struct twin_record){.outcome = type == TWIN_SWAP_TEST ? TWIN_OUTCOME_TRIAL
                                                                     : TWIN_OUTCOME_PERMANENT,
                                   .image = boot->priv.slots->image};
    read_version(boot->priv.slots, place_of(boot, true), record);
}

/* Is the primary's trailer erased for the swap, and nothing of the new one written? */
static bool is_time(const struct twin_boot *boot)
{
    const struct operation *script = boot->priv.mode->script;

    return script != NULL && script[boot->priv.operation].op == OP_FIELD &&
           script[boot->priv.operation].slot == TWIN_PRIMARY;
}

static void write_swap(struct twin_boot_recorder *recorder)
{
    const struct twin_boot *boot = recorder->priv.boot;

    recorder->priv.has_swap = false;
    if (boot->priv.swap_size <= twin_record_off(boot->priv.slots, 0)) { /* not where images go */
        (void)!twin_record_write(boot->priv.slots, 0, &recorder->priv.swap);
    }
}

/* ---- What is refused ---- */

/* Does it name a key that we know? */
static bool knows_key(const struct twin_boot_config *config, const struct twin_image *image)
{
    const struct twin_pubkey *key = NULL;
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    while (key == NULL && twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        (void)!twin_image_key_find(image, &tlv, config->keys, config->key_count, config->alg->hash,
                                   &key);
    }
    return key != NULL;
}

/* Of an image that stands in one piece. */
static enum twin_reason why_not_verified(const struct twin_boot *boot)
{
    const struct twin_slots *slots = boot->priv.slots;
    const struct place place = place_of(boot, true);
    const struct twin_hash_alg *alg = boot->priv.config->alg->hash;
    uint8_t want[TWIN_HASH_MAX], have[TWIN_HASH_MAX];
    struct twin_image image;

    if (boot->priv.move != 0 ||
        twin_image_open(&image, &slots->area[place.slot], place.sector * slots->sector_bytes,
                        twin_slots_image_max(slots)) != TWIN_OK) {
        return TWIN_REASON_UNKNOWN;
    }
    if (twin_image_hash_read(&image, alg, want) != TWIN_OK ||
        twin_image_hash_compute(&image, alg, have) != TWIN_OK ||
        memcmp(want, have, alg->len) != 0) {
        return TWIN_REASON_HASH;
    }
    return knows_key(boot->priv.config, &image) ? TWIN_REASON_SIGNATURE : TWIN_REASON_KEY;
}

static enum twin_reason why_refused(const struct twin_boot *boot, twin_err_t err)
{
    static const uint8_t reasons[] = {
        [TWIN_E_FORMAT] = TWIN_REASON_HEADER,
        [TWIN_E_NOT_FOUND] = TWIN_REASON_HEADER,
        [TWIN_E_UNSUPPORTED] = TWIN_REASON_DECRYPTION,
        [TWIN_E_SPACE] = TWIN_REASON_SIZE,
        [TWIN_E_IO] = TWIN_REASON_FLASH,
        [TWIN_E_STATE] = TWIN_REASON_DOWNGRADE,
        [TWIN_E_DEPENDS] = TWIN_REASON_DEPENDENCY,
        [TWIN_E_DEVICE] = TWIN_REASON_DEVICE,
    };

    if (err == TWIN_E_VERIFY) {
        return why_not_verified(boot);
    }
    if (err == TWIN_E_STATE && twin_boot_is_misplaced(boot->priv.config)) {
        return TWIN_REASON_SIZE;
    }
    return (unsigned)err < TWIN_COUNT(reasons) && reasons[err] != 0 ? (enum twin_reason)reasons[err]
                                                                    : TWIN_REASON_UNKNOWN;
}

static void note(struct twin_boot_recorder *recorder, enum twin_outcome outcome,
                 enum twin_reason reason, struct place place)
{
    const struct twin_slots *slots = slots_of(recorder);
    struct twin_record *record = &recorder->priv.note;

    *record = unknown;
    record->outcome = (uint8_t)outcome;
    record->reason = (uint8_t)reason;
    record->image = slots->image;
    read_version(slots, place, record);
    recorder->priv.noted = slots;
}

static void on_refused(struct twin_boot_recorder *recorder, twin_err_t err)
{
    const struct twin_boot *boot = recorder->priv.boot;

    recorder->priv.depends = err == TWIN_E_DEPENDS;
    if (!recorder->priv.depends) {
        note(recorder, TWIN_OUTCOME_REFUSED, why_refused(boot, err), place_of(boot, true));
    }
}

/* Of several images, those that ask: each one before its request is withdrawn. */
static void note_dependency(struct twin_boot_recorder *recorder)
{
    const struct twin_slots *slots = slots_of(recorder);
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    if (recorder->priv.noted != slots &&
        (state.plan == TWIN_PLAN_TEST || state.plan == TWIN_PLAN_PERM ||
         state.plan == TWIN_PLAN_PREVIOUS)) {
        note(recorder, TWIN_OUTCOME_REFUSED, TWIN_REASON_DEPENDENCY,
             (struct place){TWIN_SECONDARY, slots->mode->update_sector});
    }
}

static bool is_same(const struct twin_record *a, const struct twin_record *b)
{
    uint8_t raw_a[TWIN_RECORD_LEN], raw_b[TWIN_RECORD_LEN];

    twin_record_put(a, raw_a);
    twin_record_put(b, raw_b);
    return memcmp(raw_a, raw_b, sizeof(raw_a)) == 0;
}

/* May this place be written, or could the image in the primary reach it? */
static bool is_free(const struct twin_slots *slots, unsigned place)
{
    const uint32_t off = twin_record_off(slots, place), most = twin_slots_image_max(slots);
    struct twin_image image;

    return most <= off ||
           (twin_image_open(&image, &slots->area[TWIN_PRIMARY], 0, most) == TWIN_OK &&
            image.total_len <= off);
}

/* Behind those that are there, unless the last of them says the same. One place is tried. */
static void write_note(const struct twin_boot_recorder *recorder)
{
    const struct twin_slots *slots = recorder->priv.noted;
    struct twin_record last;
    bool is_said = false;
    unsigned place = 1;

    while (place < TWIN_RECORD_PLACES && twin_record_read(slots, place, &last) == TWIN_OK) {
        is_said = is_same(&last, &recorder->priv.note);
        place++;
    }
    while (!is_said && place < TWIN_RECORD_PLACES && is_free(slots, place) &&
           twin_record_write(slots, place, &recorder->priv.note) == TWIN_E_SPACE) {
        place++; /* power failed in this one */
    }
}

/* ---- What the bootloader says, and when ---- */

/* Where images run from either slot, none of them has a sector that is free for it. */
static bool is_recorded(const struct twin_boot *boot)
{
    return boot->priv.mode->script != NULL || boot->priv.slots->mode->id == TWIN_MODE_OVERWRITE;
}

static void on_event(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    struct twin_boot_recorder *recorder = ctx;
    const struct twin_boot *boot = recorder->priv.boot;

    if (recorder->priv.log != NULL) {
        recorder->priv.log(recorder->priv.log_ctx, event, arg);
    }
    if (!is_recorded(boot)) {
        return;
    }
    if (event == TWIN_BOOT_EV_SWAP) {
        on_swap(recorder, (enum twin_swap_type)arg);
    } else if (event == TWIN_BOOT_EV_SWAPPED && boot->priv.mode->script == NULL) {
        note(recorder, TWIN_OUTCOME_PERMANENT, TWIN_REASON_NONE, (struct place){TWIN_PRIMARY, 0});
    } else if (event == TWIN_BOOT_EV_REFUSED) {
        on_refused(recorder, (twin_err_t)arg);
    } else if (event == TWIN_BOOT_EV_GIVE_UP) {
        recorder->priv.gave_up = boot->handover.attempt == 0;
    } else if (event == TWIN_BOOT_EV_REVERT_IMPOSSIBLE) {
        note(recorder, TWIN_OUTCOME_STUCK, TWIN_REASON_NONE, (struct place){TWIN_PRIMARY, 0});
    }
}

void twin_boot_recorder_init(struct twin_boot_recorder *recorder, const struct twin_boot *boot,
                             struct twin_boot_config *config)
{
    *recorder = (struct twin_boot_recorder){
        .priv = {.boot = boot, .log = config->log, .log_ctx = config->log_ctx}};
    config->log = on_event;
    config->log_ctx = recorder;
}

void twin_boot_recorder_step(struct twin_boot_recorder *recorder)
{
    if (recorder->priv.has_swap && is_time(recorder->priv.boot)) {
        write_swap(recorder);
        return;
    }
    if (recorder->priv.depends) {
        note_dependency(recorder);
    }
    if (recorder->priv.noted != NULL) {
        write_note(recorder);
    }
}
