/*
 * upload_pace.c - how an upload adapts to its device: timeouts, window, packet size, pauses.
 *
 * Not what is sent (upload.c). Only judges and counts; nothing here sends or ends anything.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "upload_priv.h"

/* Timeouts double with each silence, until the patience is over. */
#define ANSWER_MS_START 1500
#define ANSWER_MS_MIN   200
#define ANSWER_MS_MAX   10000
#define DOUBLINGS_MAX   6  /* 200 ms times 64 is above the largest */
#define FIRST_PARTS     15 /* of the patience: first part sent 4 times, after 1, 2 and 4 of them */
#define FIRST_WAITS     2  /* of the whole patience, when a repeat costs another erase */

#define DEBT_OF_LOSS  2 /* answers that outweigh one loss: one in seven lost narrows nothing */
#define DEBT_MAX      12
#define SHRINK_AFTER  2 /* silences before a size that never worked is given up */
#define SHRINK_PROVEN 4 /* and before one that did work is */

/* A device that asks for time gets it, in longer and longer pauses. */
#define PAUSE_MS_START 100
#define PAUSE_MS_MAX   2000
#define PAUSES_MAX     8    /* in a row; while it works on what it has, all the patience */
#define PAUSES_MS      9100 /* that they take */

uint32_t twin_upload_request_ms(const struct twin_upload *u)
{
    const struct twin_client_config *config = &u->priv.client->config;
    const uint64_t ms = (uint64_t)config->timeout_ms * config->tries;

    return ms < INT32_MAX ? (uint32_t)ms : INT32_MAX;
}

/* ---- Time ---- */

/* How long the device may be silent. One that never said anything has the time of a request to do
 * so, not that of an erase. */
static uint32_t patience(const struct twin_upload *u)
{
    return u->priv.client->has_answered ? u->priv.config.patience_ms
                                        : twin_upload_request_ms(u) / TWIN_UPLOAD_ASK_PARTS + 1;
}

uint32_t twin_upload_first_max_ms(const struct twin_upload *u)
{
    return patience(u) * (u->priv.is_slow_start ? FIRST_WAITS : 1);
}

static bool is_starting_slowly(const struct twin_upload *u)
{
    return u->status.stage == TWIN_UPLOAD_PREPARE && u->priv.is_slow_start;
}

static uint32_t answer_timeout(const struct twin_upload *u)
{
    const unsigned doublings = twin_min_u32(u->priv.silences, DOUBLINGS_MAX);

    if (is_starting_slowly(u)) {
        return patience(u);
    }
    if (u->status.stage == TWIN_UPLOAD_PREPARE) {
        return (patience(u) / FIRST_PARTS + 1) << doublings;
    }
    uint32_t ms = ANSWER_MS_START;
    if (u->priv.rtt_8 != 0) {
        ms = (uint32_t)(u->priv.rtt_8 / 8 + u->priv.rtt_var_4);
        ms = ms < ANSWER_MS_MIN ? ANSWER_MS_MIN : ms;
    }
    return twin_min_u32(twin_min_u32(ms, ANSWER_MS_MAX) << doublings, ANSWER_MS_MAX);
}

/* Jacobson's estimator, in whole numbers. */
void twin_upload_learn_time(struct twin_upload *u, uint32_t rtt_ms)
{
    const int32_t rtt = (int32_t)twin_min_u32(rtt_ms, ANSWER_MS_MAX);

    if (u->priv.rtt_8 == 0) {
        u->priv.rtt_8 = rtt * 8 + 1; /* 0 means that nothing is known yet */
        u->priv.rtt_var_4 = rtt * 2;
        return;
    }
    int32_t error = rtt - u->priv.rtt_8 / 8;
    u->priv.rtt_8 += error;
    error = error < 0 ? -error : error;
    u->priv.rtt_var_4 += error - u->priv.rtt_var_4 / 4;
}

uint32_t twin_upload_overdue_ms(const struct twin_upload *u)
{
    const uint32_t due_ms = u->priv.timer_ms + answer_timeout(u);
    const uint32_t end_ms = u->priv.heard_ms + patience(u);

    return !is_starting_slowly(u) && twin_time_reached(due_ms, end_ms) ? end_ms : due_ms;
}

bool twin_upload_is_given_up(const struct twin_upload *u, uint32_t now_ms)
{
    if (is_starting_slowly(u)) {
        return u->priv.silences >= FIRST_WAITS; /* the first part itself may have been lost */
    }
    return twin_time_reached(now_ms, u->priv.heard_ms + patience(u));
}

/* ---- Losses ---- */

/* A line that loses what comes close together (a device with few receive buffers) does so at every
 * turn. */
void twin_upload_note_loss(struct twin_upload *u)
{
    u->status.losses++;
    u->priv.loss_debt += DEBT_OF_LOSS;
    if (u->priv.loss_debt > DEBT_MAX && u->status.window > 1) {
        u->status.window--;
        u->priv.loss_debt = 0;
    }
}

/* The largest packet up to this size that fills whole console lines. Fewer than two do not work. */
static uint32_t whole_lines(const struct twin_upload *u, uint32_t packet)
{
    const uint32_t piece = u->priv.config.piece_bytes, frame = u->priv.config.frame_bytes;
    const uint32_t lines = piece != 0 ? (packet + frame) / piece : 0;

    return lines >= 2 ? lines * piece - frame : packet;
}

/*
 * Half the size, in whole lines: a device without a buffer for one more line loses the whole
 * packet. Should a part of the old size be answered after all, its end tells.
 */
static void shrink_packets(struct twin_upload *u)
{
    const uint32_t half = u->status.packet_max / 2;

    if (u->status.packet_max <= TWIN_UPLOAD_PACKET_MIN) {
        return;
    }
    if (u->priv.doubted_end == 0) {
        u->priv.doubted_end = u->priv.flight[0].off + u->priv.flight[0].len;
        u->priv.doubted_max = u->status.packet_max;
    }
    u->status.packet_max =
        whole_lines(u, half > TWIN_UPLOAD_PACKET_MIN ? half : TWIN_UPLOAD_PACKET_MIN);
    u->priv.is_size_proven = false;
    u->priv.loss_debt = 0;
    u->priv.silences = SHRINK_AFTER - 1; /* the new size gets its own tries */
}

/* In PREPARE silence means that the device erases, however long it lasts. A size that works now and
 * then is given up later, or when every other packet is lost although it is alone. */
void twin_upload_doubt_size(struct twin_upload *u)
{
    const unsigned enough = u->priv.is_size_proven ? SHRINK_PROVEN : SHRINK_AFTER;
    const bool loses_often = u->priv.loss_debt > DEBT_MAX; /* so the window is 1 */

    if (u->status.stage == TWIN_UPLOAD_SEND && (u->priv.silences >= enough || loses_often)) {
        shrink_packets(u);
    }
}

void twin_upload_prove_size(struct twin_upload *u)
{
    u->priv.is_size_proven = true;
    u->priv.doubted_end = 0;
}

void twin_upload_trust_size(struct twin_upload *u, uint32_t off)
{
    if (off == u->priv.doubted_end) {
        u->status.packet_max = u->priv.doubted_max;
        twin_upload_prove_size(u);
    }
}

/* ---- Pauses ---- */

/* Does the refusal ask for time rather than say no? The device erases, or its buffers are taken. */
static bool asks_for_time(const struct twin_refusal *refusal, bool *lacks_memory)
{
    *lacks_memory = refusal->is_group
                        ? refusal->group == TWIN_GRP_IMAGE && refusal->rc == TWIN_IMAGE_RC_NO_MEMORY
                        : refusal->rc == TWIN_RC_NO_MEMORY;
    return *lacks_memory || (!refusal->is_group && refusal->rc == TWIN_RC_BUSY);
}

/* An application that says why it does not let the upload begin has decided. */
static bool is_worth_it(const struct twin_upload *u, bool is_at_work, uint32_t now_ms)
{
    if (is_at_work) {
        return u->priv.pauses == 0 ||
               !twin_time_reached(now_ms, u->priv.pauses_since_ms + patience(u));
    }
    return u->priv.pauses < PAUSES_MAX &&
           (u->status.stage == TWIN_UPLOAD_SEND || u->priv.client->refusal.reason[0] == '\0');
}

bool twin_upload_pause(struct twin_upload *u, uint32_t now_ms)
{
    const uint32_t ms = (uint32_t)PAUSE_MS_START << twin_min_u32(u->priv.pauses, DOUBLINGS_MAX);
    bool lacks_memory;

    if (!asks_for_time(&u->priv.client->refusal, &lacks_memory)) {
        return false;
    }
    const bool is_at_work = u->status.stage == TWIN_UPLOAD_SEND && !lacks_memory;
    if (!is_worth_it(u, is_at_work, now_ms)) {
        return false;
    }
    if (lacks_memory && u->status.window > 1) {
        u->status.window /= 2; /* perhaps it was our own window that took its buffers */
    }
    if (u->priv.pauses == 0) {
        u->priv.pauses_since_ms = now_ms;
    }
    u->priv.pause_end_ms = now_ms + twin_min_u32(ms, PAUSE_MS_MAX);
    u->priv.is_pausing = true;
    u->priv.pauses++;
    u->priv.heard_ms = now_ms;
    u->status.pauses++;
    u->status.pause_max_ms = is_at_work ? patience(u) : PAUSES_MS;
    return true;
}
