/*
 * attempts.c - counting the starts of an unconfirmed image in bytes that MCUboot ignores.
 *
 * The cells stand below the primary's status area, in a sector that every swap erases. They only
 * ever delay a revert. Spec: docs/spec-boot-attempts.md. SPDX-License-Identifier: Apache-2.0
 */
#include "boot_priv.h"
#include "twin/bytes.h"
#include <string.h>

#define CELL_MIN   4
#define ATTEMPT    0x0f /* with an erased value of 0xff; */
#define REVERT_NOW 0xf0 /* the other one is inverted. They clear disjoint bits. */

static uint32_t cell_bytes(const struct twin_slots *slots)
{
    uint32_t unit = slots->area[TWIN_PRIMARY].flash->write_bytes;

    return unit > CELL_MIN ? unit : CELL_MIN;
}

static uint32_t cell_off(const struct twin_slots *slots, uint32_t index)
{
    return twin_trailer_status_off(slots, TWIN_PRIMARY) - (index + 1) * cell_bytes(slots);
}

static uint8_t cell_count(const struct twin_slots *slots)
{
    uint32_t room = (twin_trailer_status_off(slots, TWIN_PRIMARY) -
                     twin_trailer_sector_off(slots, TWIN_PRIMARY)) /
                    cell_bytes(slots);

    return (uint8_t)(room < TWIN_BOOT_ATTEMPTS_MAX ? room : TWIN_BOOT_ATTEMPTS_MAX);
}

/* A value as it is stored, whatever an erased byte is. */
static uint8_t stored(const struct twin_slots *slots, uint8_t value)
{
    return slots->area[TWIN_PRIMARY].flash->erased == 0xff ? value : (uint8_t)~value;
}

/* A cell that cannot be read counts as used: that can only bring the revert earlier. */
static bool read_cell(const struct twin_slots *slots, uint32_t index,
                      uint8_t cell[TWIN_FLASH_WRITE_MAX])
{
    return twin_area_read(&slots->area[TWIN_PRIMARY], cell_off(slots, index), cell,
                          cell_bytes(slots)) == TWIN_OK;
}

static bool cell_is_all(const struct twin_slots *slots, const uint8_t *cell, uint8_t value)
{
    for (uint32_t i = 0; i < cell_bytes(slots); i++) {
        if (cell[i] != value) {
            return false;
        }
    }
    return true;
}

void twin_boot_attempts_read(const struct twin_slots *slots, struct attempts *attempts)
{
    uint8_t erased = slots->area[TWIN_PRIMARY].flash->erased;
    uint8_t cell[TWIN_FLASH_WRITE_MAX];

    *attempts = (struct attempts){.cells = cell_count(slots)};
    for (uint8_t i = 0; i < attempts->cells; i++) {
        bool readable = read_cell(slots, i, cell);
        if (!readable || !cell_is_all(slots, cell, erased)) {
            attempts->used = (uint8_t)(i + 1);
        }
        if (readable && cell_is_all(slots, cell, stored(slots, REVERT_NOW))) {
            attempts->revert_now = true;
        }
    }
}

/* A cell is tried once only. */
static twin_err_t write_cell(const struct twin_slots *slots, uint8_t index, uint8_t value)
{
    uint8_t cell[TWIN_FLASH_WRITE_MAX];

    if (index >= cell_count(slots)) {
        return TWIN_E_SPACE;
    }
    memset(cell, stored(slots, value), sizeof(cell));
    twin_err_t err = twin_area_write(&slots->area[TWIN_PRIMARY], cell_off(slots, index), cell,
                                     cell_bytes(slots));
    bool taken = err == TWIN_OK && read_cell(slots, index, cell) &&
                 !cell_is_all(slots, cell, slots->area[TWIN_PRIMARY].flash->erased);
    return taken ? TWIN_OK : TWIN_E_IO;
}

twin_err_t twin_boot_attempts_count(const struct twin_slots *slots, uint8_t cell)
{
    return write_cell(slots, cell, ATTEMPT);
}

twin_err_t twin_boot_revert_request(const struct twin_slots *slots)
{
    struct twin_slots_state state;
    struct attempts attempts;
    twin_err_t err = TWIN_E_IO;

    twin_slots_read(slots, &state);
    if (state.plan != TWIN_PLAN_TRIAL) {
        return TWIN_E_STATE;
    }
    twin_boot_attempts_read(slots, &attempts);
    for (uint8_t i = attempts.used; err == TWIN_E_IO; i++) {
        err = write_cell(slots, i, REVERT_NOW);
    }
    return err;
}
