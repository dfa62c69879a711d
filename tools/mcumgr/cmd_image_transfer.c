/*
 * cmd_image_transfer.c - progress of uploads and updates. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image_transfer.h"
#include "twin/console.h"
#include <stdio.h>

struct view {
    const struct twin_upload *upload;
    const struct twin_update *update; /* NULL: only an upload */
    struct cli_progress progress;
    bool is_shown;   /* the progress line is open */
    bool is_told;    /* that the first part may take long */
    unsigned pauses; /* that the user knows of */
    enum twin_update_stage stage;
    void (*on_stage)(void *ctx);
    void *ctx;
};

void upload_describe_link(const struct session *session, struct twin_upload_config *config)
{
    const double wanted_ms = session->common->timeout * 1000;

    config->packet_max = session->device.link->packet_max;
    config->packet_guess = session->device.link->packet_guess;
    config->frame_bytes = session->device.config.kind->frame_bytes;
    config->piece_bytes = config->frame_bytes != 0 ? TWIN_CONSOLE_PIECE : 0;
    if (wanted_ms > TWIN_UPLOAD_PATIENCE_MS) {
        config->patience_ms = wanted_ms < 1e9 ? (uint32_t)wanted_ms : 1000000000u;
    }
}

static void close_line(struct view *view)
{
    if (view->is_shown) {
        cli_progress_set(&view->progress, view->upload->status.done);
        cli_progress_end(&view->progress);
        view->is_shown = false;
    }
}

/* What is waited for, and how long. */
static void explain_waits(struct view *view)
{
    const struct twin_upload_status *status = &view->upload->status;

    if (status->stage == TWIN_UPLOAD_PREPARE && !view->is_told) {
        fprintf(stderr,
                "Waiting for the device to take the first part; it may erase first, for up "
                "to %u s\n",
                (unsigned)((status->first_max_ms + 999) / 1000));
        view->is_told = true;
    }
    if (status->pauses > 0 && view->pauses == 0) {
        close_line(view);
        fprintf(stderr,
                "The device is busy or has no memory at the moment: what it does not take "
                "is sent again, for up to %u s\n",
                (unsigned)((status->pause_max_ms + 999) / 1000));
    }
    view->pauses = status->pauses;
}

static void look_at_upload(struct view *view)
{
    const struct twin_upload *upload = view->upload;

    explain_waits(view);
    if (upload->status.stage == TWIN_UPLOAD_SEND && !view->is_shown) {
        cli_progress_begin(&view->progress, "Uploading", upload->status.total);
        view->is_shown = true;
    }
    if (view->is_shown) {
        cli_progress_set(&view->progress, upload->status.done);
    }
}

static void look(struct twin_task *task)
{
    struct view *view = task->ctx;

    /* The question why is a part of the wait that failed, and not a step that can fail. */
    if (view->update != NULL && view->update->stage != view->stage &&
        view->update->stage != TWIN_UPDATE_EXPLAIN) {
        close_line(view);
        view->stage = view->update->stage;
        if (view->stage != TWIN_UPDATE_END) {
            view->on_stage(view->ctx);
        }
    }
    if (view->update == NULL || view->stage == TWIN_UPDATE_UPLOAD) {
        look_at_upload(view);
    }
}

twin_err_t upload_drive(struct session *session, struct twin_upload *upload)
{
    struct view view = {.upload = upload};
    struct twin_task task = {.job = &upload->job, .on_step = look, .ctx = &view};

    const twin_err_t err = session_run(session, &task);
    close_line(&view);
    return err;
}

twin_err_t update_drive(struct session *session, struct twin_update *update,
                        void (*on_stage)(void *ctx), void *ctx)
{
    struct view view = {.upload = &update->upload,
                        .update = update,
                        .stage = TWIN_UPDATE_END,
                        .on_stage = on_stage,
                        .ctx = ctx};
    struct twin_task task = {
        .job = &update->job, .on_step = look, .may_drop = &update->may_drop, .ctx = &view};

    const twin_err_t err = session_run(session, &task);
    close_line(&view);
    return err;
}

void upload_explain_resume(const struct twin_upload_status *status, twin_err_t err)
{
    const bool is_link = err == TWIN_E_IO || err == TWIN_E_TIMEOUT || err == TWIN_E_FORMAT;

    if (!is_link || status->done == 0) {
        return;
    }
    if (status->resumed_from > 0) {
        fprintf(stderr, "This device keeps what it has until it restarts: the same command goes on "
                        "from there.\n");
    } else {
        fprintf(stderr,
                "Run the same command again: a device that keeps what it has, %u bytes, goes on "
                "from there; a bootloader that takes updates itself begins again at 0.\n",
                (unsigned)status->done);
    }
}
