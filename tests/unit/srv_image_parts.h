/*
 * srv_image_parts.h - a device, the states that it can be in, and a look at its list, for the tests
 * of the server's image commands. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "server_device.h"

static struct device device;

static inline const struct twin_slots *slots(void)
{
    return &device.rig.slots;
}

static inline enum twin_plan plan(void)
{
    struct twin_slots_state state;

    twin_slots_read(slots(), &state);
    return state.plan;
}

/* Bring a fresh device into a state, the way it gets there in the field. */
static inline void enter(enum twin_plan wanted)
{
    rig_reset(&device.rig);
    device_start(&device);
    switch (wanted) {
    case TWIN_PLAN_NONE:
        break;
    case TWIN_PLAN_TEST:
    case TWIN_PLAN_PERM:
        CHECK(device_set(&device, &device.rig.new, wanted == TWIN_PLAN_PERM));
        break;
    case TWIN_PLAN_TRIAL:
        CHECK(device_set(&device, &device.rig.new, false));
        CHECK_EQ(device_boot(&device).major, 2);
        break;
    case TWIN_PLAN_PREVIOUS:
        CHECK(device_set(&device, &device.rig.new, true));
        CHECK_EQ(device_boot(&device).major, 2);
        CHECK_EQ(twin_slots_request_previous(slots()), TWIN_OK);
        break;
    case TWIN_PLAN_REVERT:
    case TWIN_PLAN_RESUME:
        /* Only seen when a bootloader starts the application in the middle of its work. */
        CHECK(device_set(&device, &device.rig.new, false));
        CHECK_EQ(device_boot(&device).major, 2);
        for (uint32_t op = 1; plan() != wanted && op < 500; op++) {
            enter(TWIN_PLAN_TRIAL);
            CHECK_EQ(twin_boot_revert_request(slots()), TWIN_OK);
            sim_arm(&device.rig.sim, op, SIM_CUT_BEFORE, 1);
            (void)rig_boot(&device.rig);
            sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
        }
        device_start(&device);
        break;
    }
    CHECK_EQ(plan(), wanted);
}

/* One letter for each flag: bootable, pending, confirmed, active, permanent. */
static inline void check_entry(struct twin_image_slot entry, uint32_t slot,
                               const struct test_image *image, const char *flags)
{
    const char got[] = {entry.bootable ? 'b' : '-',  entry.pending ? 'p' : '-',
                        entry.confirmed ? 'c' : '-', entry.active ? 'a' : '-',
                        entry.permanent ? 'P' : '-', '\0'};
    char version[16];

    snprintf(version, sizeof(version), "%u.0.0", image->bytes[20]);
    CHECK_EQ(entry.slot, slot);
    CHECK(strcmp(got, flags) == 0);
    CHECK_EQ(entry.present & TWIN_IMAGE_SLOT_FLAGS, TWIN_IMAGE_SLOT_FLAGS);
    CHECK_EQ(entry.present & TWIN_IMAGE_SLOT_IMAGE, 0);
    CHECK(span_is(entry.version, version, strlen(version)));
    CHECK(span_is(entry.hash, image_hash(image).ptr, TWIN_SHA256_LEN));
}
