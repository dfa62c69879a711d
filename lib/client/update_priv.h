/*
 * update_priv.h - between the two files of the update procedure: the job (update.c) and its stages
 * (update_stages.c). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/update.h"

/* One stage: the request that it makes, and what follows from the outcome. */
struct twin_update_row {
    const struct twin_cmd *cmd;
    uint16_t timeout_ms;
    uint8_t tries;                          /* 0: as configured */
    bool is_list;                           /* it is answered with a list, of images or history */
    void (*prepare)(struct twin_update *u); /* NULL: the request has no arguments */
    void (*conclude)(struct twin_update *u, twin_err_t result, uint32_t now_ms);
};

extern const struct twin_update_row twin_update_rows[TWIN_UPDATE_END]; /* by stage */

/* Go on with this stage: its exchange is made next. */
void twin_update_enter(struct twin_update *u, enum twin_update_stage stage);

/* The same, after a pause. */
void twin_update_enter_after(struct twin_update *u, enum twin_update_stage stage, uint32_t now_ms,
                             uint32_t pause_ms);

/* The job is over. */
void twin_update_finish(struct twin_update *u, twin_err_t result);
