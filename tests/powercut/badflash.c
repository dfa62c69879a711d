/*
 * badflash.c - one operation of flash goes wrong in every way that the state of the slots can
 * change, or a bit of it changes by itself; and power may be lost on top.
 *
 *     badflash [MODE]         a sample
 *     badflash MODE all [I N] everything; of N parts of the work the one with the number I
 *
 * What must hold is a column of the table below, explained in README.md beside this file.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "cover.h"
#include "devices.h"

#define BOOTS_MAX 24 /* until the same confirmed image has started twice */
#define BOOTS_BAD 2  /* starts of a device before somebody repairs it */
#define CELLS     64 /* bytes below the status area, in which starts are counted */

/* What a device owes after a fault. In each case it starts nothing but signed images, whole; and an
 * image that is brought by wire, if need be to a bootloader that waits for it, is taken. */
enum promise {
    SAYS_SO,  /* it may stop and wait for help */
    RECOVERS, /* a good image starts, perhaps after twin_boot_recover() */
    STARTS    /* without any help */
};

/* Where bits flip. */
enum target { RUNNING, STORED, RUNNING_TRAILER, STORED_TRAILER, SCRATCH_AREA, TARGET_COUNT };

static const struct harm {
    const char *name;
    enum sim_call call; /* READ: bits flip */
    bool ignored, partly;
    bool lasts;     /* from then on, until somebody repairs it; or once */
    bool is_status; /* only where the progress of a swap is written */
    bool cut;       /* power is lost right before the flip */
    enum target target;
    enum promise promise;
} harms[] = {
    {"a write is refused", SIM_WRITE, .promise = STARTS},
    {"writes are refused", SIM_WRITE, .lasts = true, .promise = RECOVERS},
    {"a write does nothing", SIM_WRITE, .ignored = true, .promise = RECOVERS},
    {"writes do nothing", SIM_WRITE, .ignored = true, .lasts = true, .promise = SAYS_SO},
    {"a write leaves bits", SIM_WRITE, .partly = true, .promise = RECOVERS},
    {"an erase is refused", SIM_ERASE, .promise = STARTS},
    {"erases are refused", SIM_ERASE, .lasts = true, .promise = STARTS},
    {"an erase does nothing", SIM_ERASE, .ignored = true, .promise = RECOVERS},
    {"erases do nothing", SIM_ERASE, .ignored = true, .lasts = true, .promise = SAYS_SO},
    {"an erase leaves bits", SIM_ERASE, .partly = true, .promise = RECOVERS},
    {"status writes are refused", SIM_WRITE, .lasts = true, .is_status = true, .promise = STARTS},
    {"status writes do nothing", SIM_WRITE, .ignored = true, .lasts = true, .is_status = true,
     .promise = STARTS},
    {"a bit flips in the image that runs", SIM_READ, .target = RUNNING, .promise = RECOVERS},
    {"a bit flips in the other image", SIM_READ, .target = STORED, .promise = RECOVERS},
    {"a bit flips in the trailer of what runs", SIM_READ, .target = RUNNING_TRAILER,
     .promise = RECOVERS},
    {"a bit flips in the other trailer", SIM_READ, .target = STORED_TRAILER, .promise = RECOVERS},
    {"a bit flips in scratch", SIM_READ, .target = SCRATCH_AREA, .promise = RECOVERS},
    {"power is lost, a bit flips in the image that runs", SIM_READ, .cut = true, .target = RUNNING,
     .promise = SAYS_SO},
    {"power is lost, a bit flips in the other image", SIM_READ, .cut = true, .target = STORED,
     .promise = SAYS_SO},
    {"power is lost, a bit flips in the trailer of what runs", SIM_READ, .cut = true,
     .target = RUNNING_TRAILER, .promise = SAYS_SO},
    {"power is lost, a bit flips in the other trailer", SIM_READ, .cut = true,
     .target = STORED_TRAILER, .promise = SAYS_SO},
    {"power is lost, a bit flips in scratch", SIM_READ, .cut = true, .target = SCRATCH_AREA,
     .promise = SAYS_SO},
};

static unsigned long points, failures;
static struct {
    unsigned long points, recovered, stopped;
} tally[TWIN_COUNT(harms)];
static bool all;
static unsigned shard, shard_count = 1;

struct run {
    struct rig *rig;
    const struct scenario *scenario;
    const char *device;
    const uint8_t *image;                          /* all flash, prepared */
    struct twin_slots slots;                       /* of the image that runs then */
    twin_err_t (*recover)(struct twin_boot *boot); /* as the scenario has it */
    const struct harm *harm;
    uint32_t number; /* of the operation, or the call, counted from 1 */
    uint32_t seed;
};

static void complain(const struct run *run, const char *what)
{
    fprintf(stderr, "%s; %s; %s, number %u: %s\n", run->device, run->scenario->name,
            run->harm->name, run->number, what);
    failures++;
}

static const struct test_image *image_of(const struct rig *rig, unsigned major)
{
    return major == 1 ? &rig->old : major == 2 ? &rig->new : &rig->next;
}

/* Is it what is to be started? A bit that flips between the check and the start is nobody's fault.
 */
static bool is_whole(const struct run *run, const struct test_image *image)
{
    struct sim_flash *sim = &run->rig->sim;
    const struct sim_flip flip = sim->flip;
    const bool just_flipped = flip.op != 0 && sim->ops >= flip.op;
    uint8_t *at = &sim->mem[flip.addr];

    *at ^= just_flipped ? flip.mask : 0;
    const bool was_whole = rig_slot_holds(run->rig, TWIN_PRIMARY, 0, image);
    *at ^= just_flipped ? flip.mask : 0;
    return was_whole || rig_slot_holds(run->rig, TWIN_PRIMARY, 0, image);
}

/* Boot once: what starts must be whole and signed. */
static struct rig_boot boot_once(const struct run *run)
{
    struct rig_boot boot = rig_boot(run->rig);

    if (!boot.power_lost && boot.status == TWIN_BOOT_AGAIN) {
        complain(run, "a boot without an end");
    }
    if (boot.status == TWIN_BOOT_START && !is_whole(run, image_of(run->rig, boot.major))) {
        complain(run, "something was started that nobody signed");
    }
    return boot;
}

/* Let bits flip there, in some byte. Of an area that is not there: of the first byte of all. */
static struct sim_flip flip_of(const struct run *run)
{
    const struct rig *rig = run->rig;
    const enum target target = run->harm->target;
    const enum twin_slot slot = target == SCRATCH_AREA                         ? TWIN_SCRATCH
                                : target == STORED || target == STORED_TRAILER ? TWIN_SECONDARY
                                                                               : TWIN_PRIMARY;
    const struct twin_area *area = &rig->slots.area[slot];
    uint32_t seed = run->seed, from = 0, end = area->len;

    if (target == RUNNING_TRAILER || target == STORED_TRAILER) {
        from = trailer_map(&rig->slots, slot).status - CELLS;
    } else if (target == RUNNING) {
        end = rig->old.len < rig->new.len ? rig->old.len : rig->new.len;
    } else if (target == STORED) {
        from = twin_slots_update_off(&rig->slots);
        end = from + rig->new.len;
    }
    /* The fields at its end are a small part of a trailer, and the most of its meaning. */
    if (from != 0 && target != STORED && sim_random(&seed) % 2 == 0) {
        from = trailer_map(&rig->slots, slot).swap_size;
    }
    return (struct sim_flip){run->number, area->addr + from + sim_random(&seed) % (end - from),
                             (uint8_t)(1u << sim_random(&seed) % 8)};
}

static void arm(const struct run *run)
{
    const struct harm *harm = run->harm;
    struct rig *rig = run->rig;
    const uint32_t status = trailer_map(&rig->slots, TWIN_PRIMARY).status;
    const uint32_t primary = rig->slots.area[TWIN_PRIMARY].addr;
    struct sim_fault fault = {.call = harm->call,
                              .ignored = harm->ignored,
                              .partly = harm->partly,
                              .end = rig->sim.flash.size,
                              .skip = run->number - 1,
                              .count = harm->lasts ? 0 : 1};

    sim_arm(&rig->sim, harm->cut ? run->number : 0, SIM_CUT_BEFORE, run->seed);
    if (harm->call == SIM_READ) {
        rig->sim.flip = flip_of(run);
        return;
    }
    if (harm->is_status) {
        fault.addr = primary + status;
        fault.end = primary + trailer_map(&rig->slots, TWIN_PRIMARY).swap_size;
    }
    sim_wear(&rig->sim, fault);
}

static void perform(const struct run *run)
{
    if (setjmp(run->rig->sim.power_lost) == 0) {
        run->scenario->act(run->rig);
        if (run->scenario->boots) {
            (void)boot_once(run);
        }
    }
}

/* Boot until the same confirmed image starts twice; false if the device stops. */
static bool settle(const struct run *run)
{
    unsigned last = 0;

    for (unsigned boots = 0; boots < BOOTS_MAX; boots++) {
        struct rig_boot boot = boot_once(run);
        if (boot.status != TWIN_BOOT_START) {
            return false;
        }
        /* With nothing to go back to an image stays on trial until it confirms itself. */
        if (boot.unconfirmed && boots > 2u * run->rig->config.attempts + 2) {
            (void)!twin_slots_confirm(&run->rig->slots);
        }
        if (!boot.unconfirmed && last == boot.major) {
            return true;
        }
        last = boot.unconfirmed ? 0 : boot.major;
    }
    complain(run, "it never settles");
    return true;
}

/* The bootloader waits; somebody brings an image by wire. */
static void rescue(const struct run *run)
{
    rig_store(run->rig, &run->rig->next);
    if (!settle(run)) {
        complain(run, "a device that waits for help does not start a new image");
    }
}

/*
 * What is owed in this mode. A version rule holds against an image that is not whole, too: its
 * number may be true. Where the old image is overwritten the update is the only one from then on,
 * as at a first start, or when the primary was broken before. A request that is withdrawn takes
 * with it the end of an image that reaches into its sector (swap-scratch).
 */
static enum promise promise_of(const struct run *run)
{
    const struct rig *rig = run->rig;
    const bool only_update = !rig->mode->tries && !rig->mode->in_place;

    const bool only_one = run->scenario->prepare == from_factory ||
                          run->scenario->prepare == prepare_broken ||
                          run->scenario->act == withdraw;

    return rig->config.no_downgrade != NULL || only_one ||
                   (only_update && run->harm->target == STORED)
               ? SAYS_SO
               : run->harm->promise;
}

static void check_end(const struct run *run)
{
    struct rig *rig = run->rig;
    const size_t kind = (size_t)(run->harm - harms);
    enum promise kept = STARTS;

    if (!settle(run)) {
        kept = RECOVERS;
        rig->recover = recover_fn(rig);
        if (!settle(run)) {
            kept = SAYS_SO;
            rescue(run);
        }
    }
    rig->recover = NULL;
    tally[kind].points++;
    tally[kind].recovered += kept == RECOVERS;
    tally[kind].stopped += kept == SAYS_SO;
    if (kept < promise_of(run)) {
        complain(run, kept == SAYS_SO ? "no image is left" : "it does not start by itself");
    }
    const char *fault = rig_update_fault(rig);
    if (fault != NULL) {
        complain(run, fault);
    }
    if (rig->sim.violations != 0) {
        complain(run, "a flash rule was broken");
        rig->sim.violations = 0;
    }
}

static void prepare(const struct run *run)
{
    struct rig *rig = run->rig;

    sim_heal(&rig->sim);
    sim_blank(&rig->sim, 0, rig->sim.flash.size);
    memcpy(rig->sim.mem, run->image, rig->sim.flash.size);
    rig->slots = run->slots;
    rig->recover = run->recover;
}

static void try_fault(struct run *run)
{
    struct rig *rig = run->rig;

    prepare(run);
    arm(run);
    flash_is_bad = rig->sim.is_bad = true;
    perform(run);
    if (run->harm->cut) { /* the flip was to come right after it */
        const struct sim_flip flip = flip_of(run);
        rig->sim.mem[flip.addr] ^= flip.mask;
        sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
    }
    for (unsigned i = 0; run->harm->lasts && i < BOOTS_BAD; i++) {
        (void)boot_once(run);
    }
    sim_heal(&rig->sim);
    sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, run->seed);
    check_end(run);
    flash_is_bad = rig->sim.is_bad = false;
    points++;
}

/* Operations that a scenario takes when all goes well, by kind. */
static uint32_t count(struct run *run, struct op_log *log)
{
    prepare(run);
    sim_arm(&run->rig->sim, 0, SIM_CUT_BEFORE, 1);
    log_begin(log, run->rig);
    perform(run);
    log_end(log);
    return log->count;
}

static void try_scenario(struct rig *rig, const char *device, size_t device_number,
                         const struct mode *mode, size_t number)
{
    static struct op_log log;
    static struct cover cover;
    struct run run = {.rig = rig, .scenario = &mode->scenarios[number], .device = device};
    uint8_t *image = malloc(rig->sim.flash.size);

    if (image == NULL) {
        exit(2);
    }
    rig_reset(rig);
    run.scenario->prepare(rig);
    memcpy(image, rig->sim.mem, rig->sim.flash.size);
    run.image = image;
    run.slots = rig->slots;
    run.recover = rig->recover;
    run.harm = harms;
    uint32_t ops = count(&run, &log);
    uint32_t calls[SIM_CALL_COUNT] = {0};
    for (uint32_t i = 0; i < ops; i++) {
        enum sim_call call = log.is_erase[i] ? SIM_ERASE : SIM_WRITE;
        calls[call]++;
        for (size_t turn = 0; turn < TWIN_COUNT(harms); turn++) {
            const size_t k = (i + turn) % TWIN_COUNT(harms);
            run.harm = &harms[k];
            bool fits = run.harm->call == SIM_READ || run.harm->call == call;
            fits &= run.harm->target != SCRATCH_AREA || rig->slots.area[TWIN_SCRATCH].len != 0;
            fits &= !run.harm->is_status || log.kind[i] % PLACE_COUNT == PLACE_STATUS;
            const unsigned traits[COVER_TRAITS] = {(unsigned)device_number, (unsigned)number,
                                                   log.kind[i], (unsigned)k};
            const uint32_t point = i * (uint32_t)TWIN_COUNT(harms) + (uint32_t)turn;
            if (!fits || !(all ? is_one_of_many(ops, point) : cover_wants(&cover, traits))) {
                continue;
            }
            run.number = run.harm->call == SIM_READ ? i + 1 : run.harm->is_status ? 1 : calls[call];
            run.seed = i * 31 + (uint32_t)k + 1;
            try_fault(&run);
        }
    }
    free(image);
}

static void try_device(size_t number, const struct mode *mode)
{
    const struct device device = device_at(number);
    const unsigned long before = points;
    struct rig rig;

    if (!device_fits(&device, mode)) {
        return;
    }
    device_make(&rig, &device, mode);
    for (size_t k = 0; k < mode->scenario_count; k++) {
        const size_t turn = number * mode->scenario_count + k;
        if (mode->scenarios[k].harm == NULL &&
            (all ? turn % shard_count == shard : is_sampled(number, k))) {
            try_scenario(&rig, device.name, number, mode, k);
        }
    }
    rig_free(&rig);
    if (all) {
        printf("%-50s %6lu faults\n", device.name, points - before);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : modes[0].name;
    unsigned found = 0;

    all = argc > 2;
    if (argc == 5 && atoi(argv[4]) > 0) {
        shard = (unsigned)atoi(argv[3]);
        shard_count = (unsigned)atoi(argv[4]);
    }
    for (size_t m = 0; m < TWIN_COUNT(modes); m++) {
        for (size_t i = 0; strcmp(modes[m].name, name) == 0 && i < DEVICE_COUNT; i++) {
            found++;
            try_device(i, &modes[m]);
        }
    }
    if (found == 0) {
        fprintf(stderr, "usage: badflash [MODE [all [I N]]]\n");
        return 2;
    }
    for (size_t k = 0; k < TWIN_COUNT(harms); k++) {
        printf("%-60s %6lu points, %5lu recovered, %5lu stopped\n", harms[k].name, tally[k].points,
               tally[k].recovered, tally[k].stopped);
    }
    printf("faults of the flash: %lu points, %lu failures\n", points, failures);
    CHECK_EQ(failures, 0);
    return check_report();
}
