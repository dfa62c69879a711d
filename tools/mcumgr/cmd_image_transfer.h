/*
 * cmd_image_transfer.h - an upload as the user sees it: progress, and what to do when it fails.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "commands.h"
#include "twin/update.h"

/* What an upload needs to know of the link, and -t as patience for the erase. */
void upload_describe_link(const struct session *session, struct twin_upload_config *config);

/* Drive an upload, or an update, and show its progress on stderr. on_stage is called at each stage
 * of the update before its end. */
twin_err_t upload_drive(struct session *session, struct twin_upload *upload);
twin_err_t update_drive(struct session *session, struct twin_update *update,
                        void (*on_stage)(void *ctx), void *ctx);

/* After a failure: can it be resumed? Says so on stderr. */
void upload_explain_resume(const struct twin_upload_status *status, twin_err_t err);
