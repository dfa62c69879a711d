/*
 * devices.h - the devices that power is cut in: each mode, with flashes and images of each kind.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "scenarios.h"
#ifdef TEST_UNPACK
#include "support/packed_image.h"
#endif

/* HARM: also the scenarios with harm, which take long. NO_DOWNGRADE: by version. RECORDED: what
 * became of an update is written down. AES128, AES256: updates are encrypted. */
enum { HARM = 1, NO_DOWNGRADE = 2, RECORDED = 4, AES128 = 16, AES256 = 32 };

struct device {
    const char *name;
    struct rig_shape shape;
    unsigned traits;
};

/* What somebody has thought of. */
static const struct device special[] = {
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

/* And each alignment x erased value x size of the images, on small sectors. */
static const uint8_t write_units[] = {1, 2, 4, 8, 16, 32};
static const uint8_t erased_values[] = {0xff, 0x00};
static const struct {
    const char *name;
    uint32_t old_len, new_len;
} sizes[] = {
    {"equal", 2000, 2000},     {"shorter", 3000, 1200},    {"longer", 1200, 3000},
    {"fills", 1500, RIG_FILL}, {"filled", RIG_FILL, 1500},
};

#define SPECIAL_COUNT TWIN_COUNT(special)
#define DEVICE_COUNT                                                                               \
    (SPECIAL_COUNT + TWIN_COUNT(write_units) * TWIN_COUNT(erased_values) * TWIN_COUNT(sizes))

/* The device with this number, from 0. Its name lives until the next call. */
static struct device device_at(size_t number)
{
    static char name[80];

    if (number < SPECIAL_COUNT) {
        return special[number];
    }
    number -= SPECIAL_COUNT;
    const uint8_t unit = write_units[number % TWIN_COUNT(write_units)];
    number /= TWIN_COUNT(write_units);
    const uint8_t erased = erased_values[number % TWIN_COUNT(erased_values)];
    const size_t size = number / TWIN_COUNT(erased_values);
    snprintf(name, sizeof(name), "%u-byte writes, erased to 0x%02x, new image %s", unit, erased,
             sizes[size].name);
    /* The trailer's own alignment is one of three, whatever the flash can do. */
    const uint8_t align = (uint8_t)(unit > 8 ? unit : 8u << ((number + unit) % 3));
    const uint32_t sectors = unit > 8 ? 8 : 6; /* one of them is the trailer's, or two */
    return (struct device){
        name,
        {1024, sectors, unit, 10, align, erased, sizes[size].old_len, sizes[size].new_len},
        0};
}

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

/* Images that run where they are, and compressed ones, cannot be encrypted. */
static bool device_fits(const struct device *device, const struct mode *mode)
{
    return (device->traits & (AES128 | AES256)) == 0 ||
           !(mode->rig->in_place || mode->rig->pack != NULL);
}

static void device_make(struct rig *rig, const struct device *device, const struct mode *mode)
{
    rig_make_encrypted(rig, &device->shape, mode->rig, device->traits & (AES128 | AES256));
    rig->config.no_downgrade =
        (device->traits & NO_DOWNGRADE) != 0 ? &twin_boot_no_downgrade_version : NULL;
    rig->records = (device->traits & RECORDED) != 0;
    /* In swap-scratch an image may take the place where starts are counted. */
    if (twin_slots_image_max(&rig->slots) > trailer_map(&rig->slots, TWIN_PRIMARY).sector &&
        (device->shape.old_len == RIG_FILL || device->shape.new_len == RIG_FILL)) {
        rig->config.attempts = 1;
    }
}
