/*
 * test_msg.c - message tables: structs to CBOR and back, result codes, packet headers.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include <stdlib.h>

#define CAP 2048

static const struct twin_msg *const all_messages[] = {
    &twin_empty_msg,
    &twin_result_msg,
    &twin_os_echo_req_msg,
    &twin_os_echo_rsp_msg,
    &twin_os_taskstat_rsp_msg,
    &twin_os_reset_req_msg,
    &twin_os_params_rsp_msg,
    &twin_os_info_req_msg,
    &twin_os_info_rsp_msg,
    &twin_os_bootloader_req_msg,
    &twin_os_bootloader_rsp_msg,
    &twin_image_state_rsp_msg,
    &twin_image_state_req_msg,
    &twin_image_upload_req_msg,
    &twin_image_upload_rsp_msg,
    &twin_image_erase_req_msg,
    &twin_image_slot_info_rsp_msg,
};

/* Room for any decoded message. */
static union {
    struct twin_result result;
    struct twin_os_echo_rsp echo;
    struct twin_os_taskstat_rsp tasks;
    struct twin_os_reset_req reset;
    struct twin_os_params_rsp params;
    struct twin_image_state_rsp list;
    struct twin_image_upload_req upload;
    struct twin_image_upload_rsp upload_rsp;
    struct twin_image_erase_req erase;
    struct twin_image_slot_info_rsp info;
} out;

/* Decode from an allocation of exactly this size, so that reading beyond it is found. */
static bool decode(const struct twin_msg *msg, const void *bytes, size_t len)
{
    static uint8_t *last;
    free(last);
    last = malloc(len + 1);
    memcpy(last + 1, bytes, len);
    struct twin_cbor_reader r = {.buf = last + 1, .len = len};
    twin_msg_decode(&r, msg, &out);
    return !r.failed;
}

#define DECODE(msg, bytes) decode((msg), (bytes), sizeof(bytes) - 1)

static size_t encode(const struct twin_msg *msg, const void *in, uint8_t *buf)
{
    struct twin_cbor_writer w = {.buf = buf, .cap = CAP};

    twin_msg_encode(&w, msg, in);
    CHECK(!w.failed);
    for (size_t cap = 0; cap < w.len; cap++) { /* any less room is a fault */
        uint8_t *small = malloc(cap + 1);
        struct twin_cbor_writer short_w = {.buf = small + 1, .cap = cap};
        twin_msg_encode(&short_w, msg, in);
        CHECK(short_w.failed);
        free(small);
    }
    return w.len;
}

static bool span_is(struct twin_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.ptr, text, span.len) == 0;
}

static void test_upload_request(void)
{
    const struct twin_image_upload_req req = {
        .present = TWIN_IMAGE_UPLOAD_REQ_LEN | TWIN_IMAGE_UPLOAD_REQ_SHA,
        .len = 1000,
        .sha = twin_span_text("\x01\x02"),
        .data = twin_span_text("abc"),
    };
    const char want[] = "\xa4\x63len\x19\x03\xe8\x63off\x00\x63sha\x42\x01\x02\x64"
                        "data\x43"
                        "abc";
    uint8_t buf[CAP];
    size_t len = encode(&twin_image_upload_req_msg, &req, buf);

    CHECK_EQ(len, sizeof(want) - 1);
    CHECK_MEM(buf, want, len);
    CHECK(decode(&twin_image_upload_req_msg, buf, len));
    CHECK_EQ(out.upload.present,
             req.present | TWIN_IMAGE_UPLOAD_REQ_OFF | TWIN_IMAGE_UPLOAD_REQ_DATA);
    CHECK_EQ(out.upload.len, 1000);
    CHECK(span_is(out.upload.sha, "\x01\x02") && span_is(out.upload.data, "abc"));
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(!decode(&twin_image_upload_req_msg, buf, cut));
    }
}

static void test_image_list(void)
{
    struct twin_image_state_rsp list = {.present = TWIN_IMAGE_STATE_RSP_SPLIT, .slots_count = 2};
    uint8_t buf[CAP];

    for (uint32_t i = 0; i < 2; i++) {
        list.slots[i] =
            (struct twin_image_slot){.present = TWIN_IMAGE_SLOT_HASH | TWIN_IMAGE_SLOT_FLAGS,
                                     .slot = i,
                                     .version = twin_span_text("1.2.3"),
                                     .hash = twin_span_text("hash"),
                                     .active = i == 0};
    }
    size_t len = encode(&twin_image_state_rsp_msg, &list, buf);
    CHECK(decode(&twin_image_state_rsp_msg, buf, len));
    CHECK_EQ(out.list.slots_count, 2);
    CHECK(out.list.slots[0].active && !out.list.slots[1].active);
    CHECK_EQ(out.list.slots[1].slot, 1);
    CHECK(span_is(out.list.slots[1].version, "1.2.3"));
    CHECK((out.list.slots[1].present & TWIN_IMAGE_SLOT_IMAGE) == 0);
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(!decode(&twin_image_state_rsp_msg, buf, cut));
    }
    list.slots_count = TWIN_IMAGE_SLOTS_MAX + 1;
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
    twin_msg_encode(&w, &twin_image_state_rsp_msg, &list);
    CHECK(w.failed);
}

static void test_tasks(void)
{
    struct twin_os_taskstat_rsp tasks = {.tasks_count = 2};
    uint8_t buf[CAP];

    tasks.tasks[0] = (struct twin_os_task){.present = TWIN_OS_TASK_PRIO | TWIN_OS_TASK_STKSIZ,
                                           .name = twin_span_text("idle"),
                                           .prio = -1,
                                           .stack_size_words = 64};
    tasks.tasks[1] = (struct twin_os_task){
        .present = TWIN_OS_TASK_PRIO, .name = twin_span_text("main"), .prio = INT32_MIN};
    size_t len = encode(&twin_os_taskstat_rsp_msg, &tasks, buf);
    CHECK(decode(&twin_os_taskstat_rsp_msg, buf, len));
    CHECK_EQ(out.tasks.tasks_count, 2);
    CHECK(span_is(out.tasks.tasks[0].name, "idle") && span_is(out.tasks.tasks[1].name, "main"));
    CHECK_EQ(out.tasks.tasks[0].prio, -1);
    CHECK_EQ(out.tasks.tasks[0].stack_size_words, 64);
    CHECK_EQ(out.tasks.tasks[1].prio, INT32_MIN);

    /* The same, entry by entry. */
    uint8_t parts[CAP];
    struct twin_cbor_writer w = {.buf = parts, .cap = sizeof(parts)};
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(&w, "tasks");
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 2);
    twin_msg_encode_entry(&w, &twin_os_task_msg, &tasks.tasks[0]);
    twin_msg_encode_entry(&w, &twin_os_task_msg, &tasks.tasks[1]);
    CHECK_EQ(w.len, len);
    CHECK_MEM(parts, buf, len);
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(!decode(&twin_os_taskstat_rsp_msg, buf, cut));
    }
}

static void test_too_many_items(void)
{
    uint8_t buf[CAP];
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};

    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(&w, "tasks");
    size_t at = w.len;
    for (uint32_t count = TWIN_OS_TASKS_MAX; count <= TWIN_OS_TASKS_MAX + 1; count++) {
        w.len = at;
        twin_cbor_put_head(&w, TWIN_CBOR_MAP, count);
        for (uint32_t i = 0; i < count; i++) {
            twin_cbor_put_text(&w, "t");
            twin_cbor_put_head(&w, TWIN_CBOR_MAP, 0);
        }
        CHECK_EQ(decode(&twin_os_taskstat_rsp_msg, buf, w.len), count == TWIN_OS_TASKS_MAX);
        CHECK_EQ(out.tasks.tasks_count, TWIN_OS_TASKS_MAX);
    }
}

/* Old and new peers, and what they send instead. */
static void test_tolerance(void)
{
    CHECK(DECODE(&twin_os_echo_rsp_msg, "\xbf\x61r\x62hi\xff"));
    CHECK(span_is(out.echo.text, "hi"));
    CHECK(DECODE(&twin_os_echo_rsp_msg, "\xa3\x61x\x82\x01\xa1\x61y\xf9\x3c\x00\x61r\x62hi"
                                        "\x61z\x1b\xff\xff\xff\xff\xff\xff\xff\xff"));
    CHECK(span_is(out.echo.text, "hi"));
    CHECK(DECODE(&twin_os_echo_rsp_msg, "\xa2\x61r\x61"
                                        "a\x61r\x61"
                                        "b"));
    CHECK(span_is(out.echo.text, "b"));
    CHECK(DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                         "force\x01"));
    CHECK(out.reset.force);
    CHECK(DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                         "force\x00"));
    CHECK(!out.reset.force);
    CHECK(DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                         "force\xf5"));
    CHECK(out.reset.force);
    CHECK(DECODE(&twin_image_upload_req_msg, "\xa3\x63off\x00\x63sha\xf6\x64"
                                             "data\xf6"));
    CHECK_EQ(out.upload.sha.len + out.upload.data.len, 0);
    CHECK(DECODE(&twin_os_echo_req_msg, "\xa0"));
    CHECK(DECODE(&twin_os_echo_req_msg, "\xbf\xff"));
    CHECK(DECODE(&twin_image_erase_req_msg, "\xa1\x64slot\x1a\xff\xff\xff\xff"));
    CHECK_EQ(out.erase.slot, UINT32_MAX);
}

static void test_wrong_types(void)
{
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\xa0"));            /* required */
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\xa1\x61r\x42hi")); /* bytes, not text */
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\xa1\x61r\x02"));
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\x81\x61r")); /* not a map */
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\x61r"));
    CHECK(!DECODE(&twin_os_echo_rsp_msg, ""));
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\xa1\x01\x62hi"));  /* key is not text */
    CHECK(!DECODE(&twin_os_echo_rsp_msg, "\xbf\x61r\x62hi")); /* no end */
    CHECK(!DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                          "force\xf6")); /* null is no bool */
    CHECK(!DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                          "force\xfa\0\0\0\x15"));
    CHECK(!DECODE(&twin_os_reset_req_msg, "\xa1\x65"
                                          "force\x20"));
    CHECK(!DECODE(&twin_image_erase_req_msg, "\xa1\x64slot\x1b\0\0\0\x01\0\0\0\0"));
    CHECK(!DECODE(&twin_image_erase_req_msg, "\xa1\x64slot\x20"));
    CHECK(!DECODE(&twin_result_msg, "\xa1\x62rc\x1a\x80\0\0\0"));
    CHECK(DECODE(&twin_result_msg, "\xa1\x62rc\x3a\x7f\xff\xff\xff"));
    CHECK_EQ(out.result.rc, INT32_MIN);
    CHECK(!DECODE(&twin_result_msg, "\xa1\x63"
                                    "err\xa1\x62rc\x01")); /* nested required */
    CHECK(DECODE(&twin_result_msg, "\xa1\x63"
                                   "err\xa2\x62rc\x01\x65group\x02"));
    CHECK_EQ(out.result.err.group, 2);
    CHECK(!DECODE(&twin_image_state_rsp_msg, "\xa1\x66images\xa0"));
    CHECK(!DECODE(&twin_os_taskstat_rsp_msg, "\xa1\x65tasks\x80"));
}

/* Random bytes, half of them shaped like messages: nothing out of bounds, and what decodes does so
 * again after encoding. */
static void test_random(void)
{
    const unsigned messages = sizeof(all_messages) / sizeof(all_messages[0]);
    uint8_t buf[64];
    unsigned decoded = 0;

    srand(4);
    for (int round = 0; round < 60000; round++) {
        const struct twin_msg *msg = all_messages[(unsigned)rand() % messages];
        size_t len = 1 + (size_t)rand() % (sizeof(buf) - 1);
        for (size_t i = 0; i < len; i++) {
            buf[i] = (uint8_t)rand();
        }
        buf[0] = (uint8_t)(rand() % 2 != 0 ? 0xbf : 0xa0 + rand() % 4);
        if (msg->field_count != 0) {
            const char *key = msg->fields[(unsigned)rand() % msg->field_count].key;
            if (strlen(key) + 2 < len) {
                buf[1] = (uint8_t)(0x60 + strlen(key));
                memcpy(buf + 2, key, strlen(key));
            }
        }
        if (decode(msg, buf, len)) {
            uint8_t again[CAP];
            struct twin_cbor_writer w = {.buf = again, .cap = sizeof(again)};
            twin_msg_encode(&w, msg, &out);
            CHECK(!w.failed);
            CHECK(decode(msg, again, w.len));
            decoded++;
        }
    }
    CHECK(decoded > 100);
}

static void test_headers(void)
{
    const uint8_t raw[] = {0xea, 0xff, 0x01, 0x02, 0x00, 0x40, 0xfe, 0x05};
    struct twin_smp_header h;
    uint8_t again[8];

    for (size_t len = 0; len < sizeof(raw); len++) {
        CHECK_EQ(twin_smp_header_read((struct twin_span){raw, len}, &h), TWIN_E_FORMAT);
    }
    CHECK_EQ(twin_smp_header_read((struct twin_span){raw, 8}, &h), TWIN_OK);
    CHECK(h.op == TWIN_SMP_WRITE && h.version == TWIN_SMP_V2 && h.len == 0x102);
    CHECK(h.group == 64 && h.seq == 0xfe && h.id == 5);
    twin_smp_header_write(again, &h);
    CHECK_MEM(again, "\x0a\x00\x01\x02\x00\x40\xfe\x05", 8);
    for (unsigned first = 0; first < 256; first++) {
        const uint8_t bytes[8] = {(uint8_t)first};
        bool is_known = (first & 7) < 4;
        CHECK_EQ(twin_smp_header_read((struct twin_span){bytes, 8}, &h) == TWIN_OK, is_known);
    }
}

static void test_result_codes(void)
{
    for (uint32_t rc = TWIN_RC_OK; rc <= TWIN_RC_TOO_NEW; rc++) {
        CHECK(strlen(twin_smp_rc_str(rc)) > 1);
    }
    CHECK(strcmp(twin_smp_rc_str(14), twin_smp_rc_str(UINT32_MAX)) == 0);
    CHECK(strcmp(twin_smp_group_rc_str(TWIN_GRP_IMAGE, 30),
                 "the image is too large for the slot") == 0);
    CHECK(twin_smp_group_rc_str(TWIN_GRP_OS, 7) != NULL);
    CHECK(twin_smp_group_rc_str(TWIN_GRP_IMAGE, 35) == NULL);
    CHECK(twin_smp_group_rc_str(TWIN_GRP_IMAGE, 0) == NULL);
    CHECK(twin_smp_group_rc_str(TWIN_GRP_FS, 17) != NULL);
    CHECK(twin_smp_group_rc_str(4, 1) == NULL);

    /* Section 2 of the spec: every code of the image group, from 1. */
    static const uint8_t want_v1[] = {1, 1, 5, 5, 1, 1, 1, 1, 6, 1, 1, 1, 1, 3, 2, 1, 1,
                                      1, 3, 3, 3, 3, 1, 3, 3, 1, 6, 6, 1, 1, 1, 1, 1, 1};
#define X(name, value, v1, text) TWIN_IMAGE_V1_##name,
    static const uint8_t image_v1[] = {TWIN_IMAGE_RC_LIST(X)};
#undef X
    CHECK_EQ(sizeof(image_v1), sizeof(want_v1));
    CHECK_MEM(image_v1, want_v1, sizeof(want_v1));
    for (uint32_t rc = 1; rc <= sizeof(image_v1); rc++) {
        CHECK(twin_smp_group_rc_str(TWIN_GRP_IMAGE, rc) != NULL);
    }
    CHECK_EQ(TWIN_OS_V1_INVALID_FORMAT, TWIN_RC_INVALID);
    CHECK_EQ(TWIN_OS_V1_NO_ANSWER, TWIN_RC_NO_ENTRY);
}

int main(void)
{
    test_upload_request();
    test_image_list();
    test_tasks();
    test_too_many_items();
    test_tolerance();
    test_wrong_types();
    test_random();
    test_headers();
    test_result_codes();
    decode(&twin_empty_msg, "", 0);
    return check_report();
}
