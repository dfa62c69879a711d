/*
 * powercut.c - power fails before, inside and after every flash operation of every way that the
 * state of the slots can change, and the device must come up every time.
 *
 * After each cut: what starts is the old or the new image, bit for bit; an image that nobody
 * confirmed is gone after its attempts; one that was confirmed stays; no flash rule is broken; and
 * the device takes the next update, from its upload to its confirmation.
 * Families of scenarios, and what else is tried: README.md beside this file.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "cover.h"
#include "devices.h"
#include <stdlib.h>

#define BOOTS_MAX   12
#define TIDYING_OPS 8  /* operations before the first move, and those that withdraw a swap */
#define FEWER       11 /* of what follows from a cut a sample tries one in so many */
#define ECC_SEEDS   8  /* fields can be lost in many ways */

static unsigned long points, pairs, failures;
static bool samples;                    /* only what cover.h chooses */
static unsigned shard, shard_count = 1; /* one of so many runs: which of the scenarios are its */

struct run {
    struct rig *rig;
    const char *device;
    const struct scenario *scenario;
    const uint8_t *image;    /* all flash, prepared */
    struct twin_slots slots; /* of the image that runs then */
    uint32_t cut_op, cut2_op;
    enum sim_cut cut, cut2;
    uint32_t prefix, prefix2;    /* see sim_flash.prefix */
    bool in_fields;              /* the first cut was inside the erase of a trailer's fields */
    bool lost2, lost2_in_fields; /* power was lost a second time; so was that one */
};

static void complain(const struct run *run, const char *what)
{
    fprintf(stderr, "%s; %s, operation %u mode %d, then %u mode %d: %s\n", run->device,
            run->scenario->name, run->cut_op, (int)run->cut, run->cut2_op, (int)run->cut2, what);
    failures++;
}

/* Was power lost in the erase of a sector with the fields at the end of a trailer? */
static bool lost_in_fields(const struct rig *rig)
{
    const struct twin_slots *slots = &rig->slots;
    bool last = false;

    for (int slot = 0; slot < TWIN_SLOT_COUNT; slot++) {
        const struct twin_area *area = &slots->area[slot];
        last |= rig->sim.cut_addr == area->addr + area->len - slots->sector_bytes;
    }
    return rig->sim.cut_in_erase && last;
}

static bool is_ecc(const struct run *run)
{
    return run->cut == SIM_CUT_ECC || run->cut2 == SIM_CUT_ECC;
}

/* The application confirms; power may fail in that, too. */
static void confirm_again(struct run *run)
{
    struct rig *rig = run->rig;

    if (setjmp(rig->sim.power_lost) == 0) {
        must(twin_slots_confirm(&rig->slots));
        return;
    }
    run->lost2 = true;
    sim_arm(&run->rig->sim, 0, SIM_CUT_BEFORE, 1);
}

/* Boot until the same confirmed image starts twice; 0 if it never does. */
static unsigned settle(struct run *run)
{
    struct rig *rig = run->rig;
    unsigned trials = 0, last = 0;

    run->lost2 = run->lost2_in_fields = false;
    for (unsigned boots = 0; boots < BOOTS_MAX; boots++) {
        struct rig_boot boot = rig_boot(rig);
        if (boot.power_lost) {
            run->lost2 = true;
            run->lost2_in_fields = lost_in_fields(rig);
            sim_arm(&rig->sim, 0, SIM_CUT_BEFORE, 1);
            continue;
        }
        const struct test_image *image = boot.major == 1 ? &rig->old : &rig->new;
        if (boot.status != TWIN_BOOT_START || !rig_slot_holds(rig, TWIN_PRIMARY, 0, image)) {
            complain(run, "nothing whole was started");
            return 0;
        }
        trials += boot.unconfirmed;
        /* An erase that took image_ok and left magic and copy_done puts a confirmed image on trial,
         * and one that took it of a permanent swap's trailer has made a test of that. With nothing
         * to go back to it stays there until its application confirms it again. */
        if ((is_ecc(run) ? run->scenario->harm != NULL : rig->recover != NULL) &&
            trials > rig->config.attempts && rig->events[TWIN_BOOT_EV_REVERT_IMPOSSIBLE] != 0) {
            confirm_again(run);
        }
        if (!boot.unconfirmed && last == boot.major) {
            return last;
        }
        last = boot.unconfirmed ? 0 : boot.major;
    }
    complain(run, trials > rig->config.attempts ? "too many starts on trial" : "never settled");
    return 0;
}

static void perform(const struct run *run)
{
    struct rig *rig = run->rig;

    if (setjmp(rig->sim.power_lost) == 0) {
        run->scenario->act(rig);
        if (run->scenario->boots) {
            (void)rig_boot(rig); /* takes the cut by itself */
        }
    }
}

static void check_end(struct run *run, unsigned allowed)
{
    unsigned end = settle(run);

    if (end != 0 && (end & allowed) == 0) {
        complain(run, end == END_OLD ? "ended with the old image" : "ended with the new image");
    }
    if (end != 0) {
        sim_arm(&run->rig->sim, 0, SIM_CUT_BEFORE, 1);
        const char *fault = rig_update_fault(run->rig);
        if (fault != NULL) {
            complain(run, fault);
        }
    }
    if (run->rig->sim.violations != 0) {
        complain(run, "a flash rule was broken");
        run->rig->sim.violations = 0;
    }
}

/* Have all sectors of both images stayed where they were? */
static bool nothing_moved(const struct run *run)
{
    const struct twin_slots *slots = &run->rig->slots;
    const struct rig *rig = run->rig;
    uint32_t len =
        twin_slots_update_off(slots) + (rig->old.len > rig->new.len ? rig->old.len : rig->new.len);

    for (int slot = 0; slot < 2; slot++) {
        uint32_t addr = slots->area[slot].addr;
        if (memcmp(&run->rig->sim.mem[addr], &run->image[addr], len) != 0) {
            return false;
        }
    }
    return true;
}

/* What is forbidden somewhere: then the new image stays. */
static bool asks_for_older(const struct scenario *scenario)
{
    return scenario->prepare == prepare_previous || scenario->prepare == prepare_previous_asked ||
           scenario->prepare == prepare_used_asked;
}

static void cut_once(struct run *run, uint32_t seed)
{
    struct rig *rig = run->rig;

    sim_blank(&rig->sim, 0, rig->sim.flash.size);
    memcpy(rig->sim.mem, run->image, rig->sim.flash.size);
    rig->slots = run->slots;
    sim_arm(&rig->sim, run->cut_op, run->cut, seed);
    rig->sim.prefix = run->prefix;
    perform(run);
    run->in_fields = lost_in_fields(rig);
    if (run->scenario->harm != NULL && run->cut_op != 0 && nothing_moved(run)) {
        run->scenario->harm(rig);
    }
    sim_arm(&rig->sim, run->cut2_op, run->cut2, seed + 1);
    rig->sim.prefix = run->prefix2;
    unsigned ends = run->cut_op == 0 ? run->scenario->end : run->scenario->ends;
    check_end(run,
              rig->config.no_downgrade != NULL && asks_for_older(run->scenario) ? END_NEW : ends);
}

/* A few second cuts, spread over the operations of the recovery. */
static void cut_twice(struct run *run, uint32_t recovery_ops, unsigned count, uint32_t *seed)
{
    for (unsigned i = 0; i < count && recovery_ops != 0; i++) {
        run->cut2_op = 1 + sim_random(seed) % recovery_ops;
        run->cut2 = (enum sim_cut)(sim_random(seed) % SIM_CUT_COUNT);
        cut_once(run, *seed);
        pairs++;
    }
    run->cut2_op = 0;
}

/* An erase that stops between any two of a trailer's fields: each leaves another meaning. */
static void cut_between_fields(struct run *run, uint32_t *prefix, uint32_t *seed)
{
    const struct twin_slots *slots = &run->rig->slots;
    uint32_t fields = trailer_map(slots, TWIN_PRIMARY).status;
    uint32_t unit = slots->area[TWIN_PRIMARY].flash->write_bytes;
    uint32_t page = slots->area[TWIN_PRIMARY].flash->page_bytes;
    uint32_t span = slots->area[TWIN_PRIMARY].len - fields;

    for (uint32_t left = unit; left < span && left < page && left <= 8 * slots->max_align;
         left += unit * (samples ? FEWER : 1)) {
        *prefix = page - left;
        cut_once(run, ++*seed);
        points++;
    }
    *prefix = 0;
}

/* After harm, what the bootloader does first is to tidy: every cut of that. */
static void cut_tidying(struct run *run, uint32_t *seed)
{
    run->lost2 = true;
    for (run->cut2_op = 1; run->lost2 && run->cut2_op <= TIDYING_OPS; run->cut2_op++) {
        for (int cut = 0; run->lost2 && cut < SIM_CUT_COUNT; cut++) {
            run->cut2 = (enum sim_cut)cut;
            cut_once(run, ++*seed);
            pairs++;
            cut += samples ? FEWER % SIM_CUT_COUNT : 0;
        }
        if (run->lost2_in_fields && !samples) {
            run->cut2 = SIM_CUT_PREFIX;
            cut_between_fields(run, &run->prefix2, seed);
        }
    }
    run->cut2_op = 0;
}

static void try_cut(struct run *run, unsigned pair_count, uint32_t *seed)
{
    cut_once(run, ++*seed);
    points++;
    uint32_t recovery_ops = run->rig->sim.ops;
    if (run->in_fields && run->cut == SIM_CUT_PREFIX) {
        cut_between_fields(run, &run->prefix, seed);
    }
    for (unsigned i = 1; run->in_fields && run->cut == SIM_CUT_ECC && i < ECC_SEEDS && !samples;
         i++) {
        cut_once(run, ++*seed);
        points++;
    }
    if (run->scenario->harm != NULL && run->cut_op <= TIDYING_OPS && run->cut != SIM_CUT_BEFORE) {
        cut_tidying(run, seed);
    }
    cut_twice(run, recovery_ops, pair_count, seed);
}

/* What the operations of the scenario are when power holds, and that it ends well then. */
static void log_ops(struct run *run, struct op_log *log)
{
    log_begin(log, run->rig);
    sim_arm(&run->rig->sim, 0, SIM_CUT_BEFORE, 1);
    perform(run);
    log_end(log);
    cut_once(run, 1);
    if (log->count == 0 && !run->rig->mode->in_place) { /* there a revert writes nothing */
        complain(run, "nothing happens");
    }
}

static void try_scenario(struct rig *rig, const struct device *device, size_t device_number,
                         const struct mode *mode, size_t number, unsigned pair_count)
{
    static struct op_log log;
    static struct cover cover;
    struct run run = {.rig = rig, .device = device->name, .scenario = &mode->scenarios[number]};
    uint32_t seed = 1;
    uint8_t *image = malloc(rig->sim.flash.size);

    if (image == NULL) {
        exit(2);
    }
    rig_reset(rig);
    run.scenario->prepare(rig);
    memcpy(image, rig->sim.mem, rig->sim.flash.size);
    run.image = image;
    run.slots = rig->slots;
    log_ops(&run, &log);
    for (uint32_t i = 0; i < log.count * SIM_CUT_COUNT; i++) {
        run.cut_op = 1 + i / SIM_CUT_COUNT;
        run.cut = (enum sim_cut)((i + run.cut_op) % SIM_CUT_COUNT); /* another one first */
        const unsigned traits[COVER_TRAITS] = {(unsigned)device_number, (unsigned)number,
                                               log.kind[run.cut_op - 1], (unsigned)run.cut};
        if (samples ? cover_wants(&cover, traits) : is_one_of_many(log.count, i)) {
            try_cut(&run, pair_count, &seed);
        }
    }
    free(image);
}

static void try_device(size_t number, const struct mode *mode, unsigned pair_count)
{
    const struct device device = device_at(number);
    const unsigned long before = points;
    struct rig rig;

    if (!device_fits(&device, mode)) {
        return;
    }
    device_make(&rig, &device, mode);
    for (size_t k = 0; k < mode->scenario_count; k++) {
        const bool ours = samples ? is_sampled(number, k)
                                  : (number * mode->scenario_count + k) % shard_count == shard;
        if (ours && (mode->scenarios[k].harm == NULL || (device.traits & HARM) != 0)) {
            try_scenario(&rig, &device, number, mode, k, pair_count);
        }
    }
    rig_free(&rig);
    if (points != before) {
        printf("%-50s %6lu power cuts\n", device.name, points - before);
        fflush(stdout);
    }
}

/* powercut [MODE]: a sample of the cuts. powercut MODE PAIRS [I N]: all, and so many pairs of each;
 * of N parts of the work the one with the number I, from 0. */
int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : modes[0].name;
    unsigned pair_count = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    unsigned found = 0;

    if (argc == 5 && atoi(argv[4]) > 0) {
        shard = (unsigned)atoi(argv[3]);
        shard_count = (unsigned)atoi(argv[4]);
    }

    samples = argc <= 2;
    for (size_t m = 0; m < TWIN_COUNT(modes); m++) {
        for (size_t i = 0; strcmp(modes[m].name, name) == 0 && i < DEVICE_COUNT; i++) {
            found++;
            try_device(i, &modes[m], pair_count);
        }
    }
    if (found == 0) {
        fprintf(stderr, "usage: powercut [MODE [PAIRS [I N]]]\n");
        return 2;
    }
    printf("power cuts: %lu single, %lu in pairs, %lu failures\n", points, pairs, failures);
    CHECK_EQ(failures, 0);
    return check_report();
}
