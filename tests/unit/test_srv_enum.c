/*
 * test_srv_enum.c - enumeration group of the SMP server. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"
#include "twin/grp_enum.h"

static struct device device;

static void start(void)
{
    static struct twin_srv_entry groups[3];
    const struct twin_srv_entry own = TWIN_SRV_ENUM;

    groups[0] = device.served.groups[1]; /* image: what comes first need not be the lowest */
    groups[1] = own;
    groups[2] = device.served.groups[0];
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    device_start(&device);
}

static void test_list(void)
{
    static const uint32_t want[] = {TWIN_GRP_IMAGE, TWIN_GRP_ENUM, TWIN_GRP_OS};
    struct twin_enum_count_rsp count;
    struct twin_enum_list_rsp list;
    uint32_t number;

    CHECK(device_call(&device, &twin_enum_count_cmd, NULL, &count));
    CHECK_EQ(count.count, TWIN_COUNT(want));
    CHECK(device_call(&device, &twin_enum_list_cmd, NULL, &list));
    struct twin_items items = twin_msg_items(list.groups);
    for (size_t i = 0; i < TWIN_COUNT(want); i++) {
        CHECK(twin_msg_next_value(&items, TWIN_F_U32, &number));
        CHECK_EQ(number, want[i]);
    }
    CHECK(!twin_msg_next_value(&items, TWIN_F_U32, &number));
}

static bool single(uint32_t index, bool is_sent, struct twin_enum_single_rsp *rsp)
{
    const struct twin_enum_single_req req = {.present = is_sent ? TWIN_ENUM_SINGLE_REQ_INDEX : 0,
                                             .index = index};

    return device_call(&device, &twin_enum_single_cmd, &req, rsp);
}

static void test_single(void)
{
    struct twin_enum_single_rsp rsp;

    CHECK(single(0, false, &rsp));
    CHECK(rsp.group == TWIN_GRP_IMAGE && (rsp.present & TWIN_ENUM_SINGLE_RSP_END) == 0);
    CHECK(single(1, true, &rsp));
    CHECK(rsp.group == TWIN_GRP_ENUM && !rsp.end);
    CHECK(single(2, true, &rsp));
    CHECK(rsp.group == TWIN_GRP_OS && rsp.end);
    CHECK(!single(3, true, &rsp));
    CHECK_EQ(device.group_rc, TWIN_ENUM_RC_INDEX_TOO_LARGE);
    CHECK(!single(UINT32_MAX, true, &rsp));
    device.version = TWIN_SMP_V1;
    CHECK(!single(3, true, &rsp));
    CHECK_EQ(device.rc, TWIN_RC_UNKNOWN);
    device.version = TWIN_SMP_V2;
}

/* How many groups are told of when these are asked for; the last one goes to group. */
static unsigned details(const char *asked, size_t len, struct twin_enum_group *group)
{
    struct twin_enum_details_req req = {.present = len > 0 ? TWIN_ENUM_DETAILS_REQ_GROUPS : 0,
                                        .groups = {(const uint8_t *)asked, len}};
    struct twin_enum_details_rsp rsp;

    CHECK(device_call(&device, &twin_enum_details_cmd, &req, &rsp));
    const unsigned count = device_items(rsp.groups, &twin_enum_group_msg, UINT32_MAX, NULL);
    device_items(rsp.groups, &twin_enum_group_msg, count - 1, group);
    return count;
}

static void test_details(void)
{
    struct twin_enum_group group;

    CHECK_EQ(details(NULL, 0, &group), 3);
    CHECK(group.group == TWIN_GRP_OS && group.handlers == twin_os_bootloader_cmd.id + 1u);
    CHECK_EQ(details("\x81\x0a", 2, &group), 1);
    CHECK(group.group == TWIN_GRP_ENUM && group.handlers == 4);
    CHECK_EQ(details("\x83\x18\x64\x0a\x01", 5, &group), 2); /* there is no group 100 */
    CHECK_EQ(group.group, TWIN_GRP_ENUM);
    CHECK_EQ(details("\x80", 1, NULL), 0);
}

/* A list of something else is not a list of all. */
static void test_not_numbers(void)
{
    const struct twin_enum_details_req req = {.present = TWIN_ENUM_DETAILS_REQ_GROUPS,
                                              .groups = {(const uint8_t *)"\x81\x61x", 3}};

    CHECK(!device_call(&device, &twin_enum_details_cmd, &req, NULL));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
}

int main(void)
{
    device_make(&device, &small_shape);
    start();
    test_list();
    test_single();
    test_details();
    test_not_numbers();
    hostile_requests(&device, 20000);
    rig_free(&device.rig);
    return check_report();
}
