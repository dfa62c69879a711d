/*
 * update.c - the job of an update: one exchange after the other, as the table of stages says.
 *
 * The stages are in update_stages.c. SPDX-License-Identifier: Apache-2.0
 */
#include "listing.h"
#include "update_priv.h"
#include <string.h>

static struct twin_update *update_of(struct twin_job *job)
{
    return (struct twin_update *)(void *)job; /* the job is the first member */
}

void twin_update_finish(struct twin_update *u, twin_err_t result)
{
    u->job.result = result;
    u->priv.is_over = true;
    if (result == TWIN_OK) {
        u->stage = TWIN_UPDATE_END;
    }
}

void twin_update_enter(struct twin_update *u, enum twin_update_stage stage)
{
    const struct twin_update_row *row = &twin_update_rows[stage];

    u->stage = stage;
    if (stage == TWIN_UPDATE_UPLOAD) {
        u->uploads++;
        twin_upload_begin(&u->upload, u->priv.client, &u->priv.config.upload);
        return;
    }
    memset(&u->priv.rsp, 0, sizeof(u->priv.rsp)); /* nothing of an earlier list may count */
    if (row->prepare != NULL) {
        row->prepare(u);
    }
    const struct twin_request request = {.cmd = row->cmd,
                                         .req = row->prepare != NULL ? &u->priv.req : NULL,
                                         .rsp = row->is_list ? (void *)&u->priv.rsp : NULL,
                                         .timeout_ms = row->timeout_ms,
                                         .tries = row->tries};
    twin_client_begin(u->priv.client, &request);
}

void twin_update_enter_after(struct twin_update *u, enum twin_update_stage stage, uint32_t now_ms,
                             uint32_t pause_ms)
{
    twin_update_enter(u, stage);
    u->priv.is_pausing = true;
    u->priv.pause_end_ms = now_ms + pause_ms;
}

/* ---- The job ---- */

static struct twin_job *exchange(struct twin_update *u)
{
    return u->stage == TWIN_UPDATE_UPLOAD ? &u->upload.job : &u->priv.client->job;
}

static enum twin_step update_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                  size_t *len)
{
    struct twin_update *u = update_of(job);

    /* Each turn ends a stage; they only go forward within one poll. */
    for (unsigned turn = 0; turn <= TWIN_UPDATE_END && !u->priv.is_over; turn++) {
        if (u->priv.is_pausing && !twin_time_reached(now_ms, u->priv.pause_end_ms)) {
            job->wake_ms = u->priv.pause_end_ms;
            return TWIN_STEP_WAIT;
        }
        u->priv.is_pausing = false;
        struct twin_job *inner = exchange(u);
        const enum twin_step step = twin_job_poll(inner, now_ms, buf, cap, len);
        if (step != TWIN_STEP_DONE) {
            job->wake_ms = inner->wake_ms;
            return step;
        }
        twin_update_rows[u->stage].conclude(u, inner->result, now_ms);
    }
    return TWIN_STEP_DONE;
}

/* Packets that nobody waits for, in a pause or after the end, are ignored by the exchange. */
static void update_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    twin_job_receive(exchange(update_of(job)), packet, now_ms);
}

const char *twin_update_stage_str(enum twin_update_stage stage)
{
    static const char *const texts[] = {
#define X(name, text) text,
        TWIN_UPDATE_STAGE_LIST(X)
#undef X
    };
    return (unsigned)stage <= TWIN_UPDATE_END ? texts[stage] : "unknown stage";
}

bool twin_update_running(const struct twin_update *u, struct twin_image_slot *slot)
{
    if (u->priv.has_seen) {
        *slot = u->priv.seen;
        slot->version.ptr = u->priv.seen_version;
        slot->hash.ptr = u->priv.seen_hash;
        return true;
    }
    return twin_listing_running(&u->priv.rsp, u->priv.image, slot);
}

void twin_update_begin(struct twin_update *u, struct twin_client *client,
                       const struct twin_update_config *config)
{
    memset(u, 0, sizeof(*u));
    u->job.poll = update_poll;
    u->job.receive = update_receive;
    u->priv.client = client;
    u->priv.config = *config;
    u->priv.image = config->upload.image;
    if (u->priv.config.patience_ms == 0) {
        u->priv.config.patience_ms = TWIN_UPDATE_PATIENCE_MS;
    }
    if (config->upload.image_hash.len == 0) {
        twin_update_finish(u, TWIN_E_ARG);
    } else {
        twin_update_enter(u, TWIN_UPDATE_LOOK);
    }
}
