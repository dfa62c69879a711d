/*
 * test_srv_stat.c - statistics group of the SMP server. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"
#include "twin/grp_stat.h"

static struct device device;

/* What the application counts: up to so many of these, and then as many of `one` as wanted. */
static const struct twin_stat_counter rows[] = {
    {"smp", "requests", 5},
    {"smp", "", UINT64_MAX},
    {"smp2", "requests", UINT64_C(1) << 32},
    {"", "of a group without a name", 0},
};
static unsigned row_count, more_count;

static bool describe(void *ctx, unsigned index, struct twin_stat_counter *counter)
{
    CHECK(ctx == &device && index < TWIN_STAT_COUNTERS_MAX);
    if (index < row_count) {
        *counter = rows[index];
        return true;
    }
    *counter = (struct twin_stat_counter){"more", "one", index};
    return index < row_count + more_count;
}

static struct twin_srv_stat_config config = {.counter = describe, .ctx = &device};

static void start(unsigned rows_wanted, unsigned more_wanted)
{
    static const struct twin_srv_entry groups[] = {TWIN_SRV_STAT(&config)};

    row_count = rows_wanted;
    more_count = more_wanted;
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    device_start(&device);
}

static void check_list(const char *const *want, size_t count)
{
    struct twin_stat_list_rsp rsp;
    struct twin_span name;

    CHECK(device_call(&device, &twin_stat_list_cmd, NULL, &rsp));
    struct twin_items items = twin_msg_items(rsp.groups);
    for (size_t i = 0; i < count; i++) {
        CHECK(twin_msg_next_value(&items, TWIN_F_TSTR, &name));
        CHECK(span_is(name, want[i], strlen(want[i])));
    }
    CHECK(!twin_msg_next_value(&items, TWIN_F_TSTR, &name));
}

static bool show(const char *name, struct twin_stat_show_rsp *rsp)
{
    const struct twin_stat_show_req req = {.name = twin_span_text(name)};

    return device_call(&device, &twin_stat_show_cmd, &req, rsp);
}

/* The group has these counters, and no others. */
static void check_group(const char *name, const struct twin_stat_counter *want, size_t count)
{
    struct twin_stat_show_rsp rsp;
    uint64_t value = 0;

    CHECK(show(name, &rsp));
    CHECK(span_is(rsp.name, name, strlen(name)));
    struct twin_items items = twin_msg_items(rsp.fields);
    for (size_t i = 0; i < count; i++) {
        CHECK(twin_msg_next_value(&items, TWIN_F_U64, &value));
        CHECK(value == want[i].value);
        const struct twin_span key = twin_cbor_get_bytes(&items.key, TWIN_CBOR_TSTR);
        CHECK(span_is(key, want[i].name, strlen(want[i].name)));
    }
    CHECK(!twin_msg_next_value(&items, TWIN_F_U64, &value));
}

static void test_groups(void)
{
    static const char *const names[] = {"smp", "smp2", "", "more"};

    start(TWIN_COUNT(rows), 0);
    check_list(names, 3);
    check_group("smp", &rows[0], 2);
    check_group("smp2", &rows[2], 1);
    check_group("", &rows[3], 1);
    start(TWIN_COUNT(rows), 1);
    check_list(names, 4);
    start(1, 0);
    check_list(names, 1);
    check_group("smp", &rows[0], 1);
    start(0, 0);
    check_list(names, 0);
}

static void test_unknown(void)
{
    static const char *const unknown[] = {"sm", "smp3", "SMP", "requests", "more"};
    struct twin_stat_show_rsp rsp;

    start(TWIN_COUNT(rows), 0);
    for (size_t i = 0; i < TWIN_COUNT(unknown); i++) {
        device.version = TWIN_SMP_V2;
        CHECK(!show(unknown[i], &rsp));
        CHECK_EQ(device.group_rc, TWIN_STAT_RC_INVALID_NAME);
        device.version = TWIN_SMP_V1;
        CHECK(!show(unknown[i], &rsp));
        CHECK_EQ(device.rc, TWIN_RC_NO_ENTRY);
    }
    CHECK(!device_call(&device, &twin_stat_show_cmd, NULL, &rsp)); /* which? */
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
    device.version = TWIN_SMP_V2;
}

/* More than a reply holds is refused; more than may be is not asked for. */
static void test_many(void)
{
    struct twin_stat_show_rsp rsp;

    start(0, 150);
    CHECK(show("more", &rsp));
    CHECK_EQ(twin_msg_items(rsp.fields).priv.left, 150);
    start(0, 1000);
    CHECK(!show("more", &rsp));
    CHECK_EQ(device.rc, TWIN_RC_TOO_LARGE);
    start(TWIN_COUNT(rows), 1000);
    check_group("smp", &rows[0], 2);
}

static void test_init(void)
{
    const struct twin_srv_stat_config none = {.counter = NULL};
    const struct twin_srv_entry groups[] = {TWIN_SRV_STAT(&none)};
    const struct twin_srv_config bad = {.groups = groups, .group_count = 1};
    struct twin_srv srv;

    CHECK_EQ(twin_srv_init(&srv, &bad), TWIN_E_ARG);
}

int main(void)
{
    device_make(&device, &small_shape);
    test_groups();
    test_unknown();
    test_many();
    test_init();
    start(TWIN_COUNT(rows), 3);
    hostile_requests(&device, 20000);
    rig_free(&device.rig);
    return check_report();
}
