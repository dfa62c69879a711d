/*
 * test_client_upload_odd.c - uploads to devices with flaws of their own: silent to questions or to
 * a protocol version, wrong about their buffers or about the offset, forgetful, unwilling.
 *
 * The real server over a simulated line; filters change what it hears and says.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_transfer.h"

#define FREE_US 16000000u /* more than a transfer without faults takes */

static bool is_params(const uint8_t *packet)
{
    return packet[5] == TWIN_GRP_OS && packet[7] == twin_os_params_cmd.id;
}

static bool is_version_2(const uint8_t *packet)
{
    return (packet[0] & 0x18) != 0;
}

/* ---- Which version, which buffers ---- */

static bool drop_version_2(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    return !is_version_2(packet);
}

/* As old bootloaders: version 1 only, and of all commands only list and upload. */
static bool drop_version_2_and_os(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    return drop_version_2(ctx, index, packet, len) && packet[5] != TWIN_GRP_OS;
}

static bool only_uploads(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    return drop_version_2(ctx, index, packet, len) && device_is_part(packet);
}

static bool drop_params(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    return !is_params(packet);
}

/* lost_us: what finding out may cost, beside what smaller packets and a window of 1 do. */
static void check_few_words(device_filter filter, unsigned window, uint32_t lost_us)
{
    struct transfer t;

    transfer_make(&t);
    t.device->request_filter = filter;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, window);
    CHECK_EQ(t.upload.status.packet_max, 380);
    CHECK(t.device->now_us < FREE_US + (window == 1 ? 5000000u : 0) + lost_us);
    CHECK(t.upload.status.packets < 345);
    transfer_unmake(&t);
}

static void check_few_words_all(void)
{
    check_few_words(drop_version_2, 3, 300000);
    check_few_words(drop_params, 1, 2000000);
    check_few_words(drop_version_2_and_os, 1, 2500000);
    check_few_words(only_uploads, 1, 4000000);
}

/* The device is switched on while the client asks already: its buffers are used all the same. */
static bool is_down_at_first(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)packet;
    (void)len;
    return ((const struct device *)ctx)->now_us > 2000000;
}

static void check_late_start(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->ctx = t.device;
    t.device->request_filter = is_down_at_first;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, 3);
    CHECK(t.device->now_us < FREE_US + 3000000u);
    transfer_unmake(&t);
}

/* ---- What it says of its buffers ---- */

#define BUF_SIZE                                                                                   \
    "\xa2\x68"                                                                                     \
    "buf_size"
#define BUF_COUNT                                                                                  \
    "\x69"                                                                                         \
    "buf_count\x04"

static const struct {
    const char *payload;
    size_t len;
    uint32_t packet_max;
    unsigned window;
} params_answers[] = {
#define ROW(text, packet_max, window)                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1, (packet_max), (window)                                           \
    }
    ROW("\xa0", 380, 1),
    ROW("\xbf\xff", 380, 1),
    ROW("\xa1\x62rc\x00", 380, 1),
    ROW("\xa1\x62rc\x08", 380, 1),
    ROW(BUF_SIZE "\x63"
                 "512" BUF_COUNT,
        380, 1),
    ROW(BUF_SIZE "\x1b\0\0\0\x01\0\0\0\0" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x1b\0\0\0\x01\0\0\x01\x80" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x1a\xff\xff\xff\xff" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x00" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x26" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x19\x01\x00" BUF_COUNT, 252, 3),
    ROW(BUF_SIZE "\x18\x1e" BUF_COUNT, 380, 1),
    ROW(BUF_SIZE "\x18\x1f" BUF_COUNT, 0, 0), /* does not hold the first part */
    ROW(BUF_SIZE "\x18\x42" BUF_COUNT, 0, 0),
    ROW(BUF_SIZE "\x18\x43" BUF_COUNT, 63, 3),
    ROW(BUF_SIZE "\x18\x60" BUF_COUNT, 92, 3),
    ROW(BUF_SIZE "\x18\x7f" BUF_COUNT, 123, 3),
    ROW(BUF_SIZE "\x18\x80" BUF_COUNT, 124, 3),
    ROW(BUF_SIZE "\x1a\x00\x01\x00\x08" BUF_COUNT, 380, 1),
    ROW("\xa1\x68"
        "buf_size\x19\x01\x00",
        252, 1),
    ROW("\xa1" BUF_COUNT, 380, 1),
#undef ROW
};
static size_t params_row;

static bool odd_params(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    return !is_params(packet) || device_says(ctx, packet, params_answers[params_row].payload,
                                             params_answers[params_row].len);
}

/* Packets that are longer than agreed disappear. */
static void check_params_answer(struct transfer *t, uint32_t packet_max, unsigned window)
{
    t->device->packet_limit = packet_max;
    transfer_completes(t);
    CHECK_EQ(t->upload.status.packet_max, packet_max);
    CHECK_EQ(t->upload.status.window, window);
    CHECK_EQ(t->upload.status.losses, 0);
}

static void check_params_answers(void)
{
    struct transfer t;

    for (params_row = 0; params_row < sizeof(params_answers) / sizeof(params_answers[0]);
         params_row++) {
        transfer_make(&t);
        t.device->ctx = t.device;
        t.device->reply_filter = odd_params;
        if (params_answers[params_row].window != 0) {
            check_params_answer(&t, params_answers[params_row].packet_max,
                                params_answers[params_row].window);
        } else {
            CHECK_EQ(transfer_run(&t), TWIN_E_SPACE);
            CHECK_EQ(t.upload.status.packets, 0);
        }
        transfer_unmake(&t);
    }
}

/* Answers params (os 6) with "not supported". */
static bool no_params(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    if (packet[5] == TWIN_GRP_OS) {
        packet[7] = 99; /* no such command: the server itself refuses */
    }
    return true;
}

static bool restore_id(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    if (packet[7] == 99) {
        packet[7] = twin_os_params_cmd.id;
    }
    return true;
}

static void check_no_params(uint32_t packet_limit)
{
    struct transfer t;

    transfer_make(&t);
    t.device->request_filter = no_params;
    t.device->reply_filter = restore_id;
    t.device->packet_limit = packet_limit;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, 1);
    CHECK(t.upload.status.packet_max <= 380);
    transfer_unmake(&t);
}

static bool restart_often(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)packet;
    (void)len;
    if (index % 5 == 0) {
        device_restart(ctx);
    }
    return true;
}

static void check_forgetful(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->request_filter = restart_often;
    t.device->ctx = t.device;
    CHECK_EQ(transfer_run(&t), TWIN_E_STATE);
    CHECK(t.upload.status.packets < 50);
    transfer_unmake(&t);
}

/* ---- Wrong offsets ---- */

/* An offset behind the end of the file, once: as good as no answer. */
static bool offset_too_large(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    if (index == 300) {
        CHECK_EQ(packet[len - 5], 0x1a);
        packet[len - 4] = 0x70;
    }
    return true;
}

static void check_impossible_offset(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->reply_filter = offset_too_large;
    transfer_completes(&t);
    transfer_unmake(&t);
}

/* Always behind the end; always missing; always something else than a number. */
static bool always_beyond(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    return !device_is_part(packet) || DEVICE_SAYS(ctx, packet, "\xa1\x63off\x1a\x00\x02\xff\xff");
}

static bool no_offset(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    return !device_is_part(packet) || DEVICE_SAYS(ctx, packet, "\xa0");
}

static bool offset_of_text(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    return !device_is_part(packet) || DEVICE_SAYS(ctx, packet, "\xa1\x63off\x61x");
}

static void check_no_sense(device_filter filter)
{
    struct transfer t;

    for (uint32_t after = 0; after < 40; after += 20) {
        transfer_make(&t);
        if (after > 0) {
            CHECK_EQ(device_run(t.device, &t.upload.job, after), TWIN_E_BUSY);
        }
        t.device->ctx = t.device;
        t.device->reply_filter = filter;
        const uint64_t since_us = t.device->now_us;
        CHECK_EQ(transfer_run(&t), TWIN_E_FORMAT);
        CHECK(t.upload.status.packets <= after + 24);
        CHECK(t.device->now_us - since_us < 45000000u);
        transfer_unmake(&t);
    }
}

/* Two-byte offsets are always told as 288. */
static bool stuck_reply(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    if (packet[5] == TWIN_GRP_IMAGE && packet[len - 3] == 0x19) {
        packet[len - 2] = 0x01;
        packet[len - 1] = 0x20;
    }
    return true;
}

static void check_stuck(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->reply_filter = stuck_reply;
    CHECK_EQ(transfer_run(&t), TWIN_E_IO);
    CHECK(t.upload.status.packets < 100);
    transfer_unmake(&t);
}

/* ---- Refusals ---- */

static bool refuse(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    (void)ctx;
    (void)question;
    *reason = "infusion running";
    return false;
}

static void check_refused(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->srv_config.ask = refuse;
    CHECK_EQ(transfer_run(&t), TWIN_E_REFUSED);
    CHECK(!t.client.refusal.is_group);
    CHECK_EQ(t.client.refusal.rc, TWIN_RC_BUSY);
    CHECK_EQ(t.client.refusal.group, TWIN_GRP_IMAGE); /* who was asked */
    CHECK(strcmp(t.client.refusal.reason, "infusion running") == 0);
    CHECK_EQ(t.upload.status.packets, 1);
    transfer_unmake(&t);

    transfer_make(&t);
    t.device->rig.new.bytes[0] ^= 1; /* no image any more */
    CHECK_EQ(transfer_run(&t), TWIN_E_REFUSED);
    CHECK(t.client.refusal.is_group);
    CHECK_EQ(t.client.refusal.rc, TWIN_IMAGE_RC_BAD_MAGIC);
    CHECK_EQ(t.upload.status.packets, 1);
    t.device->rig.new.bytes[0] ^= 1;
    transfer_unmake(&t);
}

/* What the device stored is not what the SHA-256 was made of. */
static void check_mismatch(void)
{
    struct transfer t;

    transfer_make(&t);
    t.sha[5] ^= 1;
    CHECK_EQ(transfer_run(&t), TWIN_E_VERIFY);
    CHECK(!t.upload.status.has_matched);
    transfer_unmake(&t);
}

/* What is told is how it ended: an answer that made no sense long before does not count. */
static void check_garbage_then_silence(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->ctx = t.device;
    CHECK_EQ(device_run(t.device, &t.upload.job, 20), TWIN_E_BUSY);
    t.device->reply_filter = no_offset;
    CHECK_EQ(device_run(t.device, &t.upload.job, 5), TWIN_E_BUSY);
    t.device->reply_filter = NULL;
    CHECK_EQ(device_run(t.device, &t.upload.job, 50), TWIN_E_BUSY);
    t.device->is_deaf = true;
    CHECK_EQ(transfer_run(&t), TWIN_E_TIMEOUT);
    transfer_unmake(&t);
}

int main(void)
{
    check_few_words_all();
    check_late_start();
    check_params_answers();
    check_no_params(380);
    check_no_params(252);
    check_no_params(124);
    check_forgetful();
    check_impossible_offset();
    check_no_sense(always_beyond);
    check_no_sense(no_offset);
    check_no_sense(offset_of_text);
    check_garbage_then_silence();
    check_stuck();
    check_refused();
    check_mismatch();
    return check_report();
}
