/*
 * client.c - one request to a device: encode, retry, match the answer, read its result.
 *
 * Not the link and not the clock: the driver has those (twin/client.h).
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/client.h"
#include <string.h>

static struct twin_client *client_of(struct twin_job *job)
{
    return (struct twin_client *)(void *)job; /* the job is the first member */
}

static void finish(struct twin_client *client, twin_err_t result)
{
    client->job.result = result;
    client->priv.is_done = true;
    client->priv.to_send = false;
}

/* ---- Packets ---- */

uint8_t twin_client_next_seq(struct twin_client *client)
{
    return client->priv.next_seq++;
}

twin_err_t twin_client_encode(const struct twin_client *client, const struct twin_request *request,
                              uint8_t seq, uint8_t *buf, size_t cap, size_t *len)
{
    struct twin_cbor_writer w = {.buf = buf, .cap = cap, .len = TWIN_SMP_HEADER_LEN};

    if (cap < TWIN_SMP_HEADER_LEN) {
        return TWIN_E_SPACE;
    }
    twin_msg_encode(&w, request->req_msg, request->req);
    if (w.failed || w.len - TWIN_SMP_HEADER_LEN > UINT16_MAX) {
        return TWIN_E_SPACE;
    }
    const struct twin_smp_header header = {.op = request->op,
                                           .version = client->priv.version,
                                           .len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN),
                                           .group = request->group,
                                           .seq = seq,
                                           .id = request->id};
    twin_smp_header_write(buf, &header);
    *len = w.len;
    return TWIN_OK;
}

bool twin_client_is_answer(const struct twin_request *request, struct twin_span packet,
                           uint8_t *seq)
{
    struct twin_smp_header header;

    if (twin_smp_header_read(packet, &header) != TWIN_OK) {
        return false;
    }
    *seq = header.seq;
    return (unsigned)header.op == (unsigned)request->op + 1 && header.group == request->group &&
           header.id == request->id;
}

static void copy_reason(char *to, struct twin_span from)
{
    size_t len = from.len < TWIN_REFUSAL_REASON_MAX ? from.len : TWIN_REFUSAL_REASON_MAX - 1;

    for (size_t i = 0; i < len; i++) {
        /* It ends up on a terminal: the device's control characters stay out of there. */
        to[i] = from.ptr[i] >= 0x20 && from.ptr[i] < 0x7f ? (char)from.ptr[i] : '?';
    }
    to[len] = '\0';
}

/* Both error forms become a refusal. False: the answer is a success. */
static bool read_refusal(struct twin_refusal *refusal, const struct twin_request *request,
                         const struct twin_result *result)
{
    const bool is_group = (result->present & TWIN_RESULT_ERR) && result->err.rc != 0;
    const bool is_generic = (result->present & TWIN_RESULT_RC) && result->rc != 0;

    if (!is_group && !is_generic) {
        return false;
    }
    memset(refusal, 0, sizeof(*refusal));
    refusal->is_group = is_group;
    refusal->group = is_group ? result->err.group : request->group;
    refusal->rc = is_group ? result->err.rc : (uint32_t)result->rc;
    if (result->present & TWIN_RESULT_RSN) {
        copy_reason(refusal->reason, result->rsn);
    }
    return true;
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
    const struct twin_cbor_reader payload = {.buf = packet.ptr + TWIN_SMP_HEADER_LEN,
                                             .len = header.len};
    struct twin_cbor_reader r = payload;
    twin_msg_decode(&r, &twin_result_msg, &result);
    if (r.failed) {
        return TWIN_E_FORMAT;
    }
    if (read_refusal(&client->refusal, request, &result)) {
        return TWIN_E_REFUSED;
    }
    r = payload;
    twin_msg_decode(&r, request->rsp_msg, request->rsp);
    if (r.failed) {
        return TWIN_E_FORMAT;
    }
    client->priv.version = header.version; /* an old server answers in version 1: go on in that */
    client->priv.version_known = true;
    return TWIN_OK;
}

const char *twin_refusal_str(const struct twin_refusal *refusal)
{
    const char *text =
        refusal->is_group ? twin_smp_group_rc_str(refusal->group, refusal->rc) : NULL;

    if (text != NULL) {
        return text;
    }
    return refusal->is_group ? "unknown error code" : twin_smp_rc_str(refusal->rc);
}

/* ---- The job of one request ---- */

static uint32_t request_timeout(const struct twin_client *client)
{
    const uint32_t own = client->priv.request.timeout_ms;
    return own != 0 ? own : client->config.timeout_ms;
}

static unsigned request_tries(const struct twin_client *client)
{
    const unsigned own = client->priv.request.tries;
    return own != 0 ? own : client->config.tries;
}

static void on_silence(struct twin_client *client)
{
    const unsigned tries_left = request_tries(client) - client->priv.sent;

    if (tries_left == 0) {
        finish(client, client->priv.got_garbage ? TWIN_E_FORMAT : TWIN_E_TIMEOUT);
        return;
    }
    if (tries_left == 1 && !client->priv.version_known) {
        client->priv.version = TWIN_SMP_V1; /* perhaps version 2 is dropped without a word */
    }
    client->priv.to_send = true;
}

static enum twin_step request_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                   size_t *len)
{
    struct twin_client *client = client_of(job);

    if (!client->priv.is_done && !client->priv.to_send && twin_time_reached(now_ms, job->wake_ms)) {
        on_silence(client);
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
    client->priv.sent++;
    client->priv.to_send = false;
    job->wake_ms = now_ms + request_timeout(client);
    return TWIN_STEP_SEND;
}

/* If the device refused only the protocol version: ask again in the other one, once. */
static bool change_version(struct twin_client *client)
{
    const enum twin_smp_version asked = client->priv.version;
    const uint32_t wrong = asked == TWIN_SMP_V2 ? TWIN_RC_TOO_NEW : TWIN_RC_TOO_OLD;

    if (client->priv.version_known || client->refusal.is_group || client->refusal.rc != wrong) {
        return false;
    }
    client->priv.version = asked == TWIN_SMP_V2 ? TWIN_SMP_V1 : TWIN_SMP_V2;
    client->priv.version_known = true;
    client->priv.seq = twin_client_next_seq(client);
    client->priv.sent = 0;
    client->priv.to_send = true;
    return true;
}

static void request_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct twin_client *client = client_of(job);
    uint8_t seq;

    (void)now_ms;
    if (client->priv.is_done || client->priv.sent == 0 ||
        !twin_client_is_answer(&client->priv.request, packet, &seq) || seq != client->priv.seq) {
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
    client->priv.request = *request;
    client->priv.seq = twin_client_next_seq(client);
    client->priv.sent = 0;
    client->priv.is_done = false;
    client->priv.got_garbage = false;
    client->priv.to_send = true;
    if (!client->priv.version_known) {
        client->priv.version = client->config.version;
    }
}
