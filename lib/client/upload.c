/*
 * upload.c - windowed upload of an image: go-back-N with recovery at once.
 *
 * Not the link, not the file: both are the caller's (twin/upload.h). Not the pace: upload_pace.c.
 * Spec: docs/spec-smp.md sections 3.2 and 9. SPDX-License-Identifier: Apache-2.0
 */
#include "upload_priv.h"
#include <string.h>

#define IMAGE_HEADER_LEN 32 /* the first part has to hold it whole */
#define FALLBACK_BUFFER  384
#define SAFE_BUFFER      128 /* nearly every device takes this much: for the first part */
#define LENGTH_HEAD_GROW 2   /* the head of a byte string grows by this from empty to 64 KiB */

/* A device that says less or more of its buffers is not believed. */
#define BUFFER_MIN 31               /* the shortest answer that tells it has as many bytes */
#define BUFFER_MAX (8 + UINT16_MAX) /* no packet is longer */

/* The questions before the first part, in parts of the time that the client has for a request. */
#define BUFFERS_MS  500  /* for each of two tries, at most */
#define PRESENCE_MS 2000 /* for each try, in half of the time: perhaps the device is starting */

#define STANDSTILLS_MAX 16
#define RESTARTS_MAX    3

static struct twin_upload *upload_of(struct twin_job *job)
{
    return (struct twin_upload *)(void *)job; /* the job is the first member */
}

static void finish(struct twin_upload *u, twin_err_t result)
{
    u->job.result = result;
    u->status.stage = TWIN_UPLOAD_END;
}

/* ---- The two questions: what are your buffers, what images do you have ---- */

static void ask(struct twin_upload *u, const struct twin_cmd *cmd, void *rsp, uint32_t timeout_ms,
                unsigned tries)
{
    const struct twin_request request = {
        .cmd = cmd, .rsp = rsp, .timeout_ms = timeout_ms, .tries = tries};
    twin_client_begin(u->priv.client, &request);
}

static void ask_buffers(struct twin_upload *u, enum twin_upload_question question)
{
    const uint32_t ms =
        twin_min_u32(twin_upload_request_ms(u) / TWIN_UPLOAD_ASK_PARTS + 1, BUFFERS_MS);

    u->priv.question = question;
    ask(u, &twin_os_params_cmd, &u->priv.rsp, ms, 2);
}

/* Old bootloaders are silent when asked for their buffers. All answer a question for images. */
static void ask_presence(struct twin_upload *u)
{
    const uint32_t ms =
        twin_min_u32(twin_upload_request_ms(u) / TWIN_UPLOAD_ASK_PARTS + 1, PRESENCE_MS);

    u->priv.question = TWIN_UPLOAD_PRESENCE;
    ask(u, &twin_image_state_cmd, NULL, ms, twin_upload_request_ms(u) / 2 / ms + 1);
}

static void begin_parts(struct twin_upload *u)
{
    u->status.stage = TWIN_UPLOAD_PREPARE;
    u->status.done = 0;
    u->priv.next = 0;
    u->priv.highest = 0;
    u->priv.in_flight = 0;
    u->priv.silences = 0;
    u->priv.is_last_sent = false;
    u->priv.is_fresh = true;
}

static void use_buffers(struct twin_upload *u, uint32_t buf_size, uint32_t buf_count)
{
    const struct twin_upload_config *config = &u->priv.config;
    const unsigned wanted =
        config->window_max != 0 ? config->window_max : TWIN_UPLOAD_WINDOW_DEFAULT;
    const uint32_t spare = buf_count > 1 ? buf_count - 1 : 1; /* one is for the answer */

    u->status.packet_max = twin_min_u32(config->packet_max, buf_size - config->frame_bytes);
    u->status.window = twin_min_u32(twin_min_u32(wanted, TWIN_UPLOAD_WINDOW_MAX), spare);
    /*
     * A device with one buffer may be a bootloader, which knows no SHA-256 and erases once more
     * for every first part: it gets one long wait instead of several short ones.
     */
    u->priv.is_slow_start = buf_count <= 1;
    u->status.first_max_ms = twin_upload_first_max_ms(u);
    begin_parts(u);
}

static void use_safe_buffers(struct twin_upload *u)
{
    const uint32_t guess = u->priv.config.packet_guess;

    use_buffers(u, guess != 0 ? guess + u->priv.config.frame_bytes : FALLBACK_BUFFER, 1);
}

/* The device was asked something. Anything but silence shows that it is there. */
static void on_asked(struct twin_upload *u, twin_err_t result)
{
    const struct twin_os_params_rsp *params = &u->priv.rsp.params;
    const bool is_silent = result == TWIN_E_TIMEOUT;

    if (result != TWIN_OK && result != TWIN_E_REFUSED && result != TWIN_E_FORMAT && !is_silent) {
        finish(u, result);
    } else if (u->priv.question == TWIN_UPLOAD_PRESENCE && !is_silent) {
        ask_buffers(u, TWIN_UPLOAD_BUFFERS_AGAIN); /* perhaps it was only starting */
    } else if (u->priv.question == TWIN_UPLOAD_BUFFERS && is_silent &&
               !u->priv.client->has_answered) {
        ask_presence(u);
    } else if (u->priv.question != TWIN_UPLOAD_PRESENCE && result == TWIN_OK &&
               params->buf_size >= BUFFER_MIN && params->buf_size <= BUFFER_MAX) {
        use_buffers(u, params->buf_size, params->buf_count);
    } else {
        use_safe_buffers(u);
    }
}

static void on_state(struct twin_upload *u, twin_err_t result)
{
    struct twin_image_slot slot;

    if (result == TWIN_E_TIMEOUT || result == TWIN_E_FORMAT) {
        finish(u, result);
    } else if (result == TWIN_OK && twin_image_slot_find(&u->priv.rsp.state, u->priv.config.image,
                                                         u->priv.config.image_hash, &slot)) {
        u->status.done = u->priv.config.len;
        finish(u, TWIN_OK);
    } else {
        begin_parts(u);
    }
}

/* ---- Sending parts ---- */

/*
 * How much of `room` to use from `off`. Parts end on multiples of the flash write unit, which the
 * client does not know: the largest usual one that costs less than a hundredth of the room.
 */
static uint32_t part_len(uint32_t off, uint32_t room, uint32_t rest)
{
    uint32_t len = room;

    if (rest <= room) {
        return rest;
    }
    for (uint32_t unit = 32; unit >= 8; unit /= 2) {
        len = room - (off + room) % unit;
        if (len >= room - room / 100) {
            break;
        }
    }
    return len;
}

static void fill_request(struct twin_upload *u, bool with_sha)
{
    const struct twin_upload_config *config = &u->priv.config;
    struct twin_image_upload_req *req = &u->priv.part_req;

    memset(req, 0, sizeof(*req));
    req->off = u->priv.next;
    if (req->off != 0) {
        return;
    }
    req->len = config->len;
    req->image = config->image;
    req->upgrade = config->upgrade;
    req->present = TWIN_IMAGE_UPLOAD_REQ_LEN;
    req->present |= config->image != 0 ? TWIN_IMAGE_UPLOAD_REQ_IMAGE : 0u;
    req->present |= config->upgrade ? TWIN_IMAGE_UPLOAD_REQ_UPGRADE : 0u;
    if (with_sha) {
        req->sha = (struct twin_span){config->sha, TWIN_UPLOAD_SHA_LEN};
        req->present |= TWIN_IMAGE_UPLOAD_REQ_SHA;
    }
}

/* Bytes of data that fit the next packet, found by encoding it without data. */
static uint32_t room_for_data(struct twin_upload *u, bool with_sha, uint8_t *buf, size_t cap)
{
    uint32_t limit =
        twin_min_u32(u->status.packet_max, cap > UINT16_MAX ? UINT16_MAX : (uint32_t)cap);
    size_t used;

    if (u->priv.next == 0) {
        limit = twin_min_u32(limit, SAFE_BUFFER - u->priv.config.frame_bytes);
    }
    fill_request(u, with_sha);
    if (twin_client_encode(u->priv.client, &u->priv.request, 0, buf, cap, &used) != TWIN_OK ||
        used + LENGTH_HEAD_GROW >= limit) {
        return 0;
    }
    return limit - (uint32_t)used - LENGTH_HEAD_GROW;
}

static twin_err_t encode_part(struct twin_upload *u, struct twin_upload_part *part, uint8_t *buf,
                              size_t cap, size_t *len)
{
    const struct twin_upload_config *config = &u->priv.config;
    const uint32_t least = part->off == 0 ? IMAGE_HEADER_LEN : 1;
    struct twin_span *data = &u->priv.part_req.data;

    uint32_t room = room_for_data(u, true, buf, cap);
    if (room < least) {
        room = room_for_data(u, false, buf, cap); /* cannot resume, but fits */
    }
    if (room < least) {
        return TWIN_E_SPACE;
    }
    part->len = part_len(part->off, room, config->len - part->off);
    data->len = part->len;
    TWIN_TRY(config->read(config->ctx, part->off, part->len, &data->ptr));
    return twin_client_encode(u->priv.client, &u->priv.request, part->seq, buf, cap, len);
}

static enum twin_step send_part(struct twin_upload *u, uint32_t now_ms, uint8_t *buf, size_t cap,
                                size_t *len)
{
    struct twin_upload_part *part = &u->priv.flight[u->priv.in_flight];

    part->seq = twin_client_next_seq(u->priv.client);
    part->off = u->priv.next;
    part->sent_ms = now_ms;
    const twin_err_t err = encode_part(u, part, buf, cap, len);
    if (err != TWIN_OK) {
        finish(u, err);
        return TWIN_STEP_DONE;
    }
    if (u->priv.in_flight == 0) {
        u->priv.timer_ms = now_ms;
        u->priv.heard_ms = u->priv.is_fresh ? now_ms : u->priv.heard_ms;
        u->priv.is_fresh = false;
    }
    u->priv.in_flight++;
    u->priv.next += part->len;
    u->priv.is_last_sent |= u->priv.next == u->priv.config.len;
    u->status.packets++;
    return TWIN_STEP_SEND;
}

/* ---- Losses ---- */

/* Go back to what the device has. */
static void go_back(struct twin_upload *u)
{
    u->priv.in_flight = 0;
    u->priv.next = u->status.done;
}

static void on_silence(struct twin_upload *u, uint32_t now_ms)
{
    u->priv.silences++;
    if (twin_upload_is_given_up(u, now_ms)) {
        finish(u, u->priv.got_garbage ? TWIN_E_FORMAT : TWIN_E_TIMEOUT);
        return;
    }
    twin_upload_doubt_size(u);
    twin_upload_note_loss(u);
    go_back(u);
}

/* The device may want some time: then the same again after it. */
static void on_refused(struct twin_upload *u, uint32_t now_ms)
{
    if (twin_upload_pause(u, now_ms)) {
        go_back(u);
    } else {
        finish(u, TWIN_E_REFUSED);
    }
}

/* The device expects byte 0 although it had more: it was reset, or it has all and forgot. */
static void on_forgotten(struct twin_upload *u)
{
    if (++u->priv.restarts > RESTARTS_MAX) {
        finish(u, TWIN_E_STATE);
    } else if (u->priv.is_last_sent && u->priv.config.image_hash.len != 0) {
        u->status.stage = TWIN_UPLOAD_CHECK;
        u->priv.in_flight = 0;
        ask(u, &twin_image_state_cmd, &u->priv.rsp, 0, 0);
    } else {
        begin_parts(u);
    }
}

/* ---- Answers ---- */

/* All is there. A device that compares says whether it is the same. */
static void on_complete(struct twin_upload *u)
{
    const struct twin_image_upload_rsp *rsp = &u->priv.rsp.part;
    const bool has_compared = rsp->present & TWIN_IMAGE_UPLOAD_RSP_MATCH;

    u->status.has_matched = has_compared && rsp->match;
    finish(u, has_compared && !rsp->match ? TWIN_E_VERIFY : TWIN_OK);
}

/* Does the device get on? Its count may fall back, but not without end. */
static bool is_standing_still(struct twin_upload *u, uint32_t off)
{
    if (off <= u->priv.highest) {
        return ++u->priv.standstills > STANDSTILLS_MAX;
    }
    u->priv.highest = off;
    u->priv.standstills = 0;
    u->priv.pauses = 0;
    u->priv.loss_debt -= u->priv.loss_debt > 0;
    return false;
}

/* The device told its count: on from there. */
static void advance(struct twin_upload *u, uint32_t off, uint32_t now_ms)
{
    u->status.stage = TWIN_UPLOAD_SEND;
    u->status.done = off;
    u->priv.silences = 0;
    u->priv.timer_ms = now_ms;
    u->priv.heard_ms = now_ms;
    u->priv.got_garbage = false;
    if (u->priv.next < off) {
        u->priv.next = off;
    }
    if (off == u->priv.config.len) {
        on_complete(u);
    } else if (is_standing_still(u, off)) {
        finish(u, TWIN_E_IO);
    }
}

/* A late answer, to a part that was given up. The device's count is new, and perhaps it shows that
 * the device was only slow, for one long erase, when its packets were made smaller. */
static void on_late_answer(struct twin_upload *u, uint32_t off, uint32_t now_ms)
{
    if (off <= u->status.done) {
        return;
    }
    twin_upload_trust_size(u, off);
    advance(u, off, now_ms);
}

/* The answer to flight[index]. Those before it will not be answered any more. */
static void on_answer(struct twin_upload *u, unsigned index, uint32_t off, uint32_t now_ms)
{
    const struct twin_upload_part part = u->priv.flight[index];
    const uint32_t end = part.off + part.len;

    u->priv.in_flight -= index + 1;
    memmove(u->priv.flight, u->priv.flight + index + 1,
            u->priv.in_flight * sizeof(u->priv.flight[0]));
    if (off == 0) {
        on_forgotten(u);
        return;
    }
    if (part.off != 0) {
        twin_upload_learn_time(u, now_ms - part.sent_ms);
        if (off >= end) {
            twin_upload_prove_size(u);
        }
    } else if (off > end) {
        u->status.resumed_from = off;
    }
    advance(u, off, now_ms);
    if (off < end && u->status.stage == TWIN_UPLOAD_SEND) {
        twin_upload_note_loss(u);
        go_back(u); /* not taken, or in part; those behind it will not be taken either */
    }
}

static void part_receive(struct twin_upload *u, struct twin_span packet, uint32_t now_ms)
{
    const struct twin_image_upload_rsp *rsp = &u->priv.rsp.part;
    unsigned index = 0;
    uint8_t seq;

    if (!twin_client_is_answer(&u->priv.request, packet, &seq)) {
        return;
    }
    while (index < u->priv.in_flight && u->priv.flight[index].seq != seq) {
        index++;
    }
    const bool is_late = index == u->priv.in_flight;
    const twin_err_t err = twin_client_decode(u->priv.client, &u->priv.request, packet);
    if (err == TWIN_E_REFUSED) {
        if (!is_late) {
            on_refused(u, now_ms); /* of one that was given up the repeat will tell */
        }
    } else if (err != TWIN_OK || !(rsp->present & TWIN_IMAGE_UPLOAD_RSP_OFF) ||
               rsp->off > u->priv.config.len) {
        u->priv.got_garbage = true; /* as good as lost */
    } else if (is_late) {
        on_late_answer(u, rsp->off, now_ms);
    } else {
        on_answer(u, index, rsp->off, now_ms);
    }
}

/* ---- The job ---- */

static enum twin_step part_poll(struct twin_upload *u, uint32_t now_ms, uint8_t *buf, size_t cap,
                                size_t *len)
{
    if (u->priv.is_pausing && !twin_time_reached(now_ms, u->priv.pause_end_ms)) {
        u->job.wake_ms = u->priv.pause_end_ms;
        return TWIN_STEP_WAIT;
    }
    u->priv.is_pausing = false;
    if (u->priv.in_flight > 0 && twin_time_reached(now_ms, twin_upload_overdue_ms(u))) {
        on_silence(u, now_ms);
        if (u->status.stage == TWIN_UPLOAD_END) {
            return TWIN_STEP_DONE;
        }
    }
    const bool is_lone = u->status.stage == TWIN_UPLOAD_PREPARE || u->priv.silences > 0;
    if (u->priv.in_flight < (is_lone ? 1 : u->status.window) && u->priv.next < u->priv.config.len) {
        return send_part(u, now_ms, buf, cap, len);
    }
    u->job.wake_ms = twin_upload_overdue_ms(u);
    return TWIN_STEP_WAIT;
}

static bool is_asking(const struct twin_upload *u)
{
    return u->status.stage == TWIN_UPLOAD_ASK || u->status.stage == TWIN_UPLOAD_CHECK;
}

static enum twin_step upload_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                  size_t *len)
{
    struct twin_upload *u = upload_of(job);
    struct twin_job *question = &u->priv.client->job;

    while (is_asking(u)) { /* each turn ends a question, and none is asked twice */
        const enum twin_step step = twin_job_poll(question, now_ms, buf, cap, len);
        if (step != TWIN_STEP_DONE) {
            job->wake_ms = question->wake_ms;
            return step;
        }
        (u->status.stage == TWIN_UPLOAD_ASK ? on_asked : on_state)(u, question->result);
    }
    return u->status.stage == TWIN_UPLOAD_END ? TWIN_STEP_DONE
                                              : part_poll(u, now_ms, buf, cap, len);
}

static void upload_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct twin_upload *u = upload_of(job);

    if (is_asking(u)) {
        twin_job_receive(&u->priv.client->job, packet, now_ms);
    } else if (u->status.stage != TWIN_UPLOAD_END) {
        part_receive(u, packet, now_ms);
    }
}

void twin_upload_begin(struct twin_upload *u, struct twin_client *client,
                       const struct twin_upload_config *config)
{
    memset(u, 0, sizeof(*u));
    u->job.poll = upload_poll;
    u->job.receive = upload_receive;
    u->priv.client = client;
    u->priv.config = *config;
    u->status.total = config->len;
    if (u->priv.config.patience_ms == 0) {
        u->priv.config.patience_ms = TWIN_UPLOAD_PATIENCE_MS;
    }
    u->priv.request = (struct twin_request){
        .cmd = &twin_image_upload_cmd, .req = &u->priv.part_req, .rsp = &u->priv.rsp.part};
    if (config->len < IMAGE_HEADER_LEN || config->packet_max == 0) {
        finish(u, TWIN_E_ARG);
        return;
    }
    ask_buffers(u, TWIN_UPLOAD_BUFFERS);
}
