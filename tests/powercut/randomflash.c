/*
 * randomflash.c - whatever the flash holds: the bootloader does not crash, comes to an end within
 * the steps that twin/boot.h promises, and starts nothing but what was signed.
 *
 *     randomflash [contents COUNT [I N]]  so many contents, from random bytes to a device in the
 * middle of a swap with a few bits wrong; of N parts of the work number I
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "devices.h"

#define BOOTS       4
#define CHANGES_MAX 8
#define SAMPLE      4000
#define SAMPLE_STEP 5 /* of the devices each mode has every fifth then */

static unsigned long contents, boots, starts, failures;
static uint32_t seed;

static uint32_t below(uint32_t limit)
{
    return sim_random(&seed) % limit;
}

/* ---- What may be wrong ---- */

static uint8_t *sector_at(struct rig *rig)
{
    const uint32_t sector = rig->slots.sector_bytes;

    return &rig->sim.mem[below(rig->sim.flash.size / sector) * sector];
}

/* Whatever may stand in a field: nothing, what is written there, a part of it, anything. */
static void change_field(struct rig *rig)
{
    const enum twin_slot slot = (enum twin_slot)below(rig->mode->scratch_sectors != 0 ? 3 : 2);
    const struct twin_area *area = &rig->slots.area[slot];
    const struct trailer_map map = trailer_map(&rig->slots, slot);
    const uint32_t offs[] = {map.image_ok, map.copy_done, map.swap_info, map.swap_size,
                             map.tlv_sizes};
    const uint32_t lens[] = {0,
                             1,
                             rig->old.len,
                             rig->new.len,
                             twin_slots_image_max(&rig->slots),
                             twin_slots_image_max(&rig->slots) + 1,
                             0xffffffff};
    uint8_t *at = &rig->sim.mem[area->addr + offs[below(TWIN_COUNT(offs))]];
    uint8_t magic[TWIN_MAGIC_LEN];

    switch (below(5)) {
    case 0:
        twin_trailer_magic(rig->slots.max_align, magic);
        memcpy(&rig->sim.mem[area->addr + map.magic], magic, 1 + below(TWIN_MAGIC_LEN));
        break;
    case 1:
        *at = (uint8_t)(1 + below(5));
        break;
    case 2:
        twin_put_le32(&rig->sim.mem[area->addr + map.swap_size], lens[below(TWIN_COUNT(lens))]);
        break;
    case 3:
        *at = rig->sim.flash.erased;
        break;
    default:
        *at = (uint8_t)below(256);
    }
}

/* Units of the status area, and cells below it, from some place on. */
static void change_status(struct rig *rig)
{
    const struct trailer_map map = trailer_map(&rig->slots, TWIN_PRIMARY);
    const uint32_t unit = rig->sim.flash.write_bytes;
    const uint32_t first = map.status - map.status % unit - (below(2) == 0 ? 0 : 4 * unit);
    const uint8_t value = (uint8_t)(below(3) == 0 ? rig->sim.flash.erased : below(4));

    for (uint32_t i = 0, count = below(20); i < count && first + i * unit < map.swap_size; i++) {
        rig->sim.mem[rig->slots.area[TWIN_PRIMARY].addr + first + i * unit] = value;
    }
}

static void change_sector(struct rig *rig)
{
    uint8_t *to = sector_at(rig);

    switch (below(3)) {
    case 0:
        memmove(to, sector_at(rig), rig->slots.sector_bytes);
        break;
    case 1:
        sim_blank(&rig->sim, (uint32_t)(to - rig->sim.mem), rig->slots.sector_bytes);
        break;
    default:
        for (uint32_t i = below(rig->slots.sector_bytes); i < rig->slots.sector_bytes; i++) {
            to[i] = (uint8_t)below(256);
        }
    }
}

static void change_header(struct rig *rig)
{
    sector_at(rig)[below(32)] = (uint8_t)(below(2) == 0 ? below(256) : 0xff * below(2));
}

static void change_bits(struct rig *rig)
{
    rig->sim.mem[below(rig->sim.flash.size)] ^= (uint8_t)(1 + below(255));
}

static void lose_unit(struct rig *rig)
{
    const uint32_t unit = rig->sim.flash.write_bytes;
    const struct trailer_map map = trailer_map(&rig->slots, TWIN_PRIMARY);
    const struct twin_area *area = &rig->slots.area[below(2)];
    const uint32_t from = below(2) == 0 ? 0 : map.status;

    rig->sim.lost[(area->addr + from + below(area->len - from)) / unit] = 1;
}

static void (*const changes[])(struct rig *rig) = {change_field,  change_field,  change_status,
                                                   change_sector, change_header, change_bits,
                                                   lose_unit};

/* ---- Contents ---- */

/* A device that came to some scenario, and perhaps lost power in it. */
static void make_contents(struct rig *rig, const struct mode *mode)
{
    const struct scenario *scenario = &mode->scenarios[below((uint32_t)mode->scenario_count)];

    sim_heal(&rig->sim);
    rig->sim.is_bad = flash_is_bad = false;
    rig_reset(rig);
    if (below(16) == 0) {
        for (uint32_t i = 0; i < rig->sim.flash.size; i++) {
            rig->sim.mem[i] = (uint8_t)below(256);
        }
        return;
    }
    scenario->prepare(rig);
    rig->recover = below(2) == 0 ? NULL : recover_fn(rig);
    sim_arm(&rig->sim, below(80), (enum sim_cut)below(SIM_CUT_COUNT), seed);
    if (setjmp(rig->sim.power_lost) == 0) {
        scenario->act(rig);
        (void)rig_boot(rig);
    }
    for (uint32_t i = 0, count = below(CHANGES_MAX); i < count; i++) {
        changes[below(TWIN_COUNT(changes))](rig);
    }
}

static void complain(const struct device *device, const char *what, uint32_t first)
{
    fprintf(stderr, "%s; content %u: %s\n", device->name, first, what);
    failures++;
}

static void try_content(struct rig *rig, const struct device *device, const struct mode *mode)
{
    const uint32_t first = seed;

    make_contents(rig, mode);
    rig->sim.is_bad = flash_is_bad = true;
    rig->sim.violations = 0;
    for (unsigned i = 0; i < BOOTS; i++) {
        sim_arm(&rig->sim, below(2) == 0 ? 0 : below(60), (enum sim_cut)below(SIM_CUT_COUNT), seed);
        const struct rig_boot boot = rig_boot(rig);
        boots++;
        if (boot.status == TWIN_BOOT_START) {
            starts++;
            if (!rig_is_signed(rig, boot.major)) {
                complain(device, "something was started that nobody signed", first);
            }
        } else if (boot.status == TWIN_BOOT_AGAIN && !boot.power_lost) {
            complain(device, "a boot without an end", first);
        }
    }
    if (rig->sim.violations != 0) {
        complain(device, "a rule of the flash, or a promise of the steps, was broken", first);
    }
    contents++;
}

static void try_device(size_t number, size_t mode_number, unsigned long count)
{
    const struct device device = device_at(number);
    const struct mode *mode = &modes[mode_number];
    struct rig rig;

    device_make(&rig, &device, mode);
    for (unsigned long i = 0; i < count; i++) {
        seed = (uint32_t)(number * 1000003u + mode_number * 7919u + i * 104729u);
        try_content(&rig, &device, mode);
    }
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    const unsigned long wanted = argc > 2 ? strtoul(argv[2], NULL, 10) : SAMPLE;
    const unsigned shard = argc > 4 ? (unsigned)atoi(argv[3]) : 0;
    const unsigned shard_count = argc > 4 ? (unsigned)atoi(argv[4]) : 1;
    const unsigned long pairs = DEVICE_COUNT * TWIN_COUNT(modes) / (argc > 2 ? 1 : SAMPLE_STEP);

    for (size_t m = 0; m < TWIN_COUNT(modes); m++) {
        for (size_t i = 0; i < DEVICE_COUNT; i++) {
            const struct device device = device_at(i);
            const bool ours =
                argc > 2 ? (i + m) % shard_count == shard : (i + m) % SAMPLE_STEP == 0;
            if (ours && device_fits(&device, &modes[m])) {
                try_device(i, m, 1 + wanted / pairs);
            }
        }
    }
    printf("random contents: %lu, %lu boots, %lu starts, %lu failures\n", contents, boots, starts,
           failures);
    CHECK(starts > contents / 4); /* not all of them are hopeless */
    CHECK_EQ(failures, 0);
    return check_report();
}
