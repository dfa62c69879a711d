/*
 * test_msg.c - message tables: structs to CBOR and back, result codes, packet headers.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_room.h"

#define DECODE(msg, bytes) take(twin_msg_decode, (msg), (bytes), sizeof(bytes) - 1)
#define READ(msg, bytes)   take(twin_msg_read, (msg), (bytes), sizeof(bytes) - 1)

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
    size_t len = encode(twin_image_upload_cmd.req, &req, buf);

    CHECK_EQ(len, sizeof(want) - 1);
    CHECK_MEM(buf, want, len);
    CHECK(take(twin_msg_decode, twin_image_upload_cmd.req, buf, len));
    CHECK_EQ(out.upload.present,
             req.present | TWIN_IMAGE_UPLOAD_REQ_OFF | TWIN_IMAGE_UPLOAD_REQ_DATA);
    CHECK_EQ(out.upload.len, 1000);
    CHECK(span_is(out.upload.sha, "\x01\x02") && span_is(out.upload.data, "abc"));
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(!take(twin_msg_decode, twin_image_upload_cmd.req, buf, cut));
    }
}

static void test_image_list(void)
{
    uint8_t slots[CAP], buf[CAP];
    struct twin_cbor_writer w = {.buf = slots, .cap = sizeof(slots)};
    struct twin_image_slot slot = {.present = TWIN_IMAGE_SLOT_SLOT | TWIN_IMAGE_SLOT_VERSION |
                                              TWIN_IMAGE_SLOT_HASH | TWIN_IMAGE_SLOT_FLAGS,
                                   .version = twin_span_text("1.2.3"),
                                   .hash = twin_span_text("hash"),
                                   .active = true};

    twin_cbor_put_head(&w, TWIN_CBOR_ARRAY, 2);
    for (slot.slot = 0; slot.slot < 2; slot.slot++) {
        twin_msg_encode(&w, &twin_image_slot_msg, &slot);
        slot.active = false;
    }
    struct twin_image_state_rsp list = {.present = TWIN_IMAGE_STATE_RSP_SPLIT,
                                        .slots = {slots, w.len}};
    size_t len = encode(twin_image_state_cmd.rsp, &list, buf);
    for (size_t cut = 0; cut < len; cut++) {
        CHECK(!take(twin_msg_read, twin_image_state_cmd.rsp, buf, cut));
    }
    CHECK(take(twin_msg_read, twin_image_state_cmd.rsp, buf, len));
    CHECK_EQ(out.list.slots.len, w.len);
    CHECK_MEM(out.list.slots.ptr, slots, w.len);
    struct twin_items items = twin_msg_items(out.list.slots);
    for (int64_t i = 0; i < 2; i++) {
        CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
        CHECK_EQ(slot.slot, i);
        CHECK_EQ(slot.active, i == 0);
        CHECK(span_is(slot.version, "1.2.3") && span_is(slot.hash, "hash"));
        CHECK_EQ(slot.present & TWIN_IMAGE_SLOT_IMAGE, 0);
    }
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
    items = twin_msg_items(twin_span_text("\x80\xa0")); /* what stands behind is no item */
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
    items = twin_msg_items((struct twin_span){NULL, 0}); /* of a list that was not there */
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
}

/* Every row is read, however many there are: as many as a packet can carry. */
static void test_no_limit_of_rows(void)
{
    enum { ROWS = 9000 };
    uint8_t *buf = malloc(7 * ROWS + 16);
    struct twin_cbor_writer w = {.buf = buf, .cap = 7 * ROWS + 16};
    struct twin_os_task task;
    uint64_t count = 0;

    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(&w, twin_os_taskstat_cmd.rsp->fields[0].key);
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, ROWS);
    for (uint64_t i = 0; i < ROWS; i++) {
        twin_cbor_put_head(&w, TWIN_CBOR_UINT, i); /* a name that is a number */
        twin_cbor_put_raw(&w, twin_span_text("\xa0"));
    }
    CHECK(!w.failed);
    CHECK(take(twin_msg_read, twin_os_taskstat_cmd.rsp, buf, w.len));
    struct twin_items items = twin_msg_items(out.tasks.tasks);
    while (twin_msg_next(&items, &twin_os_task_msg, &task)) {
        uint64_t name;
        CHECK_EQ(twin_cbor_get_head(&items.key, &name), TWIN_CBOR_UINT);
        CHECK_EQ(name, count);
        CHECK_EQ(task.present, 0);
        count++;
    }
    CHECK_EQ(count, ROWS);
    free(buf);
}

/* Items of a list that are odd, alone or in part. */
static void test_odd_items(void)
{
    static const char odd[] = "\xa1\x66images\x9f"
                              "\xa3\x64slot\x20\x67version\x65"
                              "1.2.3\x64hash\xc1\x41\x01"
                              "\xf6" /* no entry at all */
                              "\xa4\x01\x02\x64slot\xfb\x3f\xf8\0\0\0\0\0\0\x66"
                              "active\xf5\x67"
                              "pending\xf6"
                              "\xbf\x65image\x1b\0\0\0\x01\0\0\0\0\xff"
                              "\xff";
    struct twin_image_slot slot;

    CHECK(READ(twin_image_state_cmd.rsp, odd));
    struct twin_items items = twin_msg_items(out.list.slots);
    CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK_EQ(slot.slot, -1);
    CHECK(span_is(slot.version, "1.2.3") && span_is(slot.hash, "\x01"));
    CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK_EQ(slot.present, 0);
    CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK_EQ(slot.slot, 1);
    CHECK(slot.active && !slot.pending);
    CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK_EQ(slot.image, INT64_C(1) << 32);
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
}

/* ---- What must not be guessed ---- */

static void test_requests_are_exact(void)
{
    CHECK(DECODE(twin_os_echo_cmd.req, "\xa0"));
    CHECK(DECODE(twin_os_echo_cmd.req, "\xbf\xff"));
    CHECK(!DECODE(twin_os_echo_cmd.req, "\xa1\x61"
                                        "d\x42hi")); /* bytes, not text */
    CHECK(!DECODE(twin_os_echo_cmd.req, "\xa1\x61"
                                        "d\x02"));
    CHECK(!DECODE(twin_os_echo_cmd.req, "\xa1\x61"
                                        "d\x7f\x62hi\xff"));
    CHECK(!DECODE(twin_os_echo_cmd.req, "\x81\x61"
                                        "d")); /* not a map */
    CHECK(!DECODE(twin_os_echo_cmd.req, "\x61"
                                        "d"));
    CHECK(!DECODE(twin_os_echo_cmd.req, ""));
    CHECK(!DECODE(twin_os_echo_cmd.req, "\xbf\x61"
                                        "d\x62hi")); /* no end */
    CHECK(DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                        "force\x01"));
    CHECK(out.reset.force);
    CHECK(DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                        "force\x00"));
    CHECK(!out.reset.force);
    CHECK(DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                        "force\xf5"));
    CHECK(out.reset.force);
    CHECK(!DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                         "force\xf6")); /* null is no bool */
    CHECK(!DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                         "force\xfa\0\0\0\x15"));
    CHECK(!DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                         "force\x20"));
    CHECK(!DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                         "force\x54twenty bytes of text")); /* 20: not false */
    CHECK(!DECODE(twin_os_reset_cmd.req, "\xa1\x65"
                                         "force\x34")); /* -21 */
    CHECK(DECODE(twin_image_erase_cmd.req, "\xa1\x64slot\x1a\xff\xff\xff\xff"));
    CHECK_EQ(out.erase.slot, UINT32_MAX);
    CHECK(!DECODE(twin_image_erase_cmd.req, "\xa1\x64slot\x1b\0\0\0\x01\0\0\0\0"));
    CHECK(!DECODE(twin_image_erase_cmd.req, "\xa1\x64slot\x20"));
    CHECK(DECODE(twin_image_upload_cmd.req, "\xa3\x63off\x00\x63sha\xf6\x64"
                                            "data\xf6"));
    CHECK_EQ(out.upload.sha.len + out.upload.data.len, 0);
    CHECK(DECODE(twin_image_state_write_cmd.req, "\xa2\x64hash\x41\x01\x64hash\xf6"));
    CHECK_EQ(out.state.hash.len, 0); /* of a repeated key the last one counts, null too */
    CHECK(DECODE(twin_image_state_write_cmd.req, "\xa2\x67"
                                                 "confirm\xf5\x67"
                                                 "confirm\xf4"));
    CHECK(!out.state.confirm);
    CHECK(!DECODE(twin_image_upload_cmd.req, "\xa1\x63off\x00")); /* data is required */
    CHECK(!DECODE(twin_os_echo_cmd.req, "\xa1\x61"
                                        "d\xf6"));               /* null is no text */
    CHECK(DECODE(twin_image_erase_cmd.req, "\xa1\x44slot\x05")); /* nor are bytes a key */
    CHECK_EQ(out.present, 0);
    /* What only answers have is refused in requests. */
    CHECK(!DECODE(&twin_os_task_msg, "\xa1\x64prio\x01"));
    CHECK(!DECODE(twin_image_state_cmd.rsp, "\xa1\x66images\x80"));
}

/* The running image would be confirmed, if a hash that is odd were passed over or taken for none.
 * Null is none: there are clients that send it so. */
static void test_odd_hashes(void)
{
    static const char *const odd[] = {"\x62hi",    "\x5f\x41h\xff", "\xf5",         "\xf7",
                                      "\x81\x41h", "\x01",          "\xf9\x7e\x01", "\xf8\xff"};
    uint8_t buf[64];

    for (size_t i = 0; i <= COUNT(odd); i++) {
        struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
        twin_cbor_put_raw(&w, twin_span_text("\xa2\x67"
                                             "confirm\xf5\x64hash"));
        twin_cbor_put_raw(&w, twin_span_text(i < COUNT(odd) ? odd[i] : "\xf6"));
        CHECK_EQ(take(twin_msg_decode, twin_image_state_write_cmd.req, buf, w.len),
                 i == COUNT(odd));
    }
    CHECK_EQ(out.state.hash.len, 0);

    struct twin_image_slot slot; /* in an answer it is absent, but null is an empty one */
    struct twin_items items =
        twin_msg_items(twin_span_text("\x83\xa1\x64hash\xf5\xa1\x64hash\xf7\xa1\x64hash\xf6"));
    for (unsigned i = 0; i < 3; i++) {
        CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
        CHECK_EQ(slot.present, i == 2 ? TWIN_IMAGE_SLOT_HASH : 0);
        CHECK_EQ(slot.hash.len, 0);
    }
    items = twin_msg_items(twin_span_text("\x82\xa1\x64hash\xf5\xa1\x64hash")); /* cut */
    CHECK(twin_msg_next(&items, &twin_image_slot_msg, &slot));
    CHECK(!twin_msg_next(&items, &twin_image_slot_msg, &slot));
}

/* What does not belong to a message is passed over, on both sides. */
static void test_unknown_keys(void)
{
    static const char unknown[] =
        "\xac\x61x\x82\x01\xa1\x61y\xf9\x3c\x00" /* nested */
        "\x61z\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x02\x03\x20\xf6\xf6\xf6\xf5\x41r\xc0\x60"
        "\x81\x01\x5f\x41"
        "a\xff\x7f\x61"
        "d\xff\x80\xf9\x7c\x00\xa0\xd8\x18\x00"
        "\x63off\x07\x60\xbf\xff";

    CHECK(READ(twin_image_upload_cmd.rsp, unknown));
    CHECK_EQ(out.upload_rsp.off, 7);
    CHECK(!DECODE(twin_image_upload_cmd.req, unknown)); /* data is missing, else: */
    CHECK_EQ(out.upload.off, 7);
    CHECK(DECODE(twin_image_erase_cmd.req, unknown));
    CHECK_EQ(out.present, 0);
}

static void test_results(void)
{
    CHECK(READ(&twin_result_msg, "\xa1\x62rc\x35")); /* -22 */
    CHECK_EQ(out.result.rc, -22);
    CHECK(READ(&twin_result_msg, "\xa1\x62rc\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"));
    CHECK_EQ(out.result.rc, INT64_MIN);
    CHECK(READ(&twin_result_msg, "\xa1\x62rc\xf4"));
    CHECK_EQ(out.result.present, TWIN_RESULT_RC);
    CHECK(!READ(&twin_result_msg, "\xa1\x62rc\x65"
                                  "error")); /* is that a success? */
    CHECK(!READ(&twin_result_msg, "\xa1\x63"
                                  "err\x01"));
    CHECK(READ(&twin_result_msg, "\xa1\x63rsn\x01"));
    CHECK(READ(&twin_result_msg, "\xa1\x63"
                                 "err\xa2\x62rc\x01\x65group\x02"));
    struct twin_span nested = out.result.err;
    CHECK(take(twin_msg_read, &twin_result_err_msg, nested.ptr, nested.len));
    CHECK_EQ(out.err.group, 2);
    CHECK(READ(&twin_result_err_msg, "\xa1\x62rc\x01"));
    CHECK(!READ(&twin_result_err_msg, "\xa1\x65group\x01"));
}

static void test_answers_need_something(void)
{
    CHECK(!READ(twin_os_echo_cmd.rsp, "\xa0"));
    CHECK(!READ(twin_os_echo_cmd.rsp, "\xa1\x61r\x02"));
    CHECK(READ(twin_os_echo_cmd.rsp, "\xa1\x61r\x42hi"));
    CHECK(span_is(out.echo.text, "hi"));
    CHECK(READ(twin_os_echo_cmd.rsp, "\xa3\x61r\x61"
                                     "a\x61r\x61"
                                     "b\x61r\x01"));
    CHECK(span_is(out.echo.text, "b")); /* the last one understood */
    CHECK(READ(&twin_image_slot_msg, "\xa2\x64hash\x41\x01\x64hash\xf6"));
    CHECK_EQ(out.slot.hash.len, 0); /* null too */
    CHECK(!READ(twin_image_state_cmd.rsp, "\xa0"));
    CHECK(!READ(twin_image_state_cmd.rsp, "\xa1\x66images\xa0"));
    CHECK(!READ(twin_os_taskstat_cmd.rsp, "\xa1\x65tasks\x80"));
    CHECK(READ(twin_os_params_cmd.rsp, "\xa0"));
    CHECK(READ(twin_os_params_cmd.rsp, "\xa2\x68"
                                       "buf_size\x63"
                                       "512\x69"
                                       "buf_count\x04"));
    CHECK_EQ(out.present, TWIN_OS_PARAMS_RSP_COUNT);
    CHECK(READ(twin_os_params_cmd.rsp, "\xa1\x68"
                                       "buf_size\x20"));
    CHECK_EQ(out.present, 0);
    CHECK(READ(twin_os_params_cmd.rsp, "\xa1\x68"
                                       "buf_size\x1b\0\0\0\x01\0\0\0\0"));
    CHECK_EQ(out.present | out.params.buf_size, 0);
}

/* ---- Headers and result codes ---- */

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

/* A request cut anywhere, with nothing behind it that could be read by mistake. */
static void test_cut_requests(void)
{
    static const char request[] = "\xa1\x65"
                                  "force\xf5";
    struct twin_os_reset_req reset;

    for (size_t len = 0; len < sizeof(request) - 1; len++) {
        uint8_t *bytes = malloc(len + (len == 0));
        CHECK(bytes != NULL);
        memcpy(bytes, request, len);
        struct twin_cbor_reader r = {.buf = bytes, .len = len};
        twin_msg_decode(&r, twin_os_reset_cmd.req, &reset);
        CHECK(r.failed);
        free(bytes);
    }
}

static void test_result_codes(void)
{
    for (uint32_t rc = TWIN_RC_OK; rc <= TWIN_RC_TOO_NEW; rc++) {
        CHECK(strlen(twin_smp_rc_str(rc)) > 1);
    }
    CHECK(strcmp(twin_smp_rc_str(14), twin_smp_rc_str(INT64_MAX)) == 0);
    CHECK(strcmp(twin_smp_rc_str(14), twin_smp_rc_str(-22)) == 0);
    CHECK(twin_group_rc_str(TWIN_GRP_IMAGE, -1) == NULL);
    CHECK(strcmp(twin_group_rc_str(TWIN_GRP_IMAGE, 30), "the image is too large for the slot") ==
          0);
    CHECK(twin_group_rc_str(TWIN_GRP_OS, 7) != NULL);
    CHECK(twin_group_rc_str(TWIN_GRP_IMAGE, 35) == NULL);
    CHECK(twin_group_rc_str(TWIN_GRP_IMAGE, 0) == NULL);
    CHECK(twin_group_rc_str(8, 17) != NULL);
    CHECK(twin_group_rc_str(4, 1) == NULL);

    /* Section 2 of the spec: every code of the image group, from 1. */
    static const uint8_t want_v1[] = {1, 1, 5, 5, 1, 1, 1, 1, 6, 1, 1, 1, 1, 3, 2, 1, 1,
                                      1, 3, 3, 3, 3, 1, 3, 3, 1, 6, 6, 1, 1, 1, 1, 1, 1};
#define X(name, value, v1, text) TWIN_IMAGE_V1_##name,
    static const uint8_t image_v1[] = {TWIN_IMAGE_RC_LIST(X)};
#undef X
    CHECK_EQ(sizeof(image_v1), sizeof(want_v1));
    CHECK_MEM(image_v1, want_v1, sizeof(want_v1));
    for (uint32_t rc = 1; rc <= sizeof(image_v1); rc++) {
        CHECK(twin_group_rc_str(TWIN_GRP_IMAGE, rc) != NULL);
    }
    CHECK_EQ(TWIN_OS_V1_INVALID_FORMAT, TWIN_RC_INVALID);
    CHECK_EQ(TWIN_OS_V1_NO_ANSWER, TWIN_RC_NO_ENTRY);
}

/* A writer without room writes nothing beyond it. */
static void test_no_room(void)
{
    const struct twin_os_echo_req req = {.present = TWIN_OS_ECHO_REQ_TEXT,
                                         .text = twin_span_text("hello")};
    uint8_t buf[16];
    const size_t len = encode(twin_os_echo_cmd.req, &req, buf);

    for (size_t cap = 0; cap <= len; cap++) {
        struct twin_cbor_writer w = {.buf = buf, .cap = cap};
        memset(buf, 0x5a, sizeof(buf));
        twin_msg_encode(&w, twin_os_echo_cmd.req, &req);
        CHECK_EQ(w.failed, cap < len);
        for (size_t i = cap; i < sizeof(buf); i++) {
            CHECK_EQ(buf[i], 0x5a);
        }
    }
}

int main(void)
{
    collect();
    test_no_room();
    test_upload_request();
    test_image_list();
    test_no_limit_of_rows();
    test_odd_items();
    test_requests_are_exact();
    test_odd_hashes();
    test_unknown_keys();
    test_results();
    test_answers_need_something();
    test_headers();
    test_cut_requests();
    test_result_codes();
    take(twin_msg_decode, &twin_empty_msg, "", 0);
    return check_report();
}
