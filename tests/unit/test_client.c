/*
 * test_client.c - one request: retries, matching, both error forms, protocol versions.
 *
 * The device's answers are written out as bytes, so they do not depend on our own server.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/client.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include "twin/update.h"
#include <stdlib.h>

static const struct twin_client_config config = {
    .timeout_ms = 100, .tries = 3, .version = TWIN_SMP_V2, .seq = 250};

struct exchange {
    struct twin_client client;
    struct twin_os_echo_req req;
    struct twin_os_echo_rsp rsp;
    uint8_t packet[256];
    size_t len;
};

static void begin(struct exchange *x)
{
    x->req.present = TWIN_OS_ECHO_REQ_TEXT;
    x->req.text = (struct twin_span){(const uint8_t *)"hello", 5};
    const struct twin_request request = {.cmd = &twin_os_echo_cmd, .req = &x->req, .rsp = &x->rsp};
    twin_client_begin(&x->client, &request);
}

static void make(struct exchange *x)
{
    memset(x, 0, sizeof(*x));
    twin_client_init(&x->client, &config);
    begin(x);
}

static enum twin_step poll_at(struct exchange *x, uint32_t now_ms)
{
    return twin_job_poll(&x->client.job, now_ms, x->packet, sizeof(x->packet), &x->len);
}

/* Answer with these header bytes and this payload. */
static void answer(struct exchange *x, uint8_t op, uint8_t seq, const void *payload, size_t len)
{
    static uint8_t packet[256];

    memset(packet, 0, TWIN_SMP_HEADER_LEN);
    packet[0] = op;
    packet[3] = (uint8_t)len;
    packet[6] = seq;
    memcpy(packet + TWIN_SMP_HEADER_LEN, payload, len);
    twin_job_receive(&x->client.job, (struct twin_span){packet, TWIN_SMP_HEADER_LEN + len}, 0);
}
#define ANSWER(x, op, seq, text) answer((x), (op), (seq), (text), sizeof(text) - 1)

#define V1_RSP     0x03
#define V2_RSP     0x0b
#define HELLO      "\xa1\x61r\x65hello"
#define HELLO_OPEN "\xbf\x62rc\x00\x61r\x65hello\xff" /* as old servers: rc 0 and no length */

static void check_bytes(void)
{
    static const uint8_t v2[] = {0x0a, 0,   0,    9,   0,   0,   250, 0,  0xa1,
                                 0x61, 'd', 0x65, 'h', 'e', 'l', 'l', 'o'};
    struct exchange x;

    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    CHECK_EQ(x.len, sizeof(v2));
    CHECK_MEM(x.packet, v2, sizeof(v2));
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_WAIT);
    CHECK_EQ(x.client.job.wake_ms, 50);
    ANSWER(&x, V2_RSP, 250, HELLO);
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    CHECK_EQ(x.rsp.text.len, 5);
    CHECK_MEM(x.rsp.text.ptr, "hello", 5);
}

static void check_matching(void)
{
    static const uint8_t short_packet[] = {V2_RSP, 0, 0, 0, 0, 0, 250};
    struct exchange x;

    make(&x);
    ANSWER(&x, V2_RSP, 250, HELLO); /* before anything was asked */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 249, HELLO); /* a late answer to somebody else */
    ANSWER(&x, 0x09, 250, HELLO);   /* an answer to a read */
    ANSWER(&x, 0x0a, 250, HELLO);   /* our own words, come back as an echo of the line */
    twin_job_receive(&x.client.job, (struct twin_span){short_packet, sizeof(short_packet)}, 0);
    for (size_t at = 4; at <= 7; at += at == 5 ? 2 : 1) { /* of another group or command */
        uint8_t packet[] = {V2_RSP, 0,   0,    9,   0,   0,   250, 0,  0xa1,
                            0x61,   'r', 0x65, 'h', 'e', 'l', 'l', 'o'};
        packet[at] = 1;
        twin_job_receive(&x.client.job, (struct twin_span){packet, sizeof(packet)}, 0);
    }
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_WAIT);
    ANSWER(&x, V2_RSP, 250, HELLO_OPEN);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    ANSWER(&x, V2_RSP, 250, "\xa1\x62rc\x01"); /* a duplicate cannot undo it */
    CHECK_EQ(poll_at(&x, 3), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
}

/* Each try in both versions, until the device has shown which one it speaks. */
static void check_retries(void)
{
    struct exchange x;

    make(&x);
    CHECK_EQ(poll_at(&x, 0xffffffd0u), TWIN_STEP_SEND); /* the clock wraps meanwhile */
    CHECK_EQ(x.packet[0], 0x0a);
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_WAIT);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02);
    CHECK_EQ(x.packet[6], 250); /* the number stays: an answer to any of them counts */
    CHECK_EQ(poll_at(&x, 51), TWIN_STEP_WAIT);
    for (uint32_t now = 52; now < 252; now += 100) {
        CHECK_EQ(poll_at(&x, now), TWIN_STEP_SEND);
        CHECK_EQ(x.packet[0], 0x0a);
        CHECK_EQ(poll_at(&x, now + 50), TWIN_STEP_SEND);
        CHECK_EQ(x.packet[0], 0x02);
        CHECK_EQ(x.packet[6], 250);
        CHECK_EQ(poll_at(&x, now + 99), TWIN_STEP_WAIT);
    }
    CHECK_EQ(poll_at(&x, 252), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_TIMEOUT);
    CHECK(x.client.was_sent && !x.client.has_answered);
    begin(&x);
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x0a); /* silence proves nothing about versions */
    CHECK_EQ(x.packet[6], 251);
}

/* What a device speaks is kept, and its silence changes nothing: one packet for each try. */
static void check_known_version(uint8_t op, const char *payload, size_t len, uint8_t expected)
{
    struct exchange x;

    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    answer(&x, op, 250, payload, len);
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK(x.client.has_answered);
    begin(&x);
    CHECK(!x.client.was_sent);
    for (uint32_t now = 100; now < 400; now += 100) {
        CHECK_EQ(poll_at(&x, now), TWIN_STEP_SEND);
        CHECK_EQ(x.packet[0], expected);
        CHECK_EQ(x.client.job.wake_ms, now + 100);
    }
    CHECK_EQ(poll_at(&x, 400), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_TIMEOUT);
}

static void check_known_versions(void)
{
    check_known_version(V2_RSP, HELLO, sizeof(HELLO) - 1, 0x0a);
    check_known_version(V1_RSP, HELLO, sizeof(HELLO) - 1, 0x02);
    check_known_version(V2_RSP, "\xa1\x62rc\x08", 5, 0x0a); /* a refusal shows it too */
    check_known_version(V1_RSP, "\xa1\x62rc\x08", 5, 0x02);
}

/* A bootloader that knows version 1 only, and one that is slow: with time for a whole try. */
static void check_silent_to_v2(void)
{
    struct exchange x;

    make(&x);
    x.client.config.timeout_ms = 10000;
    x.client.config.tries = 1;
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    CHECK_EQ(x.client.job.wake_ms, 300);
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02);
    CHECK_EQ(poll_at(&x, 301), TWIN_STEP_WAIT);
    CHECK_EQ(x.client.job.wake_ms, 10000);
    ANSWER(&x, V1_RSP, 250, HELLO);
    CHECK_EQ(poll_at(&x, 302), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);

    make(&x); /* it speaks version 2, after all, but takes its time */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    CHECK_EQ(poll_at(&x, 50), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 250, HELLO);
    CHECK_EQ(poll_at(&x, 51), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    begin(&x);
    CHECK_EQ(poll_at(&x, 60), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x0a);

    make(&x); /* asked for version 1, nothing else is tried */
    x.client.config.version = TWIN_SMP_V1;
    begin(&x);
    for (uint32_t now = 0; now < 300; now += 100) {
        CHECK_EQ(poll_at(&x, now), TWIN_STEP_SEND);
        CHECK_EQ(x.packet[0], 0x02);
        CHECK_EQ(x.client.job.wake_ms, now + 100);
    }
}

/* ---- Requests that must not be carried out twice ---- */

#define PARAMS                                                                                     \
    "\xa2\x68"                                                                                     \
    "buf_size\x19\x01\x80\x69"                                                                     \
    "buf_count\x04"

static uint32_t reset_ms = 3000;

static void begin_reset(struct exchange *x)
{
    static const struct twin_os_reset_req req;
    const struct twin_request request = {.cmd = &twin_os_reset_cmd,
                                         .tries = 1,
                                         .timeout_ms = reset_ms,
                                         .meet_first = true,
                                         .req = &req};
    twin_client_begin(&x->client, &request);
}

static void make_reset(struct exchange *x)
{
    memset(x, 0, sizeof(*x));
    twin_client_init(&x->client, &config);
    begin_reset(x);
    CHECK_EQ(poll_at(x, 0), TWIN_STEP_SEND);
    CHECK_EQ(x->packet[0], 0x08);
    CHECK_EQ(x->packet[7], twin_os_params_cmd.id);
    CHECK(!x->client.was_sent);
}

static void answer_id(struct exchange *x, uint8_t op, uint8_t seq, uint8_t id, const void *payload,
                      size_t len)
{
    uint8_t packet[64] = {op, 0, 0, (uint8_t)len, 0, 0, seq, id};

    memcpy(packet + TWIN_SMP_HEADER_LEN, payload, len);
    twin_job_receive(&x->client.job, (struct twin_span){packet, TWIN_SMP_HEADER_LEN + len}, 0);
}

/* The reset goes out once, in this version; then its answer is awaited until end_ms. */
static void check_reset_goes(struct exchange *x, uint32_t now_ms, uint8_t op, uint32_t end_ms)
{
    CHECK_EQ(poll_at(x, now_ms), TWIN_STEP_SEND);
    CHECK_EQ(x->packet[0], op);
    CHECK_EQ(x->packet[7], twin_os_reset_cmd.id);
    CHECK(x->client.was_sent);
    CHECK_EQ(poll_at(x, now_ms), TWIN_STEP_WAIT);
    CHECK_EQ(x->client.job.wake_ms, end_ms);
}

static void check_meeting(void)
{
    struct exchange x;

    make_reset(&x); /* version 2 */
    answer_id(&x, 0x09, 250, twin_os_params_cmd.id, PARAMS, sizeof(PARAMS) - 1);
    check_reset_goes(&x, 1, 0x0a, 2001);
    answer_id(&x, V2_RSP, 251, twin_os_reset_cmd.id, "\xa0", 1);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    begin_reset(&x); /* the device is known by now */
    check_reset_goes(&x, 3, 0x0a, 3003);

    make_reset(&x); /* version 1 only, and silent to version 2; the question is refused */
    CHECK_EQ(x.client.job.wake_ms, 300);
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x00);
    CHECK_EQ(x.packet[7], twin_os_params_cmd.id);
    answer_id(&x, 0x01, 250, twin_os_params_cmd.id, "\xa1\x62rc\x08", 5);
    check_reset_goes(&x, 310, 0x02, 2310);
    answer_id(&x, V1_RSP, 251, twin_os_reset_cmd.id, "\xa1\x62rc\x00", 5);
    CHECK_EQ(poll_at(&x, 311), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);

    make_reset(&x); /* silent to the question in any version */
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_SEND);
    CHECK_EQ(poll_at(&x, 999), TWIN_STEP_WAIT);
    check_reset_goes(&x, 1000, 0x02, 3000);
    CHECK_EQ(poll_at(&x, 3000), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_TIMEOUT);
    CHECK(!x.client.has_answered);

    reset_ms = 1000; /* half of what there is, when that is little */
    make_reset(&x);
    CHECK_EQ(poll_at(&x, 250), TWIN_STEP_SEND);
    CHECK_EQ(poll_at(&x, 500), TWIN_STEP_WAIT);
    check_reset_goes(&x, 501, 0x02, 1000);
    CHECK_EQ(poll_at(&x, 1000), TWIN_STEP_DONE);
    reset_ms = 3000;

    make_reset(&x); /* the driver looks again when all the time is over; two tries are allowed */
    x.client.priv.deferred.tries = 2;
    check_reset_goes(&x, 1000, 0x02, 3000);
    check_reset_goes(&x, 3000, 0x02, 5000);
    CHECK_EQ(poll_at(&x, 5000), TWIN_STEP_DONE);
}

/* No room for the question either: it ends, and not as "sent". */
static void check_meeting_space(void)
{
    struct exchange x;

    memset(&x, 0, sizeof(x));
    twin_client_init(&x.client, &config);
    begin_reset(&x);
    CHECK_EQ(twin_job_poll(&x.client.job, 0, x.packet, 4, &x.len), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_SPACE);
    CHECK(!x.client.was_sent);
}

/* ---- Is the request being worked on, or was it lost? ---- */

static void make_rechecked(struct exchange *x)
{
    make(x);
    x->client.priv.version_known = true;
    x->client.priv.request.timeout_ms = 5000;
    x->client.priv.request.tries = 1;
    x->client.priv.request.recheck_ms = 300;
}

/* This goes out now, then nothing until wake_ms. */
static void check_goes(struct exchange *x, uint32_t now_ms, uint8_t id, uint8_t seq,
                       uint32_t wake_ms)
{
    CHECK_EQ(poll_at(x, now_ms), TWIN_STEP_SEND);
    CHECK_EQ(x->packet[0], id == twin_os_params_cmd.id ? 0x08 : 0x0a);
    CHECK_EQ(x->packet[6], seq);
    CHECK_EQ(x->packet[7], id);
    CHECK_EQ(poll_at(x, now_ms), TWIN_STEP_WAIT);
    CHECK_EQ(x->client.job.wake_ms, wake_ms);
    CHECK_EQ(poll_at(x, wake_ms - 1), TWIN_STEP_WAIT);
}

static void check_recheck(void)
{
    struct exchange x;

    make_rechecked(&x); /* it is being worked on: nothing is sent twice */
    check_goes(&x, 0, twin_os_echo_cmd.id, 250, 300);
    check_goes(&x, 300, twin_os_params_cmd.id, 251, 900);
    check_goes(&x, 900, twin_os_params_cmd.id, 252, 2100);
    answer_id(&x, 0x09, 251, twin_os_params_cmd.id, "\xa0", 1); /* not of the last one */
    check_goes(&x, 2100, twin_os_params_cmd.id, 253, 4500);
    ANSWER(&x, V2_RSP, 250, HELLO);
    CHECK_EQ(poll_at(&x, 2200), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);

    make_rechecked(&x); /* lost again and again */
    check_goes(&x, 0, twin_os_echo_cmd.id, 250, 300);
    for (uint32_t now = 0; now < 900; now += 300) {
        const uint8_t seq = (uint8_t)(251 + now / 300);
        check_goes(&x, now + 300, twin_os_params_cmd.id, seq, now + 900);
        answer_id(&x, 0x09, seq, twin_os_params_cmd.id, "\xa1\x62rc\x08", 5);
        check_goes(&x, now + 300, twin_os_echo_cmd.id, 250, now + 600);
        answer_id(&x, 0x09, seq, twin_os_params_cmd.id, "\xa1\x62rc\x08", 5); /* once is enough */
        CHECK_EQ(poll_at(&x, now + 300), TWIN_STEP_WAIT);
    }
    check_goes(&x, 1200, twin_os_params_cmd.id, 254, 1800);
    answer_id(&x, 0x09, 254, twin_os_params_cmd.id, "\xa0", 1);
    check_goes(&x, 1800, twin_os_params_cmd.id, 255, 3000); /* no fourth time */
    check_goes(&x, 3000, twin_os_params_cmd.id, 0, 5000);
    CHECK_EQ(poll_at(&x, 5000), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_TIMEOUT);
}

static void check_versions(void)
{
    struct exchange x;

    make(&x); /* an old server, which does not look at the version */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V1_RSP, 250, HELLO);
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    begin(&x);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02);

    make(&x); /* one that refuses version 2 */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V1_RSP, 250, "\xa1\x62rc\x0d");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02);
    CHECK_EQ(x.packet[6], 251);
    ANSWER(&x, V1_RSP, 251, "\xa1\x62rc\x0c"); /* and version 1 too */
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_REFUSED);
    CHECK_EQ(x.client.refusal.rc, TWIN_RC_TOO_OLD);

    make(&x); /* other refusals say nothing of versions, nor do a group's with the same numbers */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V1_RSP, 250, "\xa1\x62rc\x08");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.refusal.rc, TWIN_RC_NOT_SUPPORTED);
    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 250,
           "\xa1\x63"
           "err\xa2\x65"
           "group\x00\x62rc\x0d");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK(x.client.refusal.is_group && x.client.refusal.rc == TWIN_RC_TOO_NEW);

    make(&x); /* one that refuses version 1, asked in it */
    x.client.config.version = TWIN_SMP_V1;
    begin(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02);
    ANSWER(&x, V1_RSP, 251, "\xa1\x62rc\x0c");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x0a);
    ANSWER(&x, V2_RSP, 252, HELLO);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
}

static void check_refusals(void)
{
    struct exchange x;

    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 250, "\xa2\x62rc\x0a\x63rsn\x6apump on \x1b[m");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_REFUSED);
    CHECK(!x.client.refusal.is_group);
    CHECK_EQ(x.client.refusal.rc, TWIN_RC_BUSY);
    CHECK(strcmp(x.client.refusal.reason, "pump on \\x1b[") == 0);
    CHECK(strstr(twin_refusal_str(&x.client.refusal), "busy") != NULL);

    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 250,
           "\xbf\x63"
           "err\xbf\x65group\x01\x62rc\x18\x1b\xff\xff");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_REFUSED);
    CHECK(x.client.refusal.is_group);
    CHECK_EQ(x.client.refusal.group, TWIN_GRP_IMAGE);
    CHECK_EQ(x.client.refusal.rc, TWIN_IMAGE_RC_NOT_NEWER);
    CHECK(strstr(twin_refusal_str(&x.client.refusal), "newer") != NULL);
    CHECK_EQ(x.client.refusal.reason[0], '\0');

    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, V2_RSP, 250,
           "\xa1\x63"
           "err\xa2\x65group\x19\x12\x34\x62rc\x07");
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.refusal.group, 0x1234);
    CHECK(twin_refusal_str(&x.client.refusal) != NULL);
}

/* Answers that cannot be read are as good as none, but the failure is named. */
static void check_garbage(void)
{
    static const char good[] = HELLO_OPEN;
    struct exchange x;

    for (size_t cut = 0; cut < sizeof(good) - 1; cut++) {
        make(&x);
        CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
        answer(&x, V2_RSP, 250, good, cut);
        CHECK_EQ(poll_at(&x, 1), TWIN_STEP_WAIT);
    }
    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    ANSWER(&x, 0x1b, 250, HELLO); /* version 3 */
    ANSWER(&x, V2_RSP, 250, "\xa1\x61r\x05");
    for (uint32_t now = 100; now < 300; now += 100) { /* the version at least is known */
        CHECK_EQ(poll_at(&x, now), TWIN_STEP_SEND);
    }
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_FORMAT);
}

/* A header that announces more than came is no answer, and nothing behind the packet is read. */
static void check_short_packets(void)
{
    static const char whole[] = HELLO_OPEN;
    struct exchange x;

    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        uint8_t *packet = malloc(TWIN_SMP_HEADER_LEN + len); /* sanitizers watch its end */
        CHECK(packet != NULL);
        memcpy(packet, (uint8_t[]){V2_RSP, 0, 0, sizeof(whole) - 1, 0, 0, 250, 0},
               TWIN_SMP_HEADER_LEN);
        memcpy(packet + TWIN_SMP_HEADER_LEN, whole, len);
        make(&x);
        CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
        twin_job_receive(&x.client.job, (struct twin_span){packet, TWIN_SMP_HEADER_LEN + len}, 0);
        CHECK_EQ(poll_at(&x, 1), TWIN_STEP_WAIT);
        free(packet);
    }
}

/* The device's words end up on a terminal: printable, one line, cut where the room ends. */
static void check_reasons(void)
{
    static uint8_t payload[11 + 200] = "\xa2\x62rc\x0a\x63rsn\x78\x64";
    static const char odd[] = "a\x80\x9b\xff\xc2\x9b\x7f\x1f\n\r\t\0z~ ";
    const size_t head = 11, room = TWIN_REFUSAL_REASON_MAX - 1;
    struct exchange x;

    memset(payload + head, 'w', sizeof(payload) - head);
    payload[head - 1] = (uint8_t)(sizeof(payload) - head);
    memcpy(payload + head, odd, sizeof(odd) - 1);
    make(&x);
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
    answer(&x, V2_RSP, 250, payload, sizeof(payload));
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_REFUSED);
    static const char clean[] = "a\\x80\\x9b\\xff\\xc2\\x9b\\x7f\\x1f\\n\\r\\t\\x00z~ w";
    CHECK_MEM(x.client.refusal.reason, clean, sizeof(clean) - 1);
    CHECK_EQ(strlen(x.client.refusal.reason), room);
    CHECK_EQ(x.client.refusal.reason[room - 1], 'w');
}

static void check_random(void)
{
    uint8_t bytes[64];
    struct exchange x;

    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        const size_t len = (size_t)rand() % sizeof(bytes);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)rand();
        }
        make(&x);
        CHECK_EQ(poll_at(&x, 0), TWIN_STEP_SEND);
        answer(&x, V2_RSP, 250, bytes, len);
        const enum twin_step step = poll_at(&x, 1);
        if (step != TWIN_STEP_WAIT) {
            CHECK(x.client.job.result == TWIN_OK || x.client.job.result == TWIN_E_REFUSED ||
                  step == TWIN_STEP_SEND);
        }
    }
}

static void check_space(void)
{
    struct exchange x;

    make(&x);
    CHECK_EQ(twin_job_poll(&x.client.job, 0, x.packet, 16, &x.len), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_SPACE);
    make(&x);
    CHECK_EQ(twin_job_poll(&x.client.job, 0, x.packet, 4, &x.len), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_SPACE);
    for (uint32_t over = 0; over <= 1; over++) { /* the header tells up to 65535 bytes */
        static uint8_t text[UINT16_MAX], packet[UINT16_MAX + 20];
        make(&x);
        x.req.text = (struct twin_span){text, UINT16_MAX - 6 + over};
        CHECK_EQ(twin_job_poll(&x.client.job, 0, packet, sizeof(packet), &x.len),
                 over == 0 ? TWIN_STEP_SEND : TWIN_STEP_DONE);
        CHECK_EQ(x.len, over == 0 ? TWIN_SMP_HEADER_LEN + UINT16_MAX : x.len);
        CHECK_EQ(x.client.job.result, over == 0 ? TWIN_OK : TWIN_E_SPACE);
    }
}

int main(void)
{
    check_bytes();
    check_matching();
    check_retries();
    check_known_versions();
    check_silent_to_v2();
    check_meeting();
    check_meeting_space();
    check_recheck();
    check_versions();
    check_refusals();
    check_garbage();
    check_short_packets();
    check_reasons();
    check_random();
    check_space();
    return check_report();
}
