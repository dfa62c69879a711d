/*
 * files.c - files to a device and from it: one request after the other, each with its own end.
 *
 * Not the link, not the file here: both are the caller's (twin/files.h).
 * Spec: docs/spec-smp.md section 3.6. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/files.h"
#include <string.h>

#define FALLBACK_BUFFER 384
#define BUFFER_MIN      64  /* a device that says less is not believed */
#define HEADS_LEN       34  /* of a packet with a part: header, keys, numbers; without the name */
#define FIRST_HEADS_LEN 9   /* the length of the file, besides */
#define BUFFERS_MS      500 /* for each of two tries */
#define HASHED_PER_MS   64  /* bytes that even a slow device hashes */
#define HASH_RECHECK_MS 1000
#define RECHECK_MS      500 /* while nothing is known of how fast the device answers */
#define WAIT_TIMES      3   /* an answer's time, until a part is sent again */
#define WAIT_MORE_MS    50
#define WAIT_START_MS   1000
#define WAIT_MAX_MS     3000
#define STANDSTILLS_MAX 8

static struct twin_file *file_of(struct twin_job *job)
{
    return (struct twin_file *)(void *)job; /* the job is the first member */
}

static void finish(struct twin_file *f, twin_err_t result)
{
    f->job.result = result;
    f->status.stage = TWIN_FILE_END;
}

/* ---- Questions ---- */

static void ask(struct twin_file *f, enum twin_file_stage stage, const struct twin_request *request)
{
    f->status.stage = stage;
    twin_client_begin(f->priv.client, request);
}

static void ask_buffers(struct twin_file *f)
{
    ask(f, TWIN_FILE_BUFFERS,
        &(struct twin_request){
            .cmd = &twin_os_params_cmd, .rsp = &f->priv.rsp, .timeout_ms = BUFFERS_MS, .tries = 2});
}

/*
 * Ask what does no harm twice, so that it is sent again soon after others would have been answered.
 * The first part may take long: the device opens the file, and may erase.
 */
static void ask_quickly(struct twin_file *f, enum twin_file_stage stage, const struct twin_cmd *cmd)
{
    const struct twin_client_config *config = &f->priv.client->config;
    const uint64_t all_ms = (uint64_t)config->timeout_ms * config->tries;
    const uint32_t wait_ms = f->priv.wait_ms;
    struct twin_request request = {.cmd = cmd, .req = &f->priv.req, .rsp = &f->priv.rsp};

    if ((stage != TWIN_FILE_PARTS || f->status.done != 0) && wait_ms < all_ms) {
        request.timeout_ms = wait_ms;
        request.tries = (unsigned)(all_ms / wait_ms);
    } else {
        request.recheck_ms = RECHECK_MS;
    }
    f->priv.sends = 0;
    ask(f, stage, &request);
}

/* Of a file that is open some devices tell the length that it had before: first it is closed. */
static void ask_length(struct twin_file *f, enum twin_file_stage stage)
{
    f->priv.is_closing = true;
    ask_quickly(f, stage, &twin_fs_close_cmd);
}

static void ask_closed_length(struct twin_file *f)
{
    f->priv.req.status = (struct twin_fs_status_req){.name = f->priv.config.name};
    ask_quickly(f, f->status.stage, &twin_fs_status_cmd);
}

/* Some times that of an answer, smoothed. Of a part that was sent twice it is not known. */
static void learn_time(struct twin_file *f, uint32_t now_ms)
{
    const uint32_t ms = now_ms - f->priv.sent_ms;

    if (f->priv.sends == 1 && ms < WAIT_MAX_MS / WAIT_TIMES) {
        f->priv.wait_ms = (f->priv.wait_ms + ms * WAIT_TIMES + WAIT_MORE_MS) / 2;
    }
}

/* Of the first len bytes. It may take the device long, so it is asked whether it is at work. */
static void ask_hash(struct twin_file *f, enum twin_file_stage stage, uint32_t len)
{
    f->priv.hashed = len;
    f->priv.req.hash =
        (struct twin_fs_hash_req){.present = TWIN_FS_HASH_REQ_TYPE | TWIN_FS_HASH_REQ_LEN,
                                  .name = f->priv.config.name,
                                  .type = twin_span_text("sha256"),
                                  .len = len};
    ask(f, stage,
        &(struct twin_request){.cmd = &twin_fs_hash_cmd,
                               .req = &f->priv.req,
                               .rsp = &f->priv.rsp,
                               .timeout_ms =
                                   f->priv.client->config.timeout_ms + len / HASHED_PER_MS,
                               .recheck_ms = HASH_RECHECK_MS});
}

/* Is the answered hash that of our bytes? */
static bool is_hash_ours(const struct twin_file *f)
{
    const struct twin_fs_hash_rsp *rsp = &f->priv.rsp.hash;
    struct twin_cbor_reader r = {.buf = rsp->output.ptr, .len = rsp->output.len};
    uint8_t sha[TWIN_FILE_SHA_LEN];

    const struct twin_span theirs = twin_cbor_get_bytes(&r, TWIN_CBOR_BSTR);
    f->priv.config.digest(f->priv.config.ctx, f->priv.hashed, sha);
    return !r.failed && rsp->off == 0 && rsp->len == f->priv.hashed && theirs.len == sizeof(sha) &&
           memcmp(theirs.ptr, sha, sizeof(sha)) == 0;
}

/* All has come over: is it the same? Of an empty file devices tell no hash. */
static void ask_whole(struct twin_file *f)
{
    if (f->priv.config.digest != NULL && f->status.done != 0) {
        ask_hash(f, TWIN_FILE_HASH, f->status.done);
    } else {
        ask_quickly(f, TWIN_FILE_CLOSE, &twin_fs_close_cmd);
    }
}

/* ---- Parts ---- */

static void ask_upload(struct twin_file *f)
{
    const struct twin_file_config *config = &f->priv.config;
    struct twin_fs_upload_req *req = &f->priv.req.upload;
    const uint32_t off = f->status.done, rest = config->len - off;
    const size_t heads = HEADS_LEN + (off == 0 ? FIRST_HEADS_LEN : 0u) + config->name.len;

    if (f->priv.packet_max <= heads) {
        finish(f, TWIN_E_SPACE);
        return;
    }
    const uint32_t room = f->priv.packet_max - (uint32_t)heads;
    *req = (struct twin_fs_upload_req){.present = off == 0 ? TWIN_FS_UPLOAD_REQ_LEN : 0u,
                                       .off = off,
                                       .len = config->len,
                                       .name = config->name,
                                       .data = {NULL, rest < room ? rest : room}};
    const twin_err_t err = req->data.len == 0
                               ? TWIN_OK
                               : config->read(config->ctx, off, req->data.len, &req->data.ptr);
    if (err != TWIN_OK) {
        finish(f, err);
        return;
    }
    f->priv.sent_end = off + (uint32_t)req->data.len;
    ask_quickly(f, TWIN_FILE_PARTS, &twin_fs_upload_cmd);
}

static void ask_download(struct twin_file *f)
{
    f->priv.req.download =
        (struct twin_fs_download_req){.off = f->status.done, .name = f->priv.config.name};
    ask_quickly(f, TWIN_FILE_PARTS, &twin_fs_download_cmd);
}

static void ask_part(struct twin_file *f)
{
    (f->priv.is_upload ? ask_upload : ask_download)(f);
}

/* Does the job get on? What the device loses again does not count. */
static void get_on(struct twin_file *f, uint32_t done)
{
    f->status.done = done;
    if (done > f->priv.highest) {
        f->priv.highest = done;
        f->priv.standstills = 0;
    }
}

/* An answer that brings nothing: the same again, but not for ever. */
static void stand_still(struct twin_file *f, twin_err_t in_the_end)
{
    if (++f->priv.standstills > STANDSTILLS_MAX) {
        finish(f, in_the_end);
    } else {
        ask_part(f);
    }
}

static void on_uploaded(struct twin_file *f, twin_err_t result)
{
    const uint64_t off = f->priv.rsp.upload.off;

    if (result == TWIN_E_REFUSED && f->status.done != 0) {
        f->priv.refusal = f->priv.client->refusal;
        ask_length(f, TWIN_FILE_SETTLE);
    } else if (result != TWIN_OK) {
        finish(f, result);
    } else if (off > f->priv.sent_end) {
        finish(f, TWIN_E_FORMAT);
    } else if (off <= f->status.done && f->priv.config.len != 0) {
        stand_still(f, TWIN_E_IO);
    } else {
        f->status.parts++;
        get_on(f, (uint32_t)off);
        if (off == f->priv.config.len) {
            ask_length(f, TWIN_FILE_STORED);
        } else {
            ask_part(f);
        }
    }
}

/* Do these bytes belong behind those before? */
static twin_err_t take_part(struct twin_file *f, const struct twin_fs_download_rsp *rsp)
{
    const struct twin_file_config *config = &f->priv.config;
    struct twin_file_status *status = &f->status;

    if (rsp->present & TWIN_FS_DOWNLOAD_RSP_LEN) {
        if (rsp->len > config->max) {
            return TWIN_E_SPACE;
        }
        status->total = (uint32_t)rsp->len;
        status->is_total_known = true;
    }
    if (status->is_total_known && rsp->data.len > status->total - status->done) {
        return TWIN_E_FORMAT;
    }
    if (rsp->data.len > config->max - status->done) {
        return TWIN_E_SPACE;
    }
    TWIN_TRY(config->write(config->ctx, status->done, rsp->data));
    get_on(f, status->done + (uint32_t)rsp->data.len);
    status->parts++;
    return TWIN_OK;
}

static void on_downloaded(struct twin_file *f, twin_err_t result)
{
    const struct twin_fs_download_rsp *rsp = &f->priv.rsp.download;

    if (result == TWIN_OK && rsp->off != f->status.done) {
        stand_still(f, TWIN_E_FORMAT);
        return;
    }
    if (result == TWIN_OK) {
        result = take_part(f, rsp);
    }
    if (result != TWIN_OK) {
        finish(f, result);
    } else if (f->status.is_total_known ? f->status.done == f->status.total : rsp->data.len == 0) {
        f->status.total = f->status.done;
        ask_whole(f);
    } else if (rsp->data.len == 0) {
        stand_still(f, TWIN_E_FORMAT); /* it ends before its end */
    } else {
        ask_part(f);
    }
}

static void on_part(struct twin_file *f, twin_err_t result)
{
    (f->priv.is_upload ? on_uploaded : on_downloaded)(f, result);
}

/* ---- Other answers ---- */

static void on_buffers(struct twin_file *f, twin_err_t result)
{
    const struct twin_file_config *config = &f->priv.config;
    const struct twin_os_params_rsp *params = &f->priv.rsp.params;
    uint32_t max =
        config->packet_guess != 0 ? config->packet_guess : FALLBACK_BUFFER - config->frame_bytes;

    if (result == TWIN_OK && params->buf_size >= BUFFER_MIN) {
        max = params->buf_size - config->frame_bytes;
    }
    f->priv.packet_max = max < config->packet_max ? max : config->packet_max;
    if (config->digest != NULL) {
        ask_length(f, TWIN_FILE_LENGTH);
    } else {
        ask_part(f);
    }
}

static bool is_silence(twin_err_t result)
{
    return result != TWIN_OK && result != TWIN_E_REFUSED && result != TWIN_E_FORMAT;
}

/* How much the device has, before anything is sent. */
static void on_length(struct twin_file *f, twin_err_t result)
{
    const uint64_t len = f->priv.rsp.status.len;

    if (is_silence(result)) {
        finish(f, result);
    } else if (result == TWIN_OK && len != 0 && len <= f->priv.config.len) {
        ask_hash(f, TWIN_FILE_PREFIX, (uint32_t)len);
    } else {
        ask_part(f);
    }
}

static void on_prefix(struct twin_file *f, twin_err_t result)
{
    if (is_silence(result)) {
        finish(f, result);
        return;
    }
    if (result == TWIN_OK && is_hash_ours(f)) {
        f->status.done = f->priv.hashed;
        f->status.resumed_from = f->priv.hashed;
    }
    if (f->priv.is_upload && f->status.done != 0 && f->status.done == f->priv.config.len) {
        f->status.has_matched = true;
        ask_quickly(f, TWIN_FILE_CLOSE, &twin_fs_close_cmd); /* all of it was there */
    } else {
        ask_part(f);
    }
}

/* A part was refused. Is it there all the same, or did the device lose some? */
static void on_settle(struct twin_file *f, twin_err_t result)
{
    const uint64_t len = f->priv.rsp.status.len;

    if (is_silence(result)) {
        finish(f, result);
    } else if (result != TWIN_OK || len == f->status.done) {
        f->priv.client->refusal = f->priv.refusal; /* it meant what it said */
        finish(f, TWIN_E_REFUSED);
    } else if (len > f->priv.sent_end) {
        finish(f, TWIN_E_STATE);
    } else if (++f->priv.standstills > STANDSTILLS_MAX) {
        finish(f, TWIN_E_IO);
    } else {
        get_on(f, (uint32_t)len);
        if (len == f->priv.config.len) {
            ask_length(f, TWIN_FILE_STORED);
        } else {
            ask_part(f);
        }
    }
}

static void on_stored(struct twin_file *f, twin_err_t result)
{
    /* It knows such questions, but not the file. */
    const bool is_absent = result == TWIN_E_REFUSED && f->priv.client->refusal.is_group;

    if (is_silence(result) || is_absent) {
        finish(f, result);
    } else if (result == TWIN_OK && f->priv.rsp.status.len != f->priv.config.len) {
        finish(f, TWIN_E_VERIFY);
    } else {
        ask_whole(f);
    }
}

static void on_hash(struct twin_file *f, twin_err_t result)
{
    if (is_silence(result)) {
        finish(f, result);
        return;
    }
    f->status.has_matched = result == TWIN_OK && is_hash_ours(f);
    if (result == TWIN_OK && !f->status.has_matched) {
        finish(f, TWIN_E_VERIFY);
    } else {
        ask_quickly(f, TWIN_FILE_CLOSE, &twin_fs_close_cmd);
    }
}

/* Old devices know no such command. */
static void on_close(struct twin_file *f, twin_err_t result)
{
    const struct twin_refusal *refusal = &f->priv.client->refusal;
    const bool is_failure = result == TWIN_E_REFUSED && refusal->is_group;

    finish(f, is_failure ? result : TWIN_OK);
}

/* ---- The job ---- */

static void on_answer(struct twin_file *f, twin_err_t result)
{
    static void (*const handlers[])(struct twin_file * f, twin_err_t result) = {
        [TWIN_FILE_BUFFERS] = on_buffers, [TWIN_FILE_LENGTH] = on_length,
        [TWIN_FILE_PREFIX] = on_prefix,   [TWIN_FILE_PARTS] = on_part,
        [TWIN_FILE_SETTLE] = on_settle,   [TWIN_FILE_STORED] = on_stored,
        [TWIN_FILE_HASH] = on_hash,       [TWIN_FILE_CLOSE] = on_close};

    const bool was_closing = f->priv.is_closing;

    f->priv.is_closing = false;
    if (was_closing && !is_silence(result)) {
        ask_closed_length(f); /* a device that cannot close has nothing open */
    } else {
        handlers[f->status.stage](f, result);
    }
}

static enum twin_step file_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                size_t *len)
{
    struct twin_file *f = file_of(job);
    struct twin_job *question = &f->priv.client->job;

    while (f->status.stage != TWIN_FILE_END) { /* each turn ends a question */
        const enum twin_step step = twin_job_poll(question, now_ms, buf, cap, len);
        if (step != TWIN_STEP_DONE) {
            f->priv.sends += step == TWIN_STEP_SEND;
            f->priv.sent_ms = step == TWIN_STEP_SEND ? now_ms : f->priv.sent_ms;
            job->wake_ms = question->wake_ms;
            return step;
        }
        if (f->status.stage == TWIN_FILE_PARTS) {
            learn_time(f, now_ms);
        }
        on_answer(f, question->result);
    }
    return TWIN_STEP_DONE;
}

static void file_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct twin_file *f = file_of(job);

    if (f->status.stage != TWIN_FILE_END) {
        twin_job_receive(&f->priv.client->job, packet, now_ms);
    }
}

static void prepare(struct twin_file *f, struct twin_client *client,
                    const struct twin_file_config *config, bool is_upload)
{
    memset(f, 0, sizeof(*f));
    f->job.poll = file_poll;
    f->job.receive = file_receive;
    f->priv.client = client;
    f->priv.config = *config;
    f->priv.is_upload = is_upload;
    f->priv.wait_ms = WAIT_START_MS;
}

void twin_file_upload(struct twin_file *f, struct twin_client *client,
                      const struct twin_file_config *config)
{
    prepare(f, client, config, true);
    f->status.total = config->len;
    f->status.is_total_known = true;
    ask_buffers(f);
}

void twin_file_download(struct twin_file *f, struct twin_client *client,
                        const struct twin_file_config *config)
{
    prepare(f, client, config, false);
    if (config->digest != NULL && config->have != 0) {
        ask_hash(f, TWIN_FILE_PREFIX, config->have);
    } else {
        ask_part(f);
    }
}
