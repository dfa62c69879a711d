/*
 * test_client_upload_clock.c - when an upload sends, waits and gives up, to the millisecond, and
 * with what size: its answers are written by hand, on a clock of its own.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/upload.h"

#define FILE_LEN 100000
#define SEQ      5 /* of the first request */

static const uint8_t sha[TWIN_UPLOAD_SHA_LEN];

struct script {
    struct twin_client client;
    struct twin_upload upload;
    uint8_t packet[1024];
    size_t len;
    uint32_t now_ms;
};

static twin_err_t read_file(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    static const uint8_t zeros[1024];

    (void)ctx;
    CHECK(len <= sizeof(zeros) && off + len <= FILE_LEN);
    *data = zeros;
    return TWIN_OK;
}

static enum twin_step poll(struct script *s)
{
    return twin_job_poll(&s->upload.job, s->now_ms, s->packet, sizeof(s->packet), &s->len);
}

/* The device answers the request with this number. */
static void answer(struct script *s, uint8_t group, uint8_t id, uint8_t seq, const void *payload,
                   size_t len)
{
    static uint8_t packet[64];

    memset(packet, 0, TWIN_SMP_HEADER_LEN);
    packet[0] = group == TWIN_GRP_OS ? 0x09 : 0x0b;
    packet[3] = (uint8_t)len;
    packet[5] = group;
    packet[6] = seq;
    packet[7] = id;
    memcpy(packet + TWIN_SMP_HEADER_LEN, payload, len);
    twin_job_receive(&s->upload.job, (struct twin_span){packet, TWIN_SMP_HEADER_LEN + len},
                     s->now_ms);
}

/* The answer to the part that was sent last. */
static void takes(struct script *s, uint32_t off)
{
    const uint8_t payload[] = {
        0xa1,        0x63, 'o', 'f', 'f', 0x1a, 0, (uint8_t)(off >> 16), (uint8_t)(off >> 8),
        (uint8_t)off};

    answer(s, TWIN_GRP_IMAGE, twin_image_upload_cmd.id, s->packet[6], payload, sizeof(payload));
}

static void refuses(struct script *s, uint8_t rc)
{
    const uint8_t payload[] = {0xa1, 0x62, 'r', 'c', rc};

    answer(s, TWIN_GRP_IMAGE, twin_image_upload_cmd.id, s->packet[6], payload, sizeof(payload));
}

/* A packet goes out now. */
static void sends(struct script *s)
{
    CHECK_EQ(poll(s), TWIN_STEP_SEND);
}

/* Nothing is to be done for so long; then that time has come. */
static void waits(struct script *s, uint32_t ms)
{
    CHECK_EQ(poll(s), TWIN_STEP_WAIT);
    CHECK_EQ(s->upload.job.wake_ms - s->now_ms, ms);
    s->now_ms += ms - 1;
    CHECK_EQ(poll(s), TWIN_STEP_WAIT);
    s->now_ms++;
}

static void ends(struct script *s, twin_err_t result)
{
    CHECK_EQ(poll(s), TWIN_STEP_DONE);
    CHECK_EQ(s->upload.job.result, result);
}

static uint32_t piece_bytes = 93;

static void make(struct script *s, uint32_t timeout_ms, unsigned tries)
{
    const struct twin_client_config client = {
        .timeout_ms = timeout_ms, .tries = tries, .version = TWIN_SMP_V2, .seq = SEQ};
    const struct twin_upload_config config = {.len = FILE_LEN,
                                              .sha = sha,
                                              .packet_max = 2000,
                                              .frame_bytes = 4,
                                              .piece_bytes = piece_bytes,
                                              .window_max = 1,
                                              .read = read_file};

    memset(s, 0, sizeof(*s));
    s->now_ms = 0xffffff00u; /* it wraps soon */
    twin_client_init(&s->client, &client);
    twin_upload_begin(&s->upload, &s->client, &config);
}

static uint8_t buf_low = 0x80; /* low byte of the buffer size */

/* To where the first part is to be sent: the device has told buffers of 384 bytes. */
static void make_met(struct script *s, uint8_t buf_count)
{
    const uint8_t payload[] = {0xa2, 0x68, 'b',  'u', 'f',     '_',  's', 'i',
                               'z',  'e',  0x19, 1,   buf_low, 0x69, 'b', 'u',
                               'f',  '_',  'c',  'o', 'u',     'n',  't', buf_count};

    make(s, 3333, 3);
    sends(s);
    answer(s, TWIN_GRP_OS, twin_os_params_cmd.id, SEQ, payload, sizeof(payload));
}

/* To where the device has taken the first part, and another one is on its way. */
static void make_sending(struct script *s)
{
    make_met(s, 4);
    sends(s);
    takes(s, 48);
    sends(s);
    CHECK_EQ(s->upload.status.packet_max, 380);
}

/* A device that says nothing at all: within the time of one request, 10 s. */
static void check_nobody(void)
{
    struct script s;

    make(&s, 3333, 3);
    const uint32_t begin_ms = s.now_ms;
    for (int i = 0; i < 2; i++) { /* its buffers */
        sends(&s);
        waits(&s, 250);
        sends(&s);
        waits(&s, 250);
    }
    for (int i = 0; i < 4; i++) { /* its images */
        sends(&s);
        CHECK_EQ(s.packet[5], TWIN_GRP_IMAGE);
        CHECK_EQ(s.packet[7], twin_image_state_cmd.id);
        waits(&s, 300);
        sends(&s);
        waits(&s, 950);
    }
    for (int i = 0; i < 2; i++) { /* and the first part, for what it is worth */
        sends(&s);
        CHECK_EQ(s.packet[0], 0x02);
        CHECK_EQ(s.packet[7], twin_image_upload_cmd.id);
        waits(&s, 1250);
    }
    ends(&s, TWIN_E_TIMEOUT);
    CHECK_EQ(s.now_ms - begin_ms, 8500);
    CHECK_EQ(s.upload.status.first_max_ms, 2500);
}

/* 1 s in all; 2^32 ms, which is more than fits a number; 20 s. */
static void check_request_time(void)
{
    struct script s;

    make(&s, 1000, 1);
    for (int i = 0; i < 4; i++) {
        sends(&s);
        waits(&s, 63);
    }
    make(&s, 65536, 65536);
    sends(&s);
    waits(&s, 250);

    make(&s, 10000, 2); /* questions for images take 2 s each, at most */
    for (int i = 0; i < 4; i++) {
        sends(&s);
        waits(&s, 250);
    }
    sends(&s);
    waits(&s, 300);
    sends(&s);
    waits(&s, 1700);
}

/* The first part: with parts of the patience, or twice all of it. */
static void check_first_part(void)
{
    struct script s;

    make_met(&s, 4);
    CHECK_EQ(poll(&s), TWIN_STEP_SEND);
    CHECK_EQ(s.upload.status.first_max_ms, 40000);
    waits(&s, 2667);
    sends(&s);
    waits(&s, 5334);
    sends(&s);
    waits(&s, 10668);
    sends(&s);
    waits(&s, 21331);
    ends(&s, TWIN_E_TIMEOUT);

    make_met(&s, 1);
    sends(&s);
    CHECK_EQ(s.upload.status.first_max_ms, 80000);
    waits(&s, 40000);
    sends(&s);
    waits(&s, 40000);
    ends(&s, TWIN_E_TIMEOUT);
}

/* The last byte of a packet is used when a flash write can end there: 375 bytes take 352. */
static void check_full_packet(void)
{
    struct script s;

    buf_low = 379 - 256;
    make_met(&s, 4);
    sends(&s);
    takes(&s, 48);
    sends(&s);
    CHECK_EQ(s.len, 375);
    CHECK_EQ(s.len, s.upload.status.packet_max);
    buf_low = 0x80;
}

/* Before anything is known of its pace: doubled, to 10 s, and 40 s in all. */
static void check_silence(void)
{
    struct script s;

    make_sending(&s);
    waits(&s, 1500);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, 380);
    waits(&s, 3000);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, 182); /* two lines */
    waits(&s, 3000);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, TWIN_UPLOAD_PACKET_MIN);
    waits(&s, 3000);
    for (uint32_t ms = 6000; ms <= 10000; ms += 4000) { /* no smaller any more */
        sends(&s);
        CHECK_EQ(s.upload.status.packet_max, TWIN_UPLOAD_PACKET_MIN);
        waits(&s, ms);
    }
    sends(&s);
    waits(&s, 10000);
    sends(&s);
    waits(&s, 3500);
    ends(&s, TWIN_E_TIMEOUT);
}

/* Without lines it is just half. */
static void check_no_lines(void)
{
    struct script s;

    piece_bytes = 0;
    make_sending(&s);
    waits(&s, 1500);
    sends(&s);
    waits(&s, 3000);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, 190);
    waits(&s, 3000);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, TWIN_UPLOAD_PACKET_MIN);
    piece_bytes = 93;
}

/* The part of the old size is answered after all, but only where just this part can end. */
static void check_late_answer(void)
{
    struct script s;

    for (uint32_t off = 399; off <= 401; off++) {
        make_sending(&s);
        const uint8_t seq = s.packet[6];
        waits(&s, 1500);
        sends(&s);
        waits(&s, 3000);
        sends(&s);
        CHECK_EQ(s.upload.status.packet_max, 182);
        s.packet[6] = seq;
        takes(&s, off);
        CHECK_EQ(s.upload.status.packet_max, off == 400 ? 380 : 182);
        CHECK_EQ(s.upload.status.done, off);
    }
}

/* Then the size is as good as proven; and each size can be doubted anew. */
static void check_doubts(void)
{
    struct script s;

    make_sending(&s);
    uint8_t seq = s.packet[6];
    waits(&s, 1500);
    sends(&s);
    waits(&s, 3000);
    sends(&s);
    s.packet[6] = seq;
    takes(&s, 400);
    for (uint32_t ms = 1500; ms <= 6000; ms *= 2) {
        waits(&s, ms);
        sends(&s);
        CHECK_EQ(s.upload.status.packet_max, 380);
    }
    waits(&s, 10000);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, 182);
    takes(&s, 552);
    sends(&s);
    seq = s.packet[6];
    for (unsigned silence = 0; silence < 4; silence++) {
        CHECK_EQ(s.upload.status.packet_max, 182);
        CHECK_EQ(poll(&s), TWIN_STEP_WAIT);
        s.now_ms = s.upload.job.wake_ms;
        sends(&s);
    }
    CHECK_EQ(s.upload.status.packet_max, TWIN_UPLOAD_PACKET_MIN);
    s.packet[6] = seq;
    takes(&s, s.upload.priv.doubted_end);
    CHECK_EQ(s.upload.status.packet_max, 182);
}

/* Answers after 400, 400 and 800 ms, then at once. */
static void check_answer_time(void)
{
    static const struct {
        uint32_t after_ms, timeout_ms;
    } rows[] = {{400, 1200}, {400, 1000}, {800, 1300}, {0, 1481}};
    struct script s;
    uint32_t off = 48;

    make_sending(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s.now_ms += rows[i].after_ms;
        takes(&s, off += 352);
        sends(&s);
        CHECK_EQ(poll(&s), TWIN_STEP_WAIT);
        CHECK_EQ(s.upload.job.wake_ms - s.now_ms, rows[i].timeout_ms);
    }
    for (int i = 0; i < 60; i++) {
        takes(&s, off += 352);
        sends(&s);
    }
    for (uint32_t ms = 200; ms <= 800; ms *= 2) { /* a size that works is kept for four silences */
        waits(&s, ms);
        sends(&s);
        CHECK_EQ(s.upload.status.packet_max, 380);
    }
    waits(&s, 1600);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, 182);
    waits(&s, 400);
    sends(&s);
    CHECK_EQ(s.upload.status.packet_max, TWIN_UPLOAD_PACKET_MIN);
    for (uint32_t ms = 400; ms <= 6400; ms *= 2) {
        waits(&s, ms);
        sends(&s);
    }
    waits(&s, 10000);
    sends(&s);
    waits(&s, 10000);
    sends(&s);
    waits(&s, 4200);
    ends(&s, TWIN_E_TIMEOUT);
}

static void check_answer_at_once(void)
{
    struct script s;

    make_sending(&s);
    takes(&s, 400);
    sends(&s);
    waits(&s, 200);
}

/* One loss for each answer: one packet less under way after the 12th, a smaller one after the 13th
 * if it is alone. */
static void check_lossy(unsigned window)
{
    struct script s;
    uint32_t off = 48;

    make_met(&s, 4);
    sends(&s);
    s.upload.status.window = window;
    takes(&s, off);
    for (unsigned loss = 1; loss <= 14; loss++) {
        for (unsigned i = 0; i < s.upload.status.window; i++) {
            sends(&s);
        }
        CHECK_EQ(poll(&s), TWIN_STEP_WAIT);
        s.now_ms = s.upload.job.wake_ms;
        sends(&s);
        CHECK_EQ(s.upload.status.losses, loss);
        CHECK_EQ(s.upload.status.window, window == 3 && loss >= 12 ? 2 : window);
        CHECK_EQ(s.upload.status.packet_max, window == 1 && loss >= 14 ? 182 : 380);
        takes(&s, off += 352);
    }
}

static void check_pauses(uint8_t rc, unsigned times, uint32_t max_ms)
{
    static const uint32_t pauses[] = {100, 200, 400, 800, 1600};
    struct script s;

    make_sending(&s);
    const uint32_t begin_ms = s.now_ms;
    for (unsigned i = 0; i < times; i++) {
        refuses(&s, rc);
        CHECK_EQ(s.upload.status.pause_max_ms, max_ms);
        waits(&s, i < sizeof(pauses) / sizeof(pauses[0]) ? pauses[i] : 2000);
        sends(&s);
    }
    CHECK_EQ(s.upload.status.pauses, times);
    if (rc == TWIN_RC_BUSY) {
        s.now_ms = begin_ms + 39999; /* the last time that it may ask */
        refuses(&s, rc);
        waits(&s, 2000);
        sends(&s);
        s.now_ms = begin_ms + 40000;
    }
    refuses(&s, rc);
    ends(&s, TWIN_E_REFUSED);
}

/* Only pauses in a row are counted, and timed. */
static void check_pauses_apart(void)
{
    struct script s;

    make_sending(&s);
    for (uint32_t off = 400; off <= 2 * 352 + 400; off += 352) {
        refuses(&s, TWIN_RC_BUSY);
        waits(&s, 100);
        sends(&s);
        takes(&s, off);
        sends(&s);
        s.now_ms += 50000;
    }
}

/* Too busy to begin. */
static void check_pauses_first(void)
{
    struct script s;

    make_met(&s, 4);
    sends(&s);
    for (unsigned i = 0; i < 8; i++) {
        refuses(&s, TWIN_RC_BUSY);
        CHECK_EQ(s.upload.status.pause_max_ms, 9100);
        CHECK_EQ(poll(&s), TWIN_STEP_WAIT);
        s.now_ms = s.upload.job.wake_ms;
        sends(&s);
    }
    refuses(&s, TWIN_RC_BUSY);
    ends(&s, TWIN_E_REFUSED);
}

/* A device whose offset does not move; one that begins again and again. */
static void check_patience(void)
{
    struct script s;

    make_sending(&s);
    for (int i = 0; i < 16; i++) {
        takes(&s, 48);
        sends(&s);
    }
    takes(&s, 48);
    ends(&s, TWIN_E_IO);

    make_sending(&s);
    for (int i = 0; i < 3; i++) {
        takes(&s, 0);
        sends(&s);
        takes(&s, 48);
        sends(&s);
    }
    takes(&s, 0);
    ends(&s, TWIN_E_STATE);
}

/* A device that was restarted: everything is as at the first time. */
static void check_restart(void)
{
    struct script s;
    uint32_t off = 48;

    make_sending(&s);
    for (int i = 0; i < 30; i++) {
        takes(&s, off += 352);
        sends(&s);
    }
    waits(&s, 200);
    sends(&s);
    takes(&s, 0);
    sends(&s);
    CHECK_EQ(s.upload.status.stage, TWIN_UPLOAD_PREPARE);
    CHECK_EQ(s.upload.status.done, 0);
    const size_t first_len = s.len;
    waits(&s, 2667);
    sends(&s);
    CHECK_EQ(s.len, first_len);
    takes(&s, off = 48);
    for (int i = 0; i < 20; i++) {
        sends(&s);
        takes(&s, off += 352);
        CHECK_EQ(s.upload.status.done, off);
        CHECK_EQ(s.upload.status.stage, TWIN_UPLOAD_SEND);
    }

    sends(&s); /* with others under way, which nobody will answer: they are not waited for */
    s.upload.status.window = 3;
    const uint8_t oldest = s.packet[6];
    sends(&s);
    sends(&s);
    CHECK_EQ(poll(&s), TWIN_STEP_WAIT);
    s.packet[6] = oldest;
    takes(&s, 0);
    sends(&s);
    CHECK_EQ(s.len, first_len);
}

int main(void)
{
    check_nobody();
    check_request_time();
    check_first_part();
    check_full_packet();
    check_silence();
    check_no_lines();
    check_late_answer();
    check_doubts();
    check_answer_time();
    check_answer_at_once();
    check_lossy(1);
    check_lossy(3);
    check_pauses(TWIN_RC_BUSY, 20, 40000);
    check_pauses(TWIN_RC_NO_MEMORY, 8, 9100);
    check_pauses_apart();
    check_pauses_first();
    check_patience();
    check_restart();
    return check_report();
}
