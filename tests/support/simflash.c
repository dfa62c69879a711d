/*
 * simflash.c - see simflash.h. SPDX-License-Identifier: Apache-2.0
 */
#include "support/simflash.h"
#include <stdlib.h>
#include <string.h>

uint32_t sim_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static uint8_t random_byte(struct sim_flash *sim)
{
    return (uint8_t)sim_random(&sim->seed);
}

static bool fits(const struct sim_flash *sim, uint32_t addr, size_t len, uint32_t unit)
{
    return addr <= sim->flash.size && len <= sim->flash.size - addr && addr % unit == 0 &&
           len % unit == 0;
}

static twin_err_t violation(struct sim_flash *sim)
{
    sim->violations++;
    return TWIN_E_IO;
}

/* Counts a call; true if it is one of those that fail. */
static bool call_fails(struct sim_flash *sim, enum sim_call call)
{
    uint32_t number = ++sim->fail[call].calls;

    return number >= sim->fail[call].from && number - sim->fail[call].from < sim->fail[call].count;
}

/* The bad place that this call meets; NULL if there is none. */
static const struct sim_fault *fault_of(struct sim_flash *sim, enum sim_call call, uint32_t addr,
                                        size_t len)
{
    for (unsigned i = 0; i < sim->fault_count; i++) {
        struct sim_fault *fault = &sim->faults[i];
        if (fault->call != call || addr >= fault->end || addr + len <= fault->addr) {
            continue;
        }
        if (fault->skip > 0) {
            fault->skip--;
        } else if (fault->count == 0 || fault->hits < fault->count) {
            fault->hits++;
            return fault;
        }
    }
    return NULL;
}

enum answer { WORKS, FAILS, IGNORED, PARTLY };

static enum answer answer_of(struct sim_flash *sim, enum sim_call call, uint32_t addr, size_t len)
{
    if (call_fails(sim, call) || (call == SIM_WRITE && sim->write_fails)) {
        return FAILS;
    }
    const struct sim_fault *fault = fault_of(sim, call, addr, len);
    return fault == NULL ? WORKS : fault->partly ? PARTLY : fault->ignored ? IGNORED : FAILS;
}

static bool is_lost(const struct sim_flash *sim, uint32_t addr, size_t len)
{
    uint32_t unit = sim->flash.write_bytes;

    for (uint32_t i = addr / unit; (size_t)i * unit < addr + len; i++) {
        if (sim->lost[i] != 0) {
            return true;
        }
    }
    return false;
}

static void set_lost(struct sim_flash *sim, uint32_t addr, uint32_t len, bool lost)
{
    uint32_t unit = sim->flash.write_bytes;

    memset(&sim->lost[addr / unit], lost, len / unit);
}

static twin_err_t sim_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    struct sim_flash *sim = ctx;

    if (!fits(sim, addr, len, 1)) {
        return violation(sim);
    }
    if (answer_of(sim, SIM_READ, addr, len) != WORKS || is_lost(sim, addr, len)) {
        return TWIN_E_IO;
    }
    memcpy(buf, &sim->mem[addr], len);
    return TWIN_OK;
}

/* A write can only move bits away from the erased value. */
static uint8_t programmed(const struct sim_flash *sim, uint8_t old, uint8_t value)
{
    return sim->flash.erased == 0xff ? old & value : old | value;
}

static void program(const struct sim_flash *sim, uint8_t *cells, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        cells[i] = programmed(sim, cells[i], data[i]);
    }
}

/* Some of the bits of `to` that differ from `from`. */
static uint8_t partly(struct sim_flash *sim, uint8_t from, uint8_t to)
{
    return (uint8_t)(from ^ ((from ^ to) & random_byte(sim)));
}

static void tear_write(struct sim_flash *sim, uint32_t addr, const uint8_t *data, size_t len)
{
    uint32_t unit = sim->flash.write_bytes;
    uint32_t whole = sim_random(&sim->seed) % (uint32_t)(len / unit) * unit;

    for (uint32_t i = 0; i < whole + unit; i++) {
        uint8_t *cell = &sim->mem[addr + i];
        uint8_t full = programmed(sim, *cell, data[i]);
        *cell = i < whole ? full : partly(sim, *cell, full);
    }
    if (sim->cut == SIM_CUT_ECC) {
        set_lost(sim, addr + whole, unit, true);
    }
}

/* Program data, or erase (NULL), but for some bits: of all bytes, or of one. */
static void change_partly(struct sim_flash *sim, uint8_t *cells, const uint8_t *data, size_t len)
{
    size_t one = sim_random(&sim->seed) % 2 == 0 ? len : sim_random(&sim->seed) % len;

    for (size_t i = 0; i < len; i++) {
        uint8_t full = data == NULL ? sim->flash.erased : programmed(sim, cells[i], data[i]);
        bool stays = one == len || (i >= one && full != cells[i]);
        cells[i] = stays ? partly(sim, cells[i], full) : full;
        one = stays && one < len ? len + 1 : one; /* no other */
    }
}

static void tear_units(struct sim_flash *sim, uint32_t page)
{
    uint32_t unit = sim->flash.write_bytes;

    for (uint32_t i = 0; i < sim->flash.page_bytes; i += unit) {
        uint32_t fate = sim_random(&sim->seed) % 3;
        if (fate == 0) {
            sim_blank(sim, page + i, unit);
        } else if (fate == 1) {
            set_lost(sim, page + i, unit, true);
        }
    }
}

static void tear_erase(struct sim_flash *sim, uint32_t addr, uint32_t len)
{
    uint32_t page = sim->flash.page_bytes;
    uint32_t pages = len / page, chance = sim_random(&sim->seed);
    uint32_t whole = pages > 1 ? chance % pages * page : 0;
    uint8_t *torn = &sim->mem[addr + whole];
    uint32_t prefix = sim->prefix != 0 ? sim->prefix : sim_random(&sim->seed) % page;

    sim_blank(sim, addr, whole);
    if (sim->cut == SIM_CUT_ECC) {
        tear_units(sim, addr + whole);
        return;
    }
    for (uint32_t i = 0; i < page; i++) {
        if (sim->cut == SIM_CUT_PREFIX) {
            torn[i] = i < prefix ? sim->flash.erased : torn[i];
        } else if (sim->cut == SIM_CUT_BITS) {
            torn[i] = partly(sim, torn[i], sim->flash.erased);
        } else {
            torn[i] = random_byte(sim);
        }
    }
}

/* Counts an operation; true if power fails in it. */
static bool power_fails(struct sim_flash *sim, bool is_erase, uint32_t addr)
{
    if (sim->on_operation != NULL) {
        sim->on_operation(sim->on_operation_ctx, is_erase, addr);
    }
    sim->ops++;
    if (sim->ops == sim->flip.op) {
        sim->mem[sim->flip.addr] ^= sim->flip.mask;
    }
    if (sim->ops != sim->cut_op) {
        return false;
    }
    sim->cut_in_erase = is_erase;
    sim->cut_addr = addr;
    return true;
}

static twin_err_t sim_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    struct sim_flash *sim = ctx;

    if (!fits(sim, addr, len, sim->flash.write_bytes) || len == 0 ||
        (!sim->is_bad &&
         (is_lost(sim, addr, len) || !twin_flash_is_erased(&sim->flash, &sim->mem[addr], len)))) {
        return violation(sim);
    }
    bool cut = power_fails(sim, false, addr);
    enum answer answer = answer_of(sim, SIM_WRITE, addr, len);
    if (answer != WORKS && !cut) {
        if (answer == PARTLY) {
            change_partly(sim, &sim->mem[addr], buf, len);
        }
        return answer == FAILS ? TWIN_E_IO : TWIN_OK;
    }
    sim->writes++;
    sim->bytes_written += len;
    if (cut && sim->cut != SIM_CUT_BEFORE && sim->cut != SIM_CUT_AFTER) {
        tear_write(sim, addr, buf, len);
    } else if (!cut || sim->cut == SIM_CUT_AFTER) {
        program(sim, &sim->mem[addr], buf, len);
    }
    if (cut) {
        longjmp(sim->power_lost, 1);
    }
    return TWIN_OK;
}

static twin_err_t sim_erase(void *ctx, uint32_t addr, uint32_t len)
{
    struct sim_flash *sim = ctx;
    uint32_t page = sim->flash.page_bytes;

    if (!fits(sim, addr, len, page) || len == 0) {
        return violation(sim);
    }
    bool cut = power_fails(sim, true, addr);
    enum answer answer = answer_of(sim, SIM_ERASE, addr, len);
    if (answer != WORKS && !cut) {
        if (answer == PARTLY) {
            change_partly(sim, &sim->mem[addr], NULL, len);
        }
        return answer == FAILS ? TWIN_E_IO : TWIN_OK;
    }
    sim->erases += len / page;
    for (uint32_t i = 0; i < len / page; i++) {
        sim->page_erases[addr / page + i]++;
    }
    if (cut && sim->cut != SIM_CUT_BEFORE && sim->cut != SIM_CUT_AFTER) {
        tear_erase(sim, addr, len);
    } else if (!cut || sim->cut == SIM_CUT_AFTER) {
        sim_blank(sim, addr, len);
    }
    if (cut) {
        longjmp(sim->power_lost, 1);
    }
    return TWIN_OK;
}

void sim_init(struct sim_flash *sim, uint32_t size, uint32_t page_bytes, uint32_t write_bytes,
              uint8_t erased)
{
    memset(sim, 0, sizeof(*sim));
    sim->flash = (struct twin_flash){.ctx = sim,
                                     .size = size,
                                     .page_bytes = page_bytes,
                                     .write_bytes = write_bytes,
                                     .erased = erased,
                                     .read = sim_read,
                                     .write = sim_write,
                                     .erase = sim_erase};
    sim->mem = malloc(size);
    sim->lost = calloc(size / write_bytes, 1);
    sim->page_erases = calloc(size / page_bytes, sizeof(uint32_t));
    if (sim->mem == NULL || sim->lost == NULL || sim->page_erases == NULL) {
        abort();
    }
    memset(sim->mem, erased, size);
}

void sim_free(struct sim_flash *sim)
{
    free(sim->mem);
    free(sim->lost);
    free(sim->page_erases);
}

void sim_arm(struct sim_flash *sim, uint32_t cut_op, enum sim_cut cut, uint32_t seed)
{
    sim->ops = sim->erases = sim->writes = 0;
    sim->bytes_written = 0;
    memset(sim->page_erases, 0, sim->flash.size / sim->flash.page_bytes * sizeof(uint32_t));
    sim->cut_op = cut_op;
    sim->cut = cut;
    sim->seed = seed;
    sim->prefix = 0;
    sim->cut_in_erase = false;
    sim->flip.op = 0;
}

void sim_fail(struct sim_flash *sim, enum sim_call call, uint32_t from, uint32_t count)
{
    sim->fail[call].calls = 0;
    sim->fail[call].from = from;
    sim->fail[call].count = count;
}

struct sim_fault *sim_wear(struct sim_flash *sim, struct sim_fault fault)
{
    if (sim->fault_count == SIM_FAULTS_MAX) {
        abort();
    }
    sim->faults[sim->fault_count] = fault;
    return &sim->faults[sim->fault_count++];
}

void sim_heal(struct sim_flash *sim)
{
    sim->fault_count = 0;
}

void sim_put(struct sim_flash *sim, uint32_t addr, const void *data, size_t len)
{
    memcpy(&sim->mem[addr], data, len);
}

void sim_blank(struct sim_flash *sim, uint32_t addr, uint32_t len)
{
    memset(&sim->mem[addr], sim->flash.erased, len);
    set_lost(sim, addr, len, false);
}
