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
    const struct twin_request request = {.op = TWIN_SMP_WRITE,
                                         .group = TWIN_GRP_OS,
                                         .id = TWIN_OS_ECHO,
                                         .req_msg = &twin_os_echo_req_msg,
                                         .req = &x->req,
                                         .rsp_msg = &twin_os_echo_rsp_msg,
                                         .rsp = &x->rsp};
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
    CHECK_EQ(x.client.job.wake_ms, 100);
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
    CHECK_EQ(poll_at(&x, 1), TWIN_STEP_WAIT);
    ANSWER(&x, V2_RSP, 250, HELLO_OPEN);
    CHECK_EQ(poll_at(&x, 2), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
    ANSWER(&x, V2_RSP, 250, "\xa1\x62rc\x01"); /* a duplicate cannot undo it */
    CHECK_EQ(poll_at(&x, 3), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_OK);
}

static void check_retries(void)
{
    struct exchange x;

    make(&x);
    CHECK_EQ(poll_at(&x, 0xffffffd0u), TWIN_STEP_SEND); /* the clock wraps meanwhile */
    CHECK_EQ(poll_at(&x, 0), TWIN_STEP_WAIT);
    CHECK_EQ(poll_at(&x, 51), TWIN_STEP_WAIT);
    CHECK_EQ(poll_at(&x, 52), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x0a);
    CHECK_EQ(x.packet[6], 250); /* the number stays: an answer to any try counts */
    CHECK_EQ(poll_at(&x, 152), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x02); /* the last try is made in version 1 */
    CHECK_EQ(poll_at(&x, 251), TWIN_STEP_WAIT);
    CHECK_EQ(poll_at(&x, 252), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_TIMEOUT);
    begin(&x);
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_SEND);
    CHECK_EQ(x.packet[0], 0x0a); /* silence proves nothing about versions */
    CHECK_EQ(x.packet[6], 251);
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
    CHECK(strcmp(x.client.refusal.reason, "pump on ?[m") == 0 ||
          strcmp(x.client.refusal.reason, "pump on ?[") == 0);
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
    for (uint32_t now = 100; now < 300; now += 100) {
        CHECK_EQ(poll_at(&x, now), TWIN_STEP_SEND);
    }
    CHECK_EQ(poll_at(&x, 300), TWIN_STEP_DONE);
    CHECK_EQ(x.client.job.result, TWIN_E_FORMAT);
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
}

int main(void)
{
    check_bytes();
    check_matching();
    check_retries();
    check_versions();
    check_refusals();
    check_garbage();
    check_random();
    check_space();
    return check_report();
}
