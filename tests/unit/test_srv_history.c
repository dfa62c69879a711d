/*
 * test_srv_history.c - history group of the SMP server, on what the bootloader wrote down.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"
#include "twin/srv_history.h"

static struct device device;
static struct twin_srv_history_config config = {.map = &device.rig.map};
static const struct twin_srv_entry groups[] = {TWIN_SRV_HISTORY(&config)};

/* The device says so many things happened; the last of them. */
static struct twin_history_item last_of(unsigned count)
{
    struct twin_history_item item = {0};
    struct twin_history_rsp rsp;

    CHECK(device_call(&device, &twin_history_cmd, NULL, &rsp));
    struct twin_items items = twin_msg_items(rsp.items);
    for (unsigned i = 0; i < count; i++) {
        CHECK(twin_msg_next(&items, &twin_history_item_msg, &item));
    }
    struct twin_history_item none;
    CHECK(!twin_msg_next(&items, &twin_history_item_msg, &none));
    return item;
}

static void test_swaps(void)
{
    rig_reset(&device.rig);
    device_boot(&device);
    (void)last_of(0);
    CHECK_EQ(twin_slots_request(&device.rig.slots, false), TWIN_OK);
    for (unsigned i = 0; i <= device.rig.config.attempts; i++) {
        device_boot(&device);
    }
    struct twin_history_item item = last_of(1);
    CHECK_EQ(item.outcome, TWIN_OUTCOME_REVERTED);
    CHECK_EQ(item.reason, TWIN_REASON_ATTEMPTS);
    CHECK_EQ(item.starts, 3);
    CHECK(span_is(item.version, "2.0.0", 5));
    CHECK(item.is_new);

    sim_fail(&device.rig.sim, SIM_WRITE, 1, UINT32_MAX);
    CHECK(!device_call(&device, &twin_history_acknowledge_cmd, NULL, NULL));
    CHECK_EQ(device.group_rc, TWIN_HISTORY_RC_FLASH_WRITE);
    sim_fail(&device.rig.sim, SIM_WRITE, 1, 0);
    CHECK(last_of(1).is_new);
    CHECK(device_call(&device, &twin_history_acknowledge_cmd, NULL, NULL));
    CHECK(!last_of(1).is_new);
    CHECK(device_call(&device, &twin_history_acknowledge_cmd, NULL, NULL));
    CHECK_EQ(device.asked, 0);
}

/* What is not known is not told. */
static void test_unknown(void)
{
    rig_reset(&device.rig);
    device.rig.records = false;
    CHECK_EQ(twin_slots_request(&device.rig.slots, true), TWIN_OK);
    device_boot(&device);
    const struct twin_history_item item = last_of(1);
    CHECK_EQ(item.outcome, TWIN_OUTCOME_PERMANENT);
    CHECK_EQ(item.reason, TWIN_REASON_UNKNOWN);
    CHECK_EQ(item.present & (TWIN_HISTORY_STARTS | TWIN_HISTORY_VERSION), 0);
    CHECK(!item.is_new);
    device.rig.records = true;
}

static void test_init(void)
{
    static const struct twin_srv_history_config none = {.map = NULL};
    static const struct twin_srv_entry bad_groups[] = {TWIN_SRV_HISTORY(&none)};
    const struct twin_srv_config bad = {.groups = bad_groups, .group_count = 1};
    struct twin_srv srv;

    CHECK_EQ(twin_srv_init(&srv, &bad), TWIN_E_ARG);
}

int main(void)
{
    device_make(&device, &small_shape);
    device.rig.records = true;
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    device.rig.map = (struct twin_map){&device.rig.slots, 1};
    device_start(&device);
    test_swaps();
    test_unknown();
    test_init();
    hostile_requests(&device, 20000);
    rig_free(&device.rig);
    return check_report();
}
