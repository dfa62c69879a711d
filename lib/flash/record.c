/*
 * record.c - what became of an update: where that stands in flash, and reading it.
 *
 * The places are below the cells of lib/boot/attempts.c, in the sector that every swap erases.
 * Spec: docs/spec-boot-attempts.md section 4. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/record.h"
#include "twin/bytes.h"
#include "twin/crc16.h"
#include "twin/mode.h"

#define MAGIC        0xb7
#define CELLS        8 /* that count starts, above the places */
#define CELL_MIN     4
#define ACKNOWLEDGED 0x0f /* with an erased value of 0xff */

/* ---- As bytes ---- */

void twin_record_put(const struct twin_record *record, uint8_t raw[TWIN_RECORD_LEN])
{
    raw[0] = MAGIC;
    raw[1] = record->outcome;
    raw[2] = record->reason;
    raw[3] = record->starts;
    memcpy(&raw[4], record->version, TWIN_RECORD_VERSION_LEN);
    raw[12] = record->image;
    raw[13] = 0;
    twin_put_le16(&raw[14], twin_crc16(0, raw, 14));
}

twin_err_t twin_record_get(const uint8_t raw[TWIN_RECORD_LEN], struct twin_record *record)
{
    if (raw[0] != MAGIC || raw[1] < TWIN_OUTCOME_TRIAL || raw[1] > TWIN_OUTCOME_STUCK ||
        twin_get_le16(&raw[14]) != twin_crc16(0, raw, 14)) {
        return TWIN_E_FORMAT;
    }
    *record = (struct twin_record){
        .outcome = raw[1], .reason = raw[2], .starts = raw[3], .image = raw[12]};
    memcpy(record->version, &raw[4], TWIN_RECORD_VERSION_LEN);
    return TWIN_OK;
}

/* ---- In flash ---- */

static uint32_t write_bytes(const struct twin_slots *slots)
{
    return slots->area[TWIN_PRIMARY].flash->write_bytes;
}

static uint32_t cell_bytes(const struct twin_slots *slots)
{
    return write_bytes(slots) < CELL_MIN ? CELL_MIN : write_bytes(slots);
}

static uint32_t record_bytes(const struct twin_slots *slots)
{
    return twin_align_up(TWIN_RECORD_LEN, write_bytes(slots));
}

uint32_t twin_record_off(const struct twin_slots *slots, unsigned place)
{
    const uint32_t cell = cell_bytes(slots), bytes = record_bytes(slots) + cell;
    const uint32_t top = twin_trailer_status_off(slots, TWIN_PRIMARY);
    const uint32_t room = top - slots->mode->free_from(slots, TWIN_PRIMARY);
    const uint32_t below = CELLS * cell + (place + 1) * bytes;

    return place < TWIN_RECORD_PLACES && below <= room ? top - below : 0;
}

static uint32_t acknowledge_off(const struct twin_slots *slots, unsigned place)
{
    return twin_record_off(slots, place) + record_bytes(slots);
}

/* An acknowledgement that power tore may be told again. One that cannot be read is one. */
static bool is_new(const struct twin_slots *slots, unsigned place)
{
    return twin_area_is_blank(&slots->area[TWIN_PRIMARY], acknowledge_off(slots, place),
                              cell_bytes(slots));
}

twin_err_t twin_record_read(const struct twin_slots *slots, unsigned place,
                            struct twin_record *record)
{
    const uint32_t off = twin_record_off(slots, place);
    uint8_t raw[TWIN_RECORD_LEN];

    if (off == 0) {
        return TWIN_E_SPACE;
    }
    TWIN_TRY(twin_area_read(&slots->area[TWIN_PRIMARY], off, raw, sizeof(raw)));
    TWIN_TRY(twin_record_get(raw, record));
    record->is_new = is_new(slots, place);
    return TWIN_OK;
}

/* A place that was begun is left as it is: no unit is written twice. */
twin_err_t twin_record_write(const struct twin_slots *slots, unsigned place,
                             const struct twin_record *record)
{
    const struct twin_area *area = &slots->area[TWIN_PRIMARY];
    const uint32_t off = twin_record_off(slots, place);
    uint8_t raw[TWIN_RECORD_LEN];

    if (off == 0 || !twin_area_is_blank(area, off, record_bytes(slots) + cell_bytes(slots))) {
        return TWIN_E_SPACE;
    }
    twin_record_put(record, raw);
    return twin_area_write_padded(area, off, raw, sizeof(raw));
}

/* ---- For the application ---- */

/* What the trailer says of a swap that is complete. */
static bool read_trailer(const struct twin_slots *slots, struct twin_record *record)
{
    static const uint8_t outcomes[] = {[TWIN_SWAP_TEST] = TWIN_OUTCOME_TRIAL,
                                       [TWIN_SWAP_PERM] = TWIN_OUTCOME_PERMANENT,
                                       [TWIN_SWAP_REVERT] = TWIN_OUTCOME_REVERTED};
    struct twin_trailer trailer;

    twin_trailer_read(slots, TWIN_PRIMARY, &trailer);
    *record = (struct twin_record){
        .reason = TWIN_REASON_UNKNOWN, .starts = TWIN_RECORD_STARTS_UNKNOWN, .image = slots->image};
    if (trailer.magic != TWIN_SET || trailer.copy_done == TWIN_UNSET ||
        trailer.swap_type == TWIN_SWAP_NONE) {
        return false;
    }
    record->outcome = outcomes[trailer.swap_type];
    return true;
}

/* The first place tells of a swap when that is complete. */
unsigned twin_records_read(const struct twin_slots *slots, struct twin_record *list)
{
    unsigned count = read_trailer(slots, &list[0]) ? 1 : 0;

    if (count > 0) {
        struct twin_record record;
        if (twin_record_read(slots, 0, &record) == TWIN_OK) {
            list[0] = record;
        }
    }
    for (unsigned place = 1; place < TWIN_RECORD_PLACES; place++) {
        count += twin_record_read(slots, place, &list[count]) == TWIN_OK;
    }
    return count;
}

static twin_err_t acknowledge(const struct twin_slots *slots, unsigned place)
{
    const struct twin_flash *flash = slots->area[TWIN_PRIMARY].flash;
    uint8_t cell[TWIN_FLASH_WRITE_MAX];

    memset(cell, ACKNOWLEDGED ^ (uint8_t)~flash->erased, sizeof(cell));
    return twin_area_write(&slots->area[TWIN_PRIMARY], acknowledge_off(slots, place), cell,
                           cell_bytes(slots));
}

twin_err_t twin_records_acknowledge(const struct twin_slots *slots)
{
    struct twin_record record;
    twin_err_t result = TWIN_OK;

    for (unsigned place = 0; place < TWIN_RECORD_PLACES; place++) {
        if (twin_record_read(slots, place, &record) == TWIN_OK && record.is_new) {
            const twin_err_t err = acknowledge(slots, place);
            result = err == TWIN_OK ? result : err;
        }
    }
    return result;
}
