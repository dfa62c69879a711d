/*
 * test_srv_shell.c - shell group of the SMP server. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"
#include "twin/grp_shell.h"

static struct device device;
static char line_seen[TWIN_SRV_SHELL_LINE_MAX];
static const char *says = "";
static unsigned repeats = 1, runs;
static int32_t returns;

static int32_t run(void *ctx, const char *line, struct twin_srv_shell_output *output)
{
    CHECK(ctx == &device && strlen(line) < sizeof(line_seen));
    memcpy(line_seen, line, strlen(line) + 1);
    for (unsigned i = 0; i < repeats; i++) {
        twin_srv_shell_print(output, says);
    }
    runs++;
    return returns;
}

static const struct twin_srv_shell_config config = {.exec = run, .ctx = &device};

static bool exec(const char *const *words, uint32_t count, struct twin_shell_exec_rsp *rsp)
{
    static uint8_t list[600];
    struct twin_cbor_writer w = {.buf = list, .cap = sizeof(list)};

    twin_cbor_put_head(&w, TWIN_CBOR_ARRAY, count);
    for (uint32_t i = 0; i < count; i++) {
        twin_cbor_put_text(&w, words[i]);
    }
    const struct twin_shell_exec_req req = {.words = {list, w.len}};
    return device_call(&device, &twin_shell_exec_cmd, &req, rsp);
}

static void test_exec(void)
{
    static const char *const words[] = {"kernel", "version", "\xc3\xa9"};
    struct twin_shell_exec_rsp rsp;

    says = "4.4\n";
    CHECK(exec(words, 3, &rsp) && rsp.ret == 0);
    CHECK(span_is(rsp.output, "4.4\n", 4));
    CHECK_EQ(strcmp(line_seen, "kernel version \xc3\xa9"), 0);
    for (int64_t ret = INT32_MIN; ret <= INT32_MAX; ret += INT32_MAX) {
        returns = (int32_t)ret;
        CHECK(exec(words, 1, &rsp) && rsp.ret == ret);
    }
    returns = 0;
}

/* Output is cut to what was announced, between characters. */
static void test_long_output(void)
{
    static const char *const words[] = {"x"};
    struct twin_shell_exec_rsp rsp;

    says = "\xe2\x82\xac";
    repeats = 2000;
    for (uint16_t size = 40; size < 50; size++) {
        device.config.buf_size = size;
        CHECK(exec(words, 1, &rsp));
        CHECK(rsp.output.len % 3 == 0 && rsp.output.len > 0 && rsp.output.len <= size - 31u);
    }
    device.config.buf_size = 31;
    CHECK(!exec(words, 1, &rsp) && device.rc == TWIN_RC_TOO_LARGE);
    device.config.buf_size = DEVICE_BUF;
    CHECK(exec(words, 1, &rsp) && rsp.output.len > DEVICE_BUF - 50);
    says = "";
    repeats = 1;
    CHECK(exec(words, 1, &rsp) && rsp.output.len == 0);
}

static void test_refusals(void)
{
    char longest[TWIN_SRV_SHELL_LINE_MAX + 1] = "";
    const char *words[] = {longest, "a"};
    const char *const odd[] = {"a\nb"}, *const none[] = {""};
    struct twin_shell_exec_rsp rsp;

    memset(longest, 'a', TWIN_SRV_SHELL_LINE_MAX - 1);
    CHECK(exec(words, 1, &rsp));
    runs = 0;
    CHECK(!exec(words, 2, &rsp) && device.group_rc == TWIN_SHELL_RC_TOO_LONG);
    longest[TWIN_SRV_SHELL_LINE_MAX - 1] = 'a';
    CHECK(!exec(words, 1, &rsp) && device.group_rc == TWIN_SHELL_RC_TOO_LONG);
    CHECK(!exec(words, 0, &rsp) && device.group_rc == TWIN_SHELL_RC_EMPTY);
    CHECK(!exec(none, 1, &rsp) && device.group_rc == TWIN_SHELL_RC_EMPTY);
    CHECK(!exec(odd, 1, &rsp) && device.rc == TWIN_RC_INVALID);
    device.version = TWIN_SMP_V1;
    CHECK(!exec(words, 0, &rsp) && device.rc == TWIN_RC_INVALID);
    device.version = TWIN_SMP_V2;
    device.refuses = true;
    CHECK(!exec(&words[1], 1, &rsp) && device.rc == TWIN_RC_BUSY);
    CHECK(device.asked_cmd == &twin_shell_exec_cmd);
    device.refuses = false;
    CHECK_EQ(runs, 0);
}

int main(void)
{
    static const struct twin_srv_shell_config no_exec = {.exec = NULL};
    static const struct twin_srv_entry groups[] = {TWIN_SRV_SHELL(&config)};
    const struct twin_srv_entry bad_groups[] = {TWIN_SRV_SHELL(&no_exec)};
    const struct twin_srv_config bad = {.groups = bad_groups, .group_count = 1};
    struct twin_srv srv;

    device_make(&device, &small_shape);
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    device_start(&device);
    test_exec();
    test_long_output();
    test_refusals();
    CHECK_EQ(twin_srv_init(&srv, &bad), TWIN_E_ARG);
    hostile_requests(&device, 20000);
    rig_free(&device.rig);
    return check_report();
}
