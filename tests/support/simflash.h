/*
 * simflash.h - NOR flash in memory that keeps the rules, counts its work and can lose power.
 *
 * A write to a unit that is not erased, a misaligned call and a call outside are counted as
 * violations and answered with TWIN_E_IO. When power is lost, control leaves through longjmp. Worn
 * or locked places refuse their work or do nothing: see sim_wear().
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/flash.h"
#include <setjmp.h>

/* How the operation during which power fails ends. */
enum sim_cut {
    SIM_CUT_BEFORE, /* nothing of it happened */
    SIM_CUT_PREFIX, /* a write: some whole units and some falling bits of the next;
                       an erase: the first part of a page */
    SIM_CUT_BITS,   /* a write: as PREFIX; an erase: any of the page's bits have risen */
    SIM_CUT_NOISE,  /* a write: as PREFIX; an erase: the page holds arbitrary bits */
    SIM_CUT_ECC, /* a write: some whole units, the next cannot be read; an erase: some units of the
                    page are erased, some are as before, some cannot be read. Only an erase
                    of the page makes them readable again */
    SIM_CUT_AFTER, /* all of it happened */
    SIM_CUT_COUNT
};

/* The driver's functions, for sim_fail(). */
enum sim_call { SIM_READ, SIM_WRITE, SIM_ERASE, SIM_CALL_COUNT };

/* A place that is worn, locked or disturbed: calls that touch bytes from addr to end - 1. */
struct sim_fault {
    enum sim_call call;
    bool ignored; /* says TWIN_OK and does nothing; otherwise TWIN_E_IO */
    bool partly;  /* says TWIN_OK and leaves some of the bits that it had to change */
    uint32_t addr, end;
    uint32_t skip;  /* so many of them work first */
    uint32_t count; /* so many fail then; 0: all */
    uint32_t hits;  /* out: those that failed */
};

#define SIM_FAULTS_MAX 4

/* Bits of the flash change by themselves, right before an operation. */
struct sim_flip {
    uint32_t op; /* counted from 1; 0: never */
    uint32_t addr;
    uint8_t mask;
};

struct sim_flash {
    struct twin_flash flash; /* give this to the code under test */
    uint8_t *mem;
    uint8_t *lost;                /* per write unit: cannot be read */
    uint32_t *page_erases;        /* per page */
    uint32_t ops, erases, writes; /* ops: writes and erases, also those that were refused */
    uint64_t bytes_written;
    uint32_t violations;
    uint32_t cut_op; /* power fails in this operation, counted from 1; 0 = never */
    enum sim_cut cut;
    uint32_t seed;
    uint32_t prefix;   /* SIM_CUT_PREFIX of an erase: bytes erased; 0 = by chance */
    bool cut_in_erase; /* where power failed, */
    uint32_t cut_addr; /* for whoever wants to try the same place again */
    jmp_buf power_lost;
    struct sim_fault faults[SIM_FAULTS_MAX];
    unsigned fault_count;
    bool write_fails; /* every write is refused with TWIN_E_IO */
    bool is_bad; /* cells may hold what nobody has written: writing on them is not a violation, it
                    programs them as far as it can */
    struct sim_flip flip;
    /* Called before every operation, if not NULL; for whoever wants to know what they are. */
    void (*on_operation)(void *ctx, bool is_erase, uint32_t addr);
    void *on_operation_ctx;
    struct {
        uint32_t calls, from, count; /* made so far; the first one that fails, and how many do */
    } fail[SIM_CALL_COUNT];
};

/* All bytes erased. The struct must stay where it is: the driver points to it. */
void sim_init(struct sim_flash *sim, uint32_t size, uint32_t page_bytes, uint32_t write_bytes,
              uint8_t erased);
void sim_free(struct sim_flash *sim);

/* Zero the counters and set when power is lost. */
void sim_arm(struct sim_flash *sim, uint32_t cut_op, enum sim_cut cut, uint32_t seed);

/*
 * Let calls fail: they do nothing and return TWIN_E_IO. Calls of this kind are counted from now on,
 * in fail[call].calls.
 *
 * from   the first one that fails, counted from 1.
 * count  how many fail; UINT32_MAX: all from then on; 0: none, which ends it.
 */
void sim_fail(struct sim_flash *sim, enum sim_call call, uint32_t from, uint32_t count);

/*
 * Make a place bad, until sim_heal(). Several may be set; the first that fits decides. The answer
 * counts its hits.
 */
struct sim_fault *sim_wear(struct sim_flash *sim, struct sim_fault fault);
void sim_heal(struct sim_flash *sim);

/* Put bytes there without rules or counting, as a programmer with a debugger would. */
void sim_put(struct sim_flash *sim, uint32_t addr, const void *data, size_t len);

/* The same for erased bytes. */
void sim_blank(struct sim_flash *sim, uint32_t addr, uint32_t len);

uint32_t sim_random(uint32_t *seed);
