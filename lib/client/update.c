/*
 * update.c - the update procedure as a table of stages: one exchange each, then where to go.
 *
 * Not the upload (upload.c). Spec: docs/spec-smp.md section 3.2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/update.h"
#include <string.h>

#define POLL_MS       1000 /* between two questions to a device that may be restarting */
#define POLL_ANSWER   1500 /* timeout of such a question: swaps are silent, not slow */
#define RESET_AGAIN   8    /* polls that show a device not restarted before it is asked again */
#define RESET_WAIT_MS 3000

static struct twin_update *update_of(struct twin_job *job)
{
    return (struct twin_update *)(void *)job; /* the job is the first member */
}

static void finish(struct twin_update *u, twin_err_t result)
{
    u->job.result = result;
    u->priv.is_over = true;
    if (result == TWIN_OK) {
        u->stage = TWIN_UPDATE_END;
    }
}

/* ---- What the device's list says about our image ---- */

enum standing {
    ABSENT,    /* it is in no slot */
    STORED,    /* in the other slot */
    PENDING,   /* in the other slot, to be swapped in at the next start */
    RUNNING,   /* on trial */
    CONFIRMED, /* running for good */
};

static enum standing standing(const struct twin_update *u)
{
    const struct twin_span hash = u->priv.config.upload.image_hash;
    const struct twin_image_state_rsp *list = &u->priv.rsp;

    for (uint32_t i = 0; i < list->slots_count; i++) {
        const struct twin_image_slot *slot = &list->slots[i];
        if (slot->active && slot->image == u->priv.config.upload.image &&
            slot->hash.len == hash.len && memcmp(slot->hash.ptr, hash.ptr, hash.len) == 0) {
            return slot->confirmed ? CONFIRMED : RUNNING;
        }
    }
    const struct twin_image_slot *stored =
        twin_image_slot_find(list, u->priv.config.upload.image, hash);
    if (stored == NULL) {
        return ABSENT;
    }
    return stored->pending ? PENDING : STORED;
}

/* ---- Stages: prepare fills in the request, conclude looks at its outcome ---- */

static void enter(struct twin_update *u, enum twin_update_stage stage);

static void enter_after(struct twin_update *u, enum twin_update_stage stage, uint32_t now_ms,
                        uint32_t pause_ms)
{
    enter(u, stage);
    u->priv.is_pausing = true;
    u->priv.pause_end_ms = now_ms + pause_ms;
}

/* The image runs: is anything left to do? */
static void on_running(struct twin_update *u, enum standing found)
{
    if (found == RUNNING && u->priv.config.confirm) {
        enter(u, TWIN_UPDATE_CONFIRM);
    } else {
        finish(u, TWIN_OK);
    }
}

static void conclude_look(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    const enum standing found = result == TWIN_OK ? standing(u) : ABSENT;

    (void)now_ms;
    u->was_running = found == RUNNING || found == CONFIRMED;
    u->was_there = found != ABSENT;
    if (result != TWIN_OK) {
        finish(u, result);
    } else if (u->was_running) {
        on_running(u, found);
    } else if (found == ABSENT) {
        enter(u, TWIN_UPDATE_UPLOAD);
    } else {
        enter(u, found == PENDING ? TWIN_UPDATE_RESET : TWIN_UPDATE_TEST);
    }
}

static void conclude_upload(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result != TWIN_OK) {
        finish(u, result);
    } else {
        enter(u, TWIN_UPDATE_INSPECT);
    }
}

static void conclude_inspect(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result != TWIN_OK) {
        finish(u, result);
    } else if (standing(u) == ABSENT) {
        finish(u, TWIN_E_VERIFY);
    } else {
        enter(u, TWIN_UPDATE_TEST);
    }
}

static void prepare_test(struct twin_update *u)
{
    u->priv.req.state.hash = u->priv.config.upload.image_hash;
    u->priv.req.state.confirm = false;
    u->priv.req.state.present = TWIN_IMAGE_STATE_REQ_HASH | TWIN_IMAGE_STATE_REQ_CONFIRM;
}

static void conclude_test(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result != TWIN_OK) {
        finish(u, result);
    } else if (standing(u) != PENDING) {
        finish(u, TWIN_E_STATE);
    } else {
        enter(u, TWIN_UPDATE_RESET);
    }
}

static void prepare_reset(struct twin_update *u)
{
    u->priv.req.reset.force = u->priv.config.force_reset;
    u->priv.req.reset.present = u->priv.config.force_reset ? TWIN_OS_RESET_REQ_FORCE : 0;
    u->may_drop = true;
}

static void conclude_reset(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    if (result == TWIN_E_REFUSED) {
        u->may_drop = false;
        finish(u, result);
        return;
    }
    /* No answer: it was lost, or the device was faster. WAIT finds out. */
    if (u->priv.wait_end_ms == 0) {
        u->priv.wait_end_ms = (now_ms + u->priv.config.patience_ms) | 1; /* 0: not yet set */
    }
    u->priv.pending_polls = 0;
    enter_after(u, TWIN_UPDATE_WAIT, now_ms, POLL_MS);
}

static void conclude_wait(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    const enum standing found = result == TWIN_OK ? standing(u) : PENDING;

    if (found == RUNNING || found == CONFIRMED) {
        u->may_drop = false;
        on_running(u, found);
    } else if (found != PENDING) {
        finish(u, TWIN_E_VERIFY);
    } else if (twin_time_reached(now_ms, u->priv.wait_end_ms)) {
        finish(u, TWIN_E_TIMEOUT);
    } else if (result == TWIN_OK && ++u->priv.pending_polls >= RESET_AGAIN) {
        enter(u, TWIN_UPDATE_RESET); /* it answers, but did not restart: the request was lost */
    } else {
        enter_after(u, TWIN_UPDATE_WAIT, now_ms, POLL_MS);
    }
}

static void prepare_confirm(struct twin_update *u)
{
    prepare_test(u); /* by its hash, so that nothing else can be confirmed by mistake */
    u->priv.req.state.confirm = true;
}

static void conclude_confirm(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result == TWIN_OK && standing(u) != CONFIRMED) {
        result = TWIN_E_STATE;
    }
    finish(u, result);
}

struct stage {
    enum twin_smp_op op;
    uint16_t group;
    uint8_t id;
    uint8_t tries; /* 0: as configured */
    uint16_t timeout_ms;
    const struct twin_msg *req_msg, *rsp_msg;
    void (*prepare)(struct twin_update *u); /* NULL: the request has no arguments */
    void (*conclude)(struct twin_update *u, twin_err_t result, uint32_t now_ms);
};

#define ASK_LIST                                                                                   \
    .op = TWIN_SMP_READ, .group = TWIN_GRP_IMAGE, .id = TWIN_IMAGE_STATE,                          \
    .req_msg = &twin_empty_msg, .rsp_msg = &twin_image_state_rsp_msg
#define SET_STATE                                                                                  \
    .op = TWIN_SMP_WRITE, .group = TWIN_GRP_IMAGE, .id = TWIN_IMAGE_STATE,                         \
    .req_msg = &twin_image_state_req_msg, .rsp_msg = &twin_image_state_rsp_msg

static const struct stage stages[] = {
    [TWIN_UPDATE_LOOK] = {ASK_LIST, .conclude = conclude_look},
    [TWIN_UPDATE_UPLOAD] = {.conclude = conclude_upload}, /* a job of its own */
    [TWIN_UPDATE_INSPECT] = {ASK_LIST, .conclude = conclude_inspect},
    [TWIN_UPDATE_TEST] = {SET_STATE, .prepare = prepare_test, .conclude = conclude_test},
    [TWIN_UPDATE_RESET] = {.op = TWIN_SMP_WRITE,
                           .group = TWIN_GRP_OS,
                           .id = TWIN_OS_RESET,

                           .tries = 1, /* a late repeat would cost the image one of its starts */
                           .timeout_ms = RESET_WAIT_MS,
                           .req_msg = &twin_os_reset_req_msg,
                           .rsp_msg = &twin_empty_msg,
                           .prepare = prepare_reset,
                           .conclude = conclude_reset},
    [TWIN_UPDATE_WAIT] = {ASK_LIST, .tries = 1, .timeout_ms = POLL_ANSWER,
                          .conclude = conclude_wait},
    [TWIN_UPDATE_CONFIRM] = {SET_STATE, .prepare = prepare_confirm, .conclude = conclude_confirm},
};

static void enter(struct twin_update *u, enum twin_update_stage stage)
{
    const struct stage *row = &stages[stage];

    u->stage = stage;
    if (stage == TWIN_UPDATE_UPLOAD) {
        twin_upload_begin(&u->upload, u->priv.client, &u->priv.config.upload);
        return;
    }
    memset(&u->priv.req, 0, sizeof(u->priv.req));
    if (row->prepare != NULL) {
        row->prepare(u);
    }
    const struct twin_request request = {.op = row->op,
                                         .group = row->group,
                                         .id = row->id,
                                         .timeout_ms = row->timeout_ms,
                                         .tries = row->tries,
                                         .req_msg = row->req_msg,
                                         .req = &u->priv.req,
                                         .rsp_msg = row->rsp_msg,
                                         .rsp = &u->priv.rsp};
    twin_client_begin(u->priv.client, &request);
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
        stages[u->stage].conclude(u, inner->result, now_ms);
    }
    return TWIN_STEP_DONE;
}

static void update_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct twin_update *u = update_of(job);

    if (!u->priv.is_over && !u->priv.is_pausing) {
        twin_job_receive(exchange(u), packet, now_ms);
    }
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

void twin_update_begin(struct twin_update *u, struct twin_client *client,
                       const struct twin_update_config *config)
{
    memset(u, 0, sizeof(*u));
    u->job.poll = update_poll;
    u->job.receive = update_receive;
    u->priv.client = client;
    u->priv.config = *config;
    if (u->priv.config.patience_ms == 0) {
        u->priv.config.patience_ms = TWIN_UPDATE_PATIENCE_MS;
    }
    if (config->upload.image_hash.len == 0) {
        finish(u, TWIN_E_ARG);
        return;
    }
    enter(u, TWIN_UPDATE_LOOK);
}
