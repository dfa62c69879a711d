/*
 * test_server.c - dispatcher and OS group of the SMP server. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"

static struct device device;

/* The bytes of the reply to these bytes, compared with those wanted. */
#define CHECK_REPLY(request, wanted)                                                               \
    do {                                                                                           \
        size_t reply_len = device_handle(&device, (request), sizeof(request) - 1);                 \
        CHECK_EQ(reply_len, sizeof(wanted) - 1);                                                   \
        CHECK_MEM(device.reply, (wanted), sizeof(wanted) - 1);                                     \
    } while (0)

static void test_processing_order(void)
{
    /* 1: too short for a header, or of an unknown operation: no answer. */
    for (size_t len = 0; len < 8; len++) {
        CHECK_EQ(device_handle(&device, "\x02\0\0\x01\0\0\x01\0", len), 0);
    }
    CHECK_EQ(device_handle(&device, "\x04\0\0\x01\0\0\x01\0\xa0", 9), 0);
    /* Payload shorter than announced, even when other things are wrong too. */
    CHECK_REPLY("\x02\0\0\x02\0\0\x07\0\xa0", "\x03\0\0\x05\0\0\x07\0\xa1\x62rc\x09");
    CHECK_REPLY("\x1b\0\0\x02\0\x63\x07\x63\xa0", "\x0b\0\0\x05\0\x63\x07\x63\xa1\x62rc\x09");
    /* 2: responses. */
    CHECK_REPLY("\x01\0\0\x01\0\0\x07\x06\xa0", "\x01\0\0\x05\0\0\x07\x06\xa1\x62rc\x08");
    CHECK_REPLY("\x1b\0\0\x01\0\0\x07\0\xa0", "\x0b\0\0\x05\0\0\x07\0\xa1\x62rc\x08");
    /* 4: versions to come. */
    CHECK_REPLY("\x12\0\0\x05\0\0\x8f\0\xa1\x61"
                "dax",
                "\x0b\0\0\x05\0\0\x8f\0\xa1\x62rc\x0d");
    CHECK_REPLY("\x18\0\0\x01\0\x63\x8f\0\xa0", "\x09\0\0\x05\0\x63\x8f\0\xa1\x62rc\x0d");
    /* 5: unknown group, command, direction. */
    CHECK_REPLY("\x08\0\0\x01\0\x40\x8e\0\xa0", "\x09\0\0\x05\0\x40\x8e\0\xa1\x62rc\x08");
    CHECK_REPLY("\x00\0\0\x01\0\0\x0b\x03\xa0", "\x01\0\0\x05\0\0\x0b\x03\xa1\x62rc\x08");
    CHECK_REPLY("\x02\0\0\x01\0\0\x0b\x06\xa0", "\x03\0\0\x05\0\0\x0b\x06\xa1\x62rc\x08");
    /* 6: not decodable; no payload is, unless the command has no arguments. */
    CHECK_REPLY("\x02\0\0\x01\0\0\x01\0\x80", "\x03\0\0\x05\0\0\x01\0\xa1\x62rc\x03");
    CHECK_REPLY("\x02\0\0\x04\0\0\x01\0\xa1\x61"
                "d\x01",
                "\x03\0\0\x05\0\0\x01\0\xa1\x62rc\x03");
    CHECK_REPLY("\x0a\0\0\0\0\0\x01\0", "\x0b\0\0\x05\0\0\x01\0\xa1\x62rc\x03");
    CHECK_REPLY("\x0a\0\0\x01\0\x01\x01\x01\xa0", "\x0b\0\0\x05\0\x01\x01\x01\xa1\x62rc\x03");
    CHECK_REPLY("\x00\0\0\0\0\0\x01\x06", "\x01\0\0\x18\0\0\x01\x06\xa2\x68"
                                          "buf_size\x19\x04\0\x69"
                                          "buf_count\x04");
    /* Reserved bits and flags do not matter and do not come back. */
    CHECK_REPLY("\xea\xff\0\x04\0\0\x02\0\xa1\x61"
                "d\x60",
                "\x0b\0\0\x04\0\0\x02\0\xa1\x61r\x60");
}

static void test_several_requests(void)
{
    /* echo, echo */
    CHECK_REPLY("\x02\0\0\x04\0\0\x01\0\xa1\x61"
                "d\x60\x0a\0\0\x05\0\0\x02\0\xa1\x61"
                "d\x61x",
                "\x03\0\0\x04\0\0\x01\0\xa1\x61r\x60\x0b\0\0\x05\0\0\x02\0\xa1\x61r\x61x");
    /* unknown, echo: it ends at the fault */
    CHECK_REPLY("\x02\0\0\x01\0\x50\x01\0\xa0\x02\0\0\x04\0\0\x02\0\xa1\x61"
                "d\x60",
                "\x03\0\0\x05\0\x50\x01\0\xa1\x62rc\x08");
    /* echo, and too little for another header */
    CHECK_REPLY("\x02\0\0\x04\0\0\x01\0\xa1\x61"
                "d\x60\x02\0\0\x04\0\0\x02",
                "\x03\0\0\x04\0\0\x01\0\xa1\x61r\x60");
    /* echo, and a part of another */
    CHECK_REPLY("\x02\0\0\x04\0\0\x01\0\xa1\x61"
                "d\x60\x02\0\0\x04\0\0\x02\0\xa1",
                "\x03\0\0\x04\0\0\x01\0\xa1\x61r\x60\x03\0\0\x05\0\0\x02\0\xa1\x62rc\x09");
}

static void test_error_forms(void)
{
    /* "bootloader" with a query that it does not know: v1, v2. */
    CHECK_REPLY("\x00\0\0\x0a\0\0\x01\x08\xa1\x65query\x62xy",
                "\x01\0\0\x05\0\0\x01\x08\xa1\x62rc\x05");
    CHECK_REPLY("\x08\0\0\x0a\0\0\x01\x08\xa1\x65query\x62xy", "\x09\0\0\x11\0\0\x01\x08\xa1\x63"
                                                               "err\xa2\x65group\0\x62rc\x03");
}

/* Every size of the reply buffer: an answer, or an error, or nothing, but never beyond it. */
static void test_small_reply_buffers(void)
{
    static const uint8_t echo[] = "\x02\0\0\x24\0\0\x01\0\xa1\x61"
                                  "d\x78\x1f"
                                  "0123456789012345678901234567890";
    const size_t echo_len = sizeof(echo) - 1;

    for (size_t cap = 0; cap <= echo_len; cap++) {
        uint8_t *out = malloc(cap + 1);
        struct twin_span packet = {echo, sizeof(echo) - 1};
        size_t len = twin_srv_handle(&device.srv, &packet, out, cap);
        CHECK_EQ(len, cap < 13 ? 0 : cap < echo_len ? 13 : echo_len);
        CHECK_EQ(packet.len, cap < 8 ? echo_len : 0);
        if (len == 13) {
            CHECK_MEM(out + 8, "\xa1\x62rc\x07", 5);
        }
        free(out);
    }
    /* An error whose text does not fit comes without it. */
    static const uint8_t erase[] = "\x02\0\0\x07\0\x01\x01\x05\xa1\x64slot\0";
    struct twin_span packet = {erase, sizeof(erase) - 1};
    uint8_t out[16];
    CHECK_EQ(twin_srv_handle(&device.srv, &packet, out, sizeof(out)), 13);
    CHECK_MEM(out + 8, "\xa1\x62rc\x06", 5);
}

static bool text_is(struct twin_span span, const char *text)
{
    return span_is(span, text, strlen(text));
}

static void test_echo(void)
{
    struct twin_os_echo_req req = {.present = TWIN_OS_ECHO_REQ_TEXT,
                                   .text = twin_span_text("hello")};
    struct twin_os_echo_rsp rsp = {0};

    for (int i = 0; i < 2; i++) {
        CHECK(
            device_call(&device, i == 0 ? &twin_os_echo_read_cmd : &twin_os_echo_cmd, &req, &rsp));
        CHECK(text_is(rsp.text, "hello"));
    }
    req.present = 0;
    CHECK(device_call(&device, &twin_os_echo_cmd, &req, &rsp));
    CHECK(text_is(rsp.text, ""));
}

static bool info(const char *format, struct twin_os_info_rsp *rsp)
{
    struct twin_os_info_req req = {.present = format == NULL ? 0 : TWIN_OS_INFO_REQ_FORMAT};

    if (format != NULL) {
        req.format = twin_span_text(format);
    }
    return device_call(&device, &twin_os_info_cmd, &req, rsp);
}

static void test_info(void)
{
    static const struct {
        const char *format, *want;
    } rows[] = {
        {NULL, "K"},
        {"", "K"},
        {"s", "K"},
        {"n", "unknown"},
        {"r", "R"},
        {"v", "V"},
        {"b", "B"},
        {"m", "M"},
        {"p", "P"},
        {"i", "I"},
        {"o", "O"},
        {"oips", "K P I O"},
        {"rr", "R"},
        {"a", "K unknown R V B M P I O"},
        {"sas", "K unknown R V B M P I O"},
    };
    struct twin_os_info_rsp rsp = {0};
    char longest[TWIN_SRV_INFO_MAX + 1];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(info(rows[i].format, &rsp));
        CHECK(text_is(rsp.output, rows[i].want));
    }
    CHECK(!info("z", &rsp));
    CHECK_EQ(device.group_rc, TWIN_OS_RC_INVALID_FORMAT);
    CHECK(!info("sz", &rsp));
    CHECK(!info("az", &rsp));
    device.version = TWIN_SMP_V1;
    CHECK(!info("S", &rsp));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
    device.version = TWIN_SMP_V2;

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    device.served.os.info[TWIN_INFO_OS] = longest;
    CHECK(info("o", &rsp));
    CHECK_EQ(rsp.output.len, TWIN_SRV_INFO_MAX);
    CHECK(!info("so", &rsp));
    CHECK_EQ(device.rc, TWIN_RC_TOO_LARGE);
    device.served.os.info[TWIN_INFO_OS] = "O";
}

static void test_bootloader(void)
{
    struct twin_os_bootloader_req req = {0};
    struct twin_os_bootloader_rsp rsp = {0};

    CHECK(device_call(&device, &twin_os_bootloader_cmd, &req, &rsp));
    CHECK_EQ(rsp.present, TWIN_OS_BOOTLOADER_RSP_NAME);
    CHECK(text_is(rsp.bootloader, "MCUboot"));
    req.present = TWIN_OS_BOOTLOADER_REQ_QUERY;
    req.query = twin_span_text("mode");
    CHECK(device_call(&device, &twin_os_bootloader_cmd, &req, &rsp));
    CHECK_EQ(rsp.present, TWIN_OS_BOOTLOADER_RSP_MODE);
    CHECK_EQ(rsp.mode, 9);
    device.served.os.no_downgrade = true;
    CHECK(device_call(&device, &twin_os_bootloader_cmd, &req, &rsp));
    CHECK(rsp.no_downgrade);
    device.served.os.no_downgrade = false;
    static const char *const unknown[] = {"modes", "mod", "node", "modE", "m"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        req.query = twin_span_text(unknown[i]);
        CHECK(!device_call(&device, &twin_os_bootloader_cmd, &req, NULL));
        CHECK_EQ(device.group_rc, TWIN_OS_RC_NO_ANSWER);
    }
    device.served.os.bootloader = NULL; /* one that has no name gives no answer at all */
    for (int i = 0; i < 2; i++) {
        req.query = twin_span_text(i == 0 ? "" : "mode");
        CHECK(!device_call(&device, &twin_os_bootloader_cmd, &req, NULL));
        CHECK_EQ(device.group_rc, TWIN_OS_RC_NO_ANSWER);
    }
    device.served.os.bootloader = "MCUboot";
}

static unsigned task_count;

static bool describe_task(void *ctx, unsigned index, struct twin_os_task *task)
{
    (void)ctx;
    if (index >= task_count) {
        return false;
    }
    task->present |= TWIN_OS_TASK_PRIO | TWIN_OS_TASK_STKUSE | TWIN_OS_TASK_STKSIZ;
    if (index == 0) {
        task->present |= TWIN_OS_TASK_RUNTIME; /* must not show in the next one */
        task->runtime = UINT64_C(1) << 32;     /* 67 s at 64 MHz */
    }
    task->name = twin_span_text(index == 0 ? "idle" : "main");
    task->prio = -(int32_t)index;
    task->stack_size_words = 100 + index;
    return true;
}

static void test_taskstat(void)
{
    struct twin_os_taskstat_rsp rsp = {0};
    struct twin_os_task task;
    unsigned count;

    CHECK(!device_call(&device, &twin_os_taskstat_cmd, NULL, NULL));
    CHECK_EQ(device.rc, TWIN_RC_NOT_SUPPORTED);
    device.served.os.task = describe_task;
    for (task_count = 0; task_count < TWIN_OS_TASKS_MAX + 4; task_count++) {
        CHECK(device_call(&device, &twin_os_taskstat_cmd, NULL, &rsp));
        count = device_items(rsp.tasks, &twin_os_task_msg, UINT32_MAX, NULL);
        CHECK_EQ(count, task_count < TWIN_OS_TASKS_MAX ? task_count : TWIN_OS_TASKS_MAX);
    }
    struct twin_items items = twin_msg_items(rsp.tasks);
    CHECK(twin_msg_next(&items, &twin_os_task_msg, &task));
    CHECK(text_is(twin_cbor_get_bytes(&items.key, TWIN_CBOR_TSTR), "idle"));
    CHECK_EQ(task.runtime, UINT64_C(1) << 32);
    CHECK(twin_msg_next(&items, &twin_os_task_msg, &task));
    CHECK(text_is(twin_cbor_get_bytes(&items.key, TWIN_CBOR_TSTR), "main"));
    CHECK_EQ(task.prio, -1);
    CHECK_EQ(task.present, TWIN_OS_TASK_PRIO | TWIN_OS_TASK_STKUSE | TWIN_OS_TASK_STKSIZ);
    CHECK_EQ(device_items(rsp.tasks, &twin_os_task_msg, 15, &task), TWIN_OS_TASKS_MAX);
    CHECK_EQ(task.stack_size_words, 115);
    device.served.os.task = NULL;
}

static bool reset(bool force, uint32_t boot_mode)
{
    struct twin_os_reset_req req = {.present = (force ? TWIN_OS_RESET_REQ_FORCE : 0u) |
                                               (boot_mode != 0 ? TWIN_OS_RESET_REQ_BOOT_MODE : 0u),
                                    .force = force,
                                    .boot_mode = boot_mode};

    device_start(&device);
    return device_call(&device, &twin_os_reset_cmd, &req, NULL);
}

static void test_reset(void)
{
    CHECK(!device.srv.reset_requested);
    CHECK(reset(false, 0));
    CHECK(device.srv.reset_requested);
    CHECK_EQ(device.srv.boot_mode, 0);
    CHECK_EQ(device.asked, 1);
    CHECK(device.asked_cmd == &twin_os_reset_cmd);
    CHECK(reset(false, 1));
    CHECK_EQ(device.srv.boot_mode, 1);
    CHECK(reset(false, 255));
    CHECK_EQ(device.srv.boot_mode, 255);
    CHECK(!reset(false, 256));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
    CHECK(!device.srv.reset_requested);

    device.refuses = true;
    device.reason = "a patient is connected";
    for (int version = TWIN_SMP_V1; version <= TWIN_SMP_V2; version++) {
        device.version = (enum twin_smp_version)version;
        CHECK(!reset(false, 0));
        CHECK_EQ(device.rc, TWIN_RC_BUSY);
        CHECK(strcmp(device.rsn, "a patient is connected") == 0);
        CHECK(!device.srv.reset_requested);
    }
    CHECK(!device.forced);
    CHECK(!reset(true, 0)); /* whoever insists is heard, and no more */
    CHECK_EQ(device.asked, 1);
    CHECK(device.asked_cmd == &twin_os_reset_cmd);
    CHECK(device.forced);
    CHECK_EQ(device.rc, TWIN_RC_BUSY);
    CHECK(!device.srv.reset_requested);
    /* The reason belongs to that refusal, not to the next fault. */
    CHECK_REPLY("\x02\0\0\x01\0\0\x0b\x06\xa0", "\x03\0\0\x05\0\0\x0b\x06\xa1\x62rc\x08");
    device.reason = NULL;
    CHECK(!reset(false, 0));
    CHECK(strcmp(device.rsn, "app reject") == 0);
    device.reason = ""; /* said nothing: then nothing is sent */
    CHECK(!reset(false, 0));
    CHECK_MEM(device.reply + 8, "\xa1\x62rc\x0a", 5);
    device.refuses = false;
    device_start(&device);
}

static void test_init(void)
{
    struct served served;
    struct twin_slots bad_slots = *device.rig.config.slots;
    struct twin_srv_config config;
    struct twin_srv srv;

    served_make(&served, &config, &bad_slots);
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_OK);
    config.group_count = 0;
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
    config.group_count = 2;
    bad_slots.sector_bytes = 1000;
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
    served.image.slots = NULL;
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
    config.group_count = 1; /* without images: no slots needed */
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_OK);
    served.groups[0].group = NULL; /* a row that was never filled in */
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
}

/* A group of somebody else's. */
struct user_req {
    uint32_t present;
    uint32_t n;
    uint8_t room[TWIN_REQUEST_MAX];
};
static const struct twin_field user_fields[] = {
    TWIN_FIELD(user_req, n, "n", TWIN_F_U32, TWIN_REQUIRED),
};
static const struct twin_msg large_msg = TWIN_MSG(user_req, user_fields);
static const struct twin_msg user_msg = {
    .fields = user_fields, .field_count = 1, .size = offsetof(struct user_req, room)};

enum { ODD = 1 };
static const struct twin_srv_fault user_faults[] = {
    [ODD] = {.rc = TWIN_RC_TIMEOUT, .group_rc = 77, .rsn = "odd"},
};

static unsigned user_run(const struct twin_srv_call *call)
{
    const struct user_req *req = call->req;

    twin_cbor_put_head(call->rsp, TWIN_CBOR_ARRAY, 0); /* dropped when there is a fault */
    return req->n % 2 != 0 ? ODD : 0;
}

/* Answers with as many bytes as it is asked for. */
static unsigned user_fill(const struct twin_srv_call *call)
{
    static const uint8_t byte;
    const struct user_req *req = call->req;

    for (uint32_t i = 0; i < req->n; i++) {
        twin_cbor_put_raw(call->rsp, (struct twin_span){&byte, 1});
    }
    return 0;
}

static const struct twin_msg largest_msg = {
    .fields = user_fields, .field_count = 1, .size = TWIN_REQUEST_MAX};
#define USER_CMD(id, msg)                                                                          \
    {                                                                                              \
        TWIN_SMP_WRITE, (id), 64, (msg), &twin_empty_msg                                           \
    }
static const struct twin_cmd user_rows[] = {USER_CMD(0, &user_msg), USER_CMD(1, &large_msg),
                                            USER_CMD(2, &largest_msg), USER_CMD(3, &user_msg)};
static const struct twin_srv_cmd user_cmds[] = {{&user_rows[0], user_run},
                                                {&user_rows[1], user_run},
                                                {&user_rows[2], user_run},
                                                {&user_rows[3], user_fill}};
static const struct twin_srv_group user = {
    .cmd_count = 4, .cmds = user_cmds, .faults = user_faults};

/* A reply cannot be longer than its header's length says, however large the buffer is. */
static void test_largest_reply(void)
{
    static uint8_t out[UINT16_MAX + 100];
    uint8_t request[] = "\x0a\0\0\x08\0\x40\x01\x03\xa1\x61n\x1a\0\0\xff\xff";

    for (int more = 0; more < 2; more++) {
        struct twin_span packet = {request, sizeof(request) - 1};
        size_t len = twin_srv_handle(&device.srv, &packet, out, sizeof(out));
        CHECK_EQ(len, more == 0 ? 8 + UINT16_MAX : 13);
        CHECK_EQ(twin_get_be16(out + 2), len - 8);
        CHECK(more == 0 || memcmp(out + 8, "\xa1\x62rc\x07", 5) == 0);
        memcpy(request + 12, "\0\x01\0\0", 4);
    }
}

static void test_user_group(void)
{
    const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&device.served.os), {&user, NULL, NULL}};

    device.config.groups = groups;
    CHECK_REPLY("\x0a\0\0\x04\0\x40\x01\0\xa1\x61n\x02", "\x0b\0\0\x01\0\x40\x01\0\x80");
    CHECK_REPLY("\x0a\0\0\x04\0\x40\x01\0\xa1\x61n\x03", "\x0b\0\0\x13\0\x40\x01\0\xa1\x63"
                                                         "err\xa2\x65group\x18\x40\x62rc"
                                                         "\x18\x4d");
    CHECK_REPLY("\x02\0\0\x04\0\x40\x01\0\xa1\x61n\x03",
                "\x03\0\0\x0d\0\x40\x01\0\xa2\x62rc\x04\x63rsn\x63odd");
    CHECK_REPLY("\x02\0\0\x04\0\x40\x01\x01\xa1\x61n\x02",
                "\x03\0\0\x05\0\x40\x01\x01\xa1\x62rc\x02");
    CHECK_REPLY("\x02\0\0\x04\0\x40\x01\x02\xa1\x61n\x02", "\x03\0\0\x01\0\x40\x01\x02\x80");
    test_largest_reply();
    device.config.groups = device.served.groups;
}

/* Whatever comes, the reply is well formed, and the device still starts. */
static void test_hostile(void)
{
    hostile_requests(&device, 40000);
    CHECK_EQ(device.rig.sim.violations, 0);
    CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, &device.rig.old));
    CHECK_EQ(device_boot(&device).major, 1);
}

int main(void)
{
    device_make(&device, &small_shape);
    const char *const texts[TWIN_INFO_COUNT] = {"K", NULL, "R", "V", "B", "M", "P", "I", "O"};
    memcpy(device.served.os.info, texts, sizeof(texts));
    test_processing_order();
    test_several_requests();
    test_error_forms();
    test_small_reply_buffers();
    test_echo();
    test_info();
    test_bootloader();
    test_taskstat();
    test_reset();
    test_init();
    test_user_group();
    test_hostile();
    rig_free(&device.rig);
    return check_report();
}
