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

/* The cells of these slots: number i stands i + 1 cells before `end`. */
struct cells {
    const struct twin_area *area;
    uint32_t end, bytes;
    uint8_t count;
};

static struct cells cells_of(const struct twin_slots *slots)
{
    const struct twin_area *area = &slots->area[TWIN_PRIMARY];
    struct cells cells = {.area = area,
                          .end = twin_trailer_status_off(slots, TWIN_PRIMARY),
                          .bytes = area->flash->write_bytes};

    if (cells.bytes < CELL_MIN) {
        cells.bytes = CELL_MIN;
    }
    uint32_t room = (cells.end - slots->mode->free_from(slots, TWIN_PRIMARY)) / cells.bytes;
    cells.count = (uint8_t)(room < TWIN_BOOT_ATTEMPTS_MAX ? room : TWIN_BOOT_ATTEMPTS_MAX);
    return cells;
}

static uint32_t cell_off(const struct cells *cells, uint32_t index)
{
    return cells->end - (index + 1) * cells->bytes;
}

/* A value as it is stored, whatever an erased byte is. */
static uint8_t stored(const struct cells *cells, uint8_t value)
{
    return value ^ (uint8_t)~cells->area->flash->erased;
}

/* A cell that cannot be read counts as used: that can only bring the revert earlier. */
static bool read_cell(const struct cells *cells, uint32_t index, uint8_t cell[TWIN_FLASH_WRITE_MAX])
{
    return twin_area_read(cells->area, cell_off(cells, index), cell, cells->bytes) == TWIN_OK;
}

static bool cell_is_all(const struct cells *cells, const uint8_t *cell, uint8_t value)
{
    for (uint32_t i = 0; i < cells->bytes; i++) {
        if (cell[i] != value) {
            return false;
        }
    }
    return true;
}

void twin_boot_attempts_read(const struct twin_slots *slots, struct attempts *attempts)
{
    const struct cells cells = cells_of(slots);
    uint8_t cell[TWIN_FLASH_WRITE_MAX];

    *attempts = (struct attempts){.cells = cells.count};
    for (uint8_t i = 0; i < cells.count; i++) {
        bool readable = read_cell(&cells, i, cell);
        if (!readable || !cell_is_all(&cells, cell, cells.area->flash->erased)) {
            attempts->used = (uint8_t)(i + 1);
        }
        if (readable && cell_is_all(&cells, cell, stored(&cells, REVERT_NOW))) {
            attempts->revert_now = true;
        }
    }
}

/* A cell is tried once only. */
static twin_err_t write_cell(const struct twin_slots *slots, uint8_t index, uint8_t value)
{
    const struct cells cells = cells_of(slots);
    uint8_t cell[TWIN_FLASH_WRITE_MAX];

    if (index >= cells.count) {
        return TWIN_E_SPACE;
    }
    memset(cell, stored(&cells, value), sizeof(cell));
    twin_err_t err = twin_area_write(cells.area, cell_off(&cells, index), cell, cells.bytes);
    bool taken = err == TWIN_OK && read_cell(&cells, index, cell) &&
                 !cell_is_all(&cells, cell, cells.area->flash->erased);
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
