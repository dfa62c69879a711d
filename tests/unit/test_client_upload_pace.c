/*
 * test_client_upload_pace.c - uploads to devices that take less at a time than they say, that erase
 * for long, and that ask for time.
 *
 * The real server over a simulated line; filters change what it hears and says.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_transfer.h"
#include "twin/console.h"

#define FREE_US 16000000u /* more than a transfer without faults takes */

/* ---- Sizes ---- */

/* It says 2048 bytes and loses all above 380 without a word. */
static void check_boastful(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->srv_config.buf_size = 2048;
    transfer_completes(&t);
    CHECK(t.upload.status.packet_max <= 380);
    transfer_unmake(&t);
}

/* It says 4 buffers and has one: what arrives while it works is lost. */
static void check_overrun(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->queue_limit = 1;
    t.device->latency_us = 60000; /* longer than a part takes on the line */
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, 1);
    CHECK(t.upload.status.losses < 30);
    transfer_unmake(&t);
}

/* Two line buffers and a host that sends without pauses: of longer packets something is lost. */
static bool two_lines(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)packet;
    return TWIN_CONSOLE_LINES(len) <= 2;
}

/* The same device, which was able to keep up for a while. */
static bool two_lines_later(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    return index < 100 || two_lines(ctx, index, packet, len);
}

/* And one that keeps up with every other packet only. */
static bool two_lines_often(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    return index < 50 || index % 2 == 0 || two_lines(ctx, index, packet, len);
}

static void check_line_buffers(device_filter filter, uint16_t buf_size, uint32_t lost_us)
{
    struct transfer t;

    transfer_make(&t);
    t.device->srv_config.buf_size = buf_size;
    t.device->packet_limit = buf_size - 4u;
    t.device->request_filter = filter;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.packet_max, 2 * TWIN_CONSOLE_PIECE - TWIN_CONSOLE_OVERHEAD);
    CHECK(t.device->now_us < 2 * FREE_US + lost_us);
    transfer_unmake(&t);
}

/* ---- Slowness ---- */

static uint32_t slow_part; /* number of the part that takes slow_us */
static uint32_t slow_us, parts_heard;

static bool slow_once(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    struct device *device = ctx;

    (void)index;
    (void)len;
    if (device_is_part(packet)) {
        parts_heard++;
        device->latency_us = parts_heard == slow_part ? slow_us : 5000;
    }
    return true;
}

/* A long erase says nothing about sizes: afterwards all is as if it had been short. */
static void check_long_erase(uint32_t part, uint32_t seconds, uint16_t buf_count)
{
    struct transfer t;

    transfer_make(&t);
    slow_part = part;
    slow_us = seconds * 1000000u;
    parts_heard = 0;
    t.device->ctx = t.device;
    t.device->srv_config.buf_count = buf_count;
    t.device->request_filter = slow_once;
    t.device->now_us = (UINT64_C(0x100000000) - 7000) * 1000; /* the clock in ms wraps soon */
    const uint64_t since_us = t.device->now_us;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.packet_max, 380);
    CHECK_EQ(t.upload.status.window, buf_count - 1);
    CHECK(t.upload.status.packets < 345 + 16);
    CHECK(t.device->now_us - since_us <
          FREE_US + (buf_count == 2 ? 5000000u : 0) + slow_us + 2000000u);
    transfer_unmake(&t);
}

/* Nor do lost first parts: they are small. */
static bool lose_first_parts(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    return !device_is_part(packet) || ++parts_heard > 3;
}

static void check_lost_beginning(void)
{
    struct transfer t;

    transfer_make(&t);
    parts_heard = 0;
    t.device->now_us = 100000000; /* it begins when it begins */
    t.device->request_filter = lose_first_parts;
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.packet_max, 380);
    CHECK_EQ(t.upload.status.window, 3);
    transfer_unmake(&t);
}

/* ---- It asks for time ---- */

/* Requests for which refuses_now says yes reach the server as an unknown command, and its refusal
 * gets the code to test; so the server has not acted. */
#define NO_SUCH_ID 99
static const char *refusal;
static size_t refusal_len;
static bool (*refuses_now)(const struct device *device, uint32_t part);

static bool refuse_some(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    if (device_is_part(packet) && refuses_now(ctx, ++parts_heard)) {
        packet[7] = NO_SUCH_ID;
    }
    return true;
}

static bool say_refusal(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)index;
    (void)len;
    if (packet[7] != NO_SUCH_ID) {
        return true;
    }
    packet[7] = twin_image_upload_cmd.id;
    return device_says(ctx, packet, refusal, refusal_len);
}

#define BUSY      "\xa1\x62rc\x0a"
#define NO_MEMORY "\xa1\x62rc\x02"
#define NO_MEMORY_WHY                                                                              \
    "\xa2\x62rc\x02\x63rsn\x64"                                                                    \
    "full"
#define NO_MEMORY_GROUP                                                                            \
    "\xa1\x63"                                                                                     \
    "err\xa2\x65group\x01\x62rc\x0f"
#define OTHER_GROUP                                                                                \
    "\xa1\x63"                                                                                     \
    "err\xa2\x65group\x00\x62rc\x0f"
#define OPEN_FAILED /* has the number of "busy" */                                                 \
    "\xa1\x63"                                                                                     \
    "err\xa2\x65group\x01\x62rc\x0a"
#define WRITE_FAILED                                                                               \
    "\xa1\x63"                                                                                     \
    "err\xa2\x65group\x01\x62rc\x0c"
#define BUSY_WHY "\xa2\x62rc\x0a\x63rsn\x64pump"

static void make_refusing(struct transfer *t, bool (*when)(const struct device *, uint32_t),
                          const char *payload, size_t len)
{
    transfer_make(t);
    refuses_now = when;
    refusal = payload;
    refusal_len = len;
    parts_heard = 0;
    t->device->ctx = t->device;
    t->device->request_filter = refuse_some;
    t->device->reply_filter = say_refusal;
}
#define MAKE_REFUSING(t, when, text) make_refusing((t), (when), (text), sizeof(text) - 1)

static bool at_first(const struct device *device, uint32_t part)
{
    (void)device;
    return part <= 3;
}

static bool in_the_middle(const struct device *device, uint32_t part)
{
    (void)device;
    return part > 50 && part <= 60;
}

static bool now_and_then(const struct device *device, uint32_t part)
{
    (void)device;
    return part % 10 == 9;
}

static bool from_the_middle(const struct device *device, uint32_t part)
{
    (void)device;
    return part > 50;
}

/* As while it erases: for 20 s after the first part. */
static bool while_erasing(const struct device *device, uint32_t part)
{
    return part > 1 && device->now_us < 20000000u;
}

/* Room for one at a time: what is sent together with another is refused. */
static bool when_not_alone(const struct device *device, uint32_t part)
{
    static uint64_t last_us;
    const bool is_alone = part <= 1 || device->now_us > last_us;

    last_us = device->now_us;
    return !is_alone;
}

static void check_pauses(void)
{
    struct transfer t;

    MAKE_REFUSING(&t, at_first, BUSY);
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.pauses, 3);
    transfer_unmake(&t);

    MAKE_REFUSING(&t, in_the_middle, BUSY_WHY);
    transfer_completes(&t);
    CHECK(t.upload.status.pauses >= 3 && t.upload.status.pauses <= 10);
    CHECK_EQ(t.upload.status.window, 3); /* it has the room, only not the time */
    CHECK_EQ(t.upload.status.losses, 0);
    CHECK_EQ(t.upload.status.packet_max, 380);
    transfer_unmake(&t);

    MAKE_REFUSING(&t, while_erasing, BUSY);
    transfer_completes(&t);
    CHECK(t.device->now_us < 20000000u + FREE_US + 3000000u);
    CHECK(t.upload.status.packets < 345 + 3 * 20);
    transfer_unmake(&t);
}

static void check_no_memory(void)
{
    struct transfer t;

    MAKE_REFUSING(&t, when_not_alone, NO_MEMORY);
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, 1);
    CHECK(t.upload.status.pauses > 0 && t.upload.status.pauses < 5);
    transfer_unmake(&t);

    MAKE_REFUSING(&t, now_and_then, NO_MEMORY); /* only pauses in a row are limited */
    transfer_completes(&t);
    CHECK(t.upload.status.pauses > 30);
    transfer_unmake(&t);

    MAKE_REFUSING(&t, in_the_middle, NO_MEMORY_WHY); /* a reason is final at the beginning only */
    transfer_completes(&t);
    CHECK(t.upload.status.pauses > 0);
    transfer_unmake(&t);

    MAKE_REFUSING(&t, in_the_middle, NO_MEMORY_GROUP);
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.window, 1);
    transfer_unmake(&t);
}

/* It ends, with what the device said, when the device never has the time. */
static void check_never(bool (*when)(const struct device *, uint32_t), const char *payload,
                        size_t len, uint32_t rc, uint32_t pauses_min, uint32_t pauses_max)
{
    struct transfer t;

    make_refusing(&t, when, payload, len);
    CHECK_EQ(transfer_run(&t), TWIN_E_REFUSED);
    CHECK_EQ(t.client.refusal.rc, rc);
    CHECK(t.upload.status.pauses >= pauses_min && t.upload.status.pauses <= pauses_max);
    CHECK(t.device->now_us < 50000000u);
    transfer_unmake(&t);
}
#define CHECK_NEVER(when, text, rc, min, max)                                                      \
    check_never((when), (text), sizeof(text) - 1, (rc), (min), (max))

static void check_never_all(void)
{
    CHECK_NEVER(at_first, BUSY_WHY, TWIN_RC_BUSY, 0, 0); /* the application has decided */
    CHECK_NEVER(from_the_middle, BUSY, TWIN_RC_BUSY, 15, 30);
    CHECK_NEVER(from_the_middle, NO_MEMORY, TWIN_RC_NO_MEMORY, 4, 8);
    CHECK_NEVER(from_the_middle, OTHER_GROUP, TWIN_IMAGE_RC_NO_MEMORY, 0, 0);
    CHECK_NEVER(from_the_middle, OPEN_FAILED, TWIN_IMAGE_RC_FLASH_OPEN, 0, 0);
    CHECK_NEVER(from_the_middle, WRITE_FAILED, TWIN_IMAGE_RC_FLASH_WRITE, 0, 0);
    CHECK_NEVER(while_erasing, WRITE_FAILED, TWIN_IMAGE_RC_FLASH_WRITE, 0, 0);
}

int main(void)
{
    check_boastful();
    check_overrun();
    check_line_buffers(two_lines, 384, 10000000);
    check_line_buffers(two_lines, 2048, 25000000);
    check_line_buffers(two_lines_later, 384, 10000000);
    check_line_buffers(two_lines_often, 384, 20000000);
    check_long_erase(1, 10, 4);
    check_long_erase(1, 20, 4);
    check_long_erase(1, 35, 4);
    check_long_erase(1, 35, 2);
    check_long_erase(2, 10, 4);
    check_long_erase(2, 20, 4);
    check_long_erase(100, 20, 4);
    check_lost_beginning();
    check_pauses();
    check_no_memory();
    check_never_all();
    return check_report();
}
