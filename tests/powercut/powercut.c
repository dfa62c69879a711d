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
#include "scenarios.h"
#include "support/rig.h"
#ifdef TEST_UNPACK
#include "support/packed_image.h"
#endif
#include <stdlib.h>

#define BOOTS_MAX   12
#define TIDYING_OPS 8   /* operations before the first move, and those that withdraw a swap */
#define SAMPLE      35  /* shares no factor with SIM_CUT_COUNT: each way of a cut has its turn */
#define MANY_OPS    300 /* an upload: */
#define FEWER       67  /* a sample of it is so many times smaller */
#define ECC_SEEDS   8   /* fields can be lost in many ways */

static unsigned long points, pairs, failures;
static unsigned sample = 1;             /* one of so many cuts is made */
static unsigned shard, shard_count = 1; /* one of so many runs: which of the scenarios are its */

struct run {
    struct rig *rig;
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
    fprintf(stderr, "%s, operation %u mode %d, then %u mode %d: %s\n", run->scenario->name,
            run->cut_op, (int)run->cut, run->cut2_op, (int)run->cut2, what);
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

/* Operations that the scenario takes when power holds. */
static uint32_t count_ops(const struct run *run)
{
    sim_arm(&run->rig->sim, 0, SIM_CUT_BEFORE, 1);
    perform(run);
    return run->rig->sim.ops;
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
         left += unit) {
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
        }
        if (run->lost2_in_fields) {
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
    for (unsigned i = 1; run->in_fields && run->cut == SIM_CUT_ECC && i < ECC_SEEDS; i++) {
        cut_once(run, ++*seed);
        points++;
    }
    if (run->scenario->harm != NULL && run->cut_op <= TIDYING_OPS && run->cut != SIM_CUT_BEFORE) {
        cut_tidying(run, seed);
    }
    cut_twice(run, recovery_ops, pair_count, seed);
}

static void try_scenario(struct rig *rig, const struct scenario *scenario, unsigned pair_count)
{
    struct run run = {.rig = rig, .scenario = scenario};
    static unsigned turn; /* goes on, so that short scenarios have theirs */
    uint32_t seed = 1;
    uint8_t *image = malloc(rig->sim.flash.size);

    if (image == NULL) {
        exit(2);
    }
    rig_reset(rig);
    scenario->prepare(rig);
    memcpy(image, rig->sim.mem, rig->sim.flash.size);
    run.image = image;
    run.slots = rig->slots;
    uint32_t ops = count_ops(&run);
    cut_once(&run, seed);
    CHECK(ops > 0 || rig->mode->in_place); /* there a revert writes nothing */
    const unsigned every = sample > 1 && ops > MANY_OPS ? sample * FEWER : sample;
    for (run.cut_op = 1; run.cut_op <= ops; run.cut_op++) {
        for (int cut = 0; cut < SIM_CUT_COUNT; cut++) {
            run.cut = (enum sim_cut)cut;
            if (++turn % every == 0) {
                try_cut(&run, pair_count, &seed);
            }
        }
    }
    free(image);
}

/* HARM: also the scenarios with harm, which take long. NO_DOWNGRADE: by version. RECORDED: what
 * became of an update is written down. AES128, AES256: updates are encrypted. */
enum { HARM = 1, NO_DOWNGRADE = 2, RECORDED = 4, AES128 = 16, AES256 = 32 };

static const struct {
    const char *name;
    struct rig_shape shape;
    unsigned traits;
} shapes[] = {
    {"equal, 4-byte writes", {4096, 8, 4, 128, 8, 0xff, 9000, 9500}, HARM},
    {"longer old image", {4096, 8, 4, 128, 8, 0xff, 17000, 5000}, 0},
    {"shorter old image", {4096, 8, 4, 128, 8, 0xff, 5000, 17000}, 0},
    {"32-byte writes, trailer of 3 sectors", {4096, 10, 32, 128, 32, 0xff, 9000, 5000}, HARM},
    {"8-byte writes, erased to zero", {2048, 10, 8, 16, 8, 0x00, 5000, 7000}, 0},
    {"1-byte writes, small sectors", {1024, 16, 1, 16, 8, 0xff, 4000, 3000}, 0},
    {"downgrades forbidden", {4096, 8, 4, 128, 8, 0xff, 9000, 9500}, NO_DOWNGRADE},
    {"recorded", {4096, 8, 4, 128, 8, 0xff, 9000, 9500}, HARM | RECORDED},
    {"both images fill their slots", {4096, 4, 4, 128, 8, 0xff, RIG_FILL, RIG_FILL}, HARM},
    {"old image fills the slot", {4096, 4, 4, 16, 8, 0xff, RIG_FILL, 5000}, NO_DOWNGRADE},
    {"new image fills, erased to zero", {4096, 5, 16, 32, 16, 0x00, 9000, RIG_FILL}, 0},
    {"both fill, trailer of 3 sectors", {4096, 6, 32, 90, 32, 0xff, RIG_FILL, RIG_FILL}, 0},
    {"encrypted", {4096, 8, 4, 128, 8, 0xff, 9000, 9500}, HARM | AES128},
    {"encrypted, longer old image", {4096, 8, 8, 128, 8, 0xff, 17000, 5000}, AES256},
    {"encrypted, shorter old image", {4096, 8, 1, 128, 16, 0x00, 5000, 17000}, RECORDED | AES128},
    {"encrypted, both fill", {4096, 4, 4, 128, 8, 0xff, RIG_FILL, RIG_FILL}, HARM | AES256},
};

struct mode {
    const char *name;
    const struct rig_mode *rig;
    const struct scenario *scenarios;
    size_t scenario_count;
};
#define MODE(name, list)                                                                           \
    {                                                                                              \
#name, &rig_##name, list, sizeof(list) / sizeof((list)[0])                                 \
    }
static const struct mode modes[] = {
    MODE(swap_offset, scenarios),
    MODE(swap_move, scenarios),
    MODE(swap_scratch, scenarios),
    MODE(swap_scratch_wide, scenarios),
    MODE(overwrite, overwrite_scenarios),
    MODE(overwrite_fast, overwrite_scenarios),
    MODE(xip, newest_scenarios),
    MODE(xip_revert, scenarios),
    MODE(xip_revert, in_place_scenarios),
#ifdef TEST_UNPACK
    MODE(overwrite_lzma, overwrite_scenarios),
#endif
};

static void try_shape(size_t i, const struct mode *mode, unsigned pair_count)
{
    const uint8_t key_len = shapes[i].traits & (AES128 | AES256);
    unsigned long before = points;
    struct rig rig;

    if (key_len != 0 && (mode->rig->in_place || mode->rig->pack != NULL)) {
        return; /* these cannot be encrypted */
    }
    rig_make_encrypted(&rig, &shapes[i].shape, mode->rig, key_len);
    rig.config.no_downgrade =
        (shapes[i].traits & NO_DOWNGRADE) != 0 ? &twin_boot_no_downgrade_version : NULL;
    rig.records = (shapes[i].traits & RECORDED) != 0;
    /* In swap-scratch an image may take the place where starts are counted. */
    if (twin_slots_image_max(&rig.slots) > trailer_map(&rig.slots, TWIN_PRIMARY).sector &&
        (shapes[i].shape.old_len == RIG_FILL || shapes[i].shape.new_len == RIG_FILL)) {
        rig.config.attempts = 1;
    }
    for (size_t k = 0; k < mode->scenario_count; k++) {
        bool ours = (i * mode->scenario_count + k) % shard_count == shard;
        if (ours && (mode->scenarios[k].harm == NULL || (shapes[i].traits & HARM) != 0)) {
            try_scenario(&rig, &mode->scenarios[k], pair_count);
        }
    }
    rig_free(&rig);
    printf("%-50s %6lu power cuts\n", shapes[i].name, points - before);
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

    sample = argc > 2 ? 1 : SAMPLE;
    for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
        if (strcmp(modes[m].name, name) == 0) {
            found++;
            for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
                try_shape(i, &modes[m], pair_count);
            }
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
