/*
 * client.c - one request to a device: encode, retry, match the answer, read its result.
 *
 * Not the link and not the clock: the driver has those (twin/client.h).
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/client.h"
#include "twin/groups.h"
#include "twin/grp_os.h"
#include "twin/text.h"
#include <string.h>

#define VERSION_MS 300  /* of silence to version 2, then version 1 is tried beside it */
#define MEET_MS    1000 /* for the question that finds out which version a device speaks */

#define RESENDS_MAX 3 /* of a request that a recheck shows as lost */

static struct twin_client *client_of(struct twin_job *job)
{
    return (struct twin_client *)(void *)job; /* the job is the first member */
}

/* ---- Packets ---- */

uint8_t twin_client_next_seq(struct twin_client *client)
{
    return client->priv.next_seq++;
}

twin_err_t twin_client_encode(const struct twin_client *client, const struct twin_request *request,
                              uint8_t seq, uint8_t *buf, size_t cap, size_t *len)
{
    const struct twin_cmd *cmd = request->cmd;
    struct twin_cbor_writer w = {.buf = buf, .cap = cap, .len = TWIN_SMP_HEADER_LEN};

    if (cap < TWIN_SMP_HEADER_LEN) {
        return TWIN_E_SPACE;
    }
    if (request->req != NULL) {
        twin_msg_encode(&w, cmd->req, request->req);
    } else {
        twin_cbor_put_head(&w, TWIN_CBOR_MAP, 0);
    }
    if (w.failed || w.len - TWIN_SMP_HEADER_LEN > UINT16_MAX) {
        return TWIN_E_SPACE;
    }
    const struct twin_smp_header header = {.op = (enum twin_smp_op)cmd->op,
                                           .version = client->priv.version,
                                           .len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN),
                                           .group = cmd->group,
                                           .seq = seq,
                                           .id = cmd->id};
    twin_smp_header_write(buf, &header);
    *len = w.len;
    return TWIN_OK;
}

bool twin_client_is_answer(const struct twin_request *request, struct twin_span packet,
                           uint8_t *seq)
{
    const struct twin_cmd *cmd = request->cmd;
    struct twin_smp_header header;

    if (twin_smp_header_read(packet, &header) != TWIN_OK) {
        return false;
    }
    *seq = header.seq;
    return header.op == cmd->op + 1u && header.group == cmd->group && header.id == cmd->id;
}

/* From any answer, success or not, except one about the version itself. */
static void learn_version(struct twin_client *client, const struct twin_result *result,
                          enum twin_smp_version version)
{
    const bool is_about_version = result->rc == TWIN_RC_TOO_OLD || result->rc == TWIN_RC_TOO_NEW;

    client->has_answered = true;
    if (!is_about_version) {
        client->priv.version = version; /* an old server answers in version 1: go on in that */
        client->priv.version_known = true;
    }
}

/*
 * Both error forms become a refusal.
 *
 * Returns TWIN_OK for a success; TWIN_E_REFUSED; TWIN_E_FORMAT for an error that cannot be read.
 */
static twin_err_t read_refusal(struct twin_refusal *refusal, const struct twin_request *request,
                               const struct twin_result *result)
{
    struct twin_cbor_reader r = {.buf = result->err.ptr, .len = result->err.len};
    struct twin_result_err err = {0};

    if (result->present & TWIN_RESULT_ERR) {
        twin_msg_read(&r, &twin_result_err_msg, &err);
    }
    if (r.failed) {
        return TWIN_E_FORMAT;
    }
    if (err.rc == 0 && result->rc == 0) {
        return TWIN_OK;
    }
    memset(refusal, 0, sizeof(*refusal));
    refusal->is_group = err.rc != 0;
    refusal->group = err.present & TWIN_RESULT_ERR_GROUP ? err.group : request->cmd->group;
    refusal->rc = err.rc != 0 ? err.rc : result->rc;
    twin_text_clean(result->rsn, TWIN_TEXT_PRINTABLE, refusal->reason, sizeof(refusal->reason));
    return TWIN_E_REFUSED;
}

/* Where to read an answer: in our own room, strings put together, if there is one. */
static struct twin_cbor_reader open_payload(const struct twin_client *client,
                                            struct twin_span payload)
{
    struct twin_cbor_reader r = {.buf = payload.ptr, .len = payload.len};

    if (client->config.room != NULL && payload.len <= client->config.room_len) {
        memcpy(client->config.room, payload.ptr, payload.len);
        r.buf = client->config.room;
        r.failed = twin_cbor_join(client->config.room, &r.len) != TWIN_OK;
    }
    return r;
}

twin_err_t twin_client_decode(struct twin_client *client, const struct twin_request *request,
                              struct twin_span packet)
{
    struct twin_smp_header header;
    struct twin_result result;

    if (twin_smp_header_read(packet, &header) != TWIN_OK ||
        header.len > packet.len - TWIN_SMP_HEADER_LEN || header.version > TWIN_SMP_V2) {
        return TWIN_E_FORMAT;
    }
    const struct twin_cbor_reader payload =
        open_payload(client, (struct twin_span){packet.ptr + TWIN_SMP_HEADER_LEN, header.len});
    struct twin_cbor_reader r = payload;
    twin_msg_read(&r, &twin_result_msg, &result);
    if (r.failed) {
        return TWIN_E_FORMAT;
    }
    learn_version(client, &result, header.version);
    TWIN_TRY(read_refusal(&client->refusal, request, &result));
    if (request->rsp != NULL) {
        r = payload;
        twin_msg_read(&r, request->cmd->rsp, request->rsp);
    }
    return r.failed ? TWIN_E_FORMAT : TWIN_OK;
}

const char *twin_refusal_str(const struct twin_refusal *refusal)
{
    const char *text = refusal->is_group ? twin_group_rc_str(refusal->group, refusal->rc) : NULL;

    if (text != NULL) {
        return text;
    }
    return refusal->is_group ? "unknown error code" : twin_smp_rc_str(refusal->rc);
}

/* ---- The job of one request ---- */

static uint32_t request_timeout(const struct twin_client *client,
                                const struct twin_request *request)
{
    return request->timeout_ms != 0 ? request->timeout_ms : client->config.timeout_ms;
}

static unsigned request_tries(const struct twin_client *client)
{
    const unsigned own = client->priv.request.tries;
    return own != 0 ? own : client->config.tries;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void start(struct twin_client *client, const struct twin_request *request)
{
    client->priv.request = *request;
    client->priv.seq = twin_client_next_seq(client);
    client->priv.tries = 0;
    client->priv.got_garbage = false;
    client->priv.resends = 0;
    client->priv.to_send = true;
}

/* A harmless one, which most devices answer: read the parameters, whatever they are. */
static const struct twin_request harmless_question = {.cmd = &twin_os_params_cmd, .tries = 1};

/* The question before the request itself. */
static void start_meeting(struct twin_client *client)
{
    const uint32_t half_ms = request_timeout(client, &client->priv.deferred) / 2;
    struct twin_request question = harmless_question;

    question.timeout_ms = min_u32(half_ms | 1, MEET_MS);
    client->priv.is_meeting = true;
    start(client, &question);
}

/* Answered or not: now the request itself. Version 1 is the one that every server understands. */
static void end_meeting(struct twin_client *client)
{
    struct twin_request request = client->priv.deferred;
    const uint32_t spent_ms = client->priv.request.timeout_ms;
    const uint32_t timeout_ms = request_timeout(client, &request);

    client->priv.is_meeting = false;
    request.timeout_ms = timeout_ms > spent_ms ? timeout_ms - spent_ms : 1;
    if (!client->priv.version_known) {
        client->priv.version = TWIN_SMP_V1;
    }
    start(client, &request);
}

static void finish(struct twin_client *client, twin_err_t result)
{
    if (client->priv.is_meeting && result != TWIN_E_SPACE) {
        end_meeting(client);
        return;
    }
    client->job.result = result;
    client->priv.is_done = true;
    client->priv.to_send = false;
}

/* Is version 1 to be tried in the middle of this try, because version 2 may be dropped unheard? */
static bool is_version_open(const struct twin_client *client)
{
    return !client->priv.version_known && client->priv.version == TWIN_SMP_V2;
}

/* The time until which an answer was awaited has come. */
static void on_silence(struct twin_client *client, uint32_t now_ms)
{
    if (!twin_time_reached(now_ms, client->priv.try_end_ms)) {
        client->priv.version = TWIN_SMP_V1; /* same number: whichever is answered counts */
    } else if (client->priv.tries == request_tries(client)) {
        finish(client, client->priv.got_garbage ? TWIN_E_FORMAT : TWIN_E_TIMEOUT);
        return;
    } else if (!client->priv.version_known && !client->priv.request.meet_first) {
        client->priv.version = client->config.version;
    }
    client->priv.to_send = true;
}

/* ---- Rechecks: is the request being worked on, or was it lost? ---- */

static void plan_recheck(struct twin_client *client, uint32_t now_ms, uint32_t after_ms)
{
    client->priv.recheck_ms = after_ms;
    client->priv.recheck_at_ms = now_ms + after_ms;
    if (after_ms != 0 && !twin_time_reached(client->priv.recheck_at_ms, client->priv.try_end_ms)) {
        client->job.wake_ms = client->priv.recheck_at_ms;
    } else {
        client->job.wake_ms = client->priv.try_end_ms;
    }
}

static bool is_recheck_due(const struct twin_client *client, uint32_t now_ms)
{
    return client->priv.recheck_ms != 0 && !client->priv.to_send && client->priv.tries > 0 &&
           twin_time_reached(now_ms, client->priv.recheck_at_ms) &&
           !twin_time_reached(now_ms, client->priv.try_end_ms);
}

static enum twin_step send_recheck(struct twin_client *client, uint32_t now_ms, uint8_t *buf,
                                   size_t cap, size_t *len)
{
    client->priv.recheck_seq = twin_client_next_seq(client);
    client->priv.is_rechecking = true;
    plan_recheck(client, now_ms, client->priv.recheck_ms * 2);
    const twin_err_t err =
        twin_client_encode(client, &harmless_question, client->priv.recheck_seq, buf, cap, len);
    return err == TWIN_OK ? TWIN_STEP_SEND : TWIN_STEP_WAIT;
}

/* The device answers what came after the request: it does not work on the request any more. */
static void on_recheck_answer(struct twin_client *client, struct twin_span packet)
{
    uint8_t seq;

    if (client->priv.is_rechecking && twin_client_is_answer(&harmless_question, packet, &seq) &&
        seq == client->priv.recheck_seq && client->priv.resends < RESENDS_MAX) {
        client->priv.is_rechecking = false;
        client->priv.resends++;
        client->priv.to_send = true;
    }
}

/* ---- Sending and receiving ---- */

/* A packet of the request went out: until when to wait, and for what. */
static void on_sent(struct twin_client *client, uint32_t now_ms)
{
    const uint32_t timeout_ms = request_timeout(client, &client->priv.request);
    const bool is_new_try =
        client->priv.tries == 0 || twin_time_reached(now_ms, client->priv.try_end_ms);

    client->priv.to_send = false;
    client->was_sent = !client->priv.is_meeting;
    if (is_new_try) {
        client->priv.tries++;
        client->priv.try_end_ms = now_ms + timeout_ms;
    }
    client->priv.is_rechecking = false;
    plan_recheck(client, now_ms, client->priv.request.recheck_ms);
    if (is_version_open(client)) {
        client->job.wake_ms = now_ms + min_u32(VERSION_MS, timeout_ms / 2);
    }
}

static enum twin_step request_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                   size_t *len)
{
    struct twin_client *client = client_of(job);

    if (!client->priv.is_done && is_recheck_due(client, now_ms)) {
        return send_recheck(client, now_ms, buf, cap, len);
    }
    if (!client->priv.is_done && !client->priv.to_send && twin_time_reached(now_ms, job->wake_ms)) {
        on_silence(client, now_ms);
    }
    if (!client->priv.to_send) {
        return client->priv.is_done ? TWIN_STEP_DONE : TWIN_STEP_WAIT;
    }
    const twin_err_t err =
        twin_client_encode(client, &client->priv.request, client->priv.seq, buf, cap, len);
    if (err != TWIN_OK) {
        finish(client, err);
        return TWIN_STEP_DONE;
    }
    on_sent(client, now_ms);
    return TWIN_STEP_SEND;
}

/* If the device refused only the protocol version: ask again in the other one, once. */
static bool change_version(struct twin_client *client)
{
    const int64_t rc = client->refusal.rc;

    if (client->priv.version_known || client->refusal.is_group ||
        (rc != TWIN_RC_TOO_NEW && rc != TWIN_RC_TOO_OLD)) {
        return false;
    }
    client->priv.version = rc == TWIN_RC_TOO_NEW ? TWIN_SMP_V1 : TWIN_SMP_V2;
    client->priv.version_known = true;
    start(client, &client->priv.request);
    return true;
}

static void request_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct twin_client *client = client_of(job);
    uint8_t seq;

    (void)now_ms;
    if (client->priv.is_done || client->priv.tries == 0) {
        return;
    }
    if (!twin_client_is_answer(&client->priv.request, packet, &seq) || seq != client->priv.seq) {
        on_recheck_answer(client, packet);
        return;
    }
    const twin_err_t err = twin_client_decode(client, &client->priv.request, packet);
    if (err == TWIN_E_FORMAT) {
        client->priv.got_garbage = true; /* damaged on the way, perhaps: wait and ask again */
        return;
    }
    if (err == TWIN_E_REFUSED && change_version(client)) {
        return;
    }
    finish(client, err);
}

void twin_client_init(struct twin_client *client, const struct twin_client_config *config)
{
    memset(client, 0, sizeof(*client));
    client->config = *config;
    client->job.poll = request_poll;
    client->job.receive = request_receive;
    client->priv.next_seq = config->seq;
    client->priv.is_done = true;
}

void twin_client_begin(struct twin_client *client, const struct twin_request *request)
{
    client->priv.is_done = false;
    client->priv.is_meeting = false;
    client->was_sent = false;
    if (!client->priv.version_known) {
        client->priv.version = client->config.version;
    }
    if (request->meet_first && !client->priv.version_known &&
        client->config.version == TWIN_SMP_V2) {
        client->priv.deferred = *request;
        start_meeting(client);
    } else {
        start(client, request);
    }
}
