/*
 * cmd_update_report.h - an update in words: its steps while it runs, and what it came to.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "commands.h"
#include "firmware/firmware.h"
#include "twin/update.h"

struct update_report {
    const struct session *session;
    const struct twin_firmware *file;
    uint32_t wait_s;  /* of the waits for a restart */
    json_t *steps;    /* so far, for programs */
    char before[256]; /* version of the image that gives way; "": not known */
    bool has_run;     /* the new image was seen running: it is confirmed or not, and no more */
    unsigned restarts;
    bool was_running, has_matched; /* before; and the device compared what it stored: equal */
};

/* Begin: what is known of the file is said. update_report_end() in any case. */
void update_report_begin(struct update_report *report, const struct session *session,
                         const struct twin_firmware *file, uint32_t wait_s);
void update_report_end(struct update_report *report);

/* A step begins, `name` for programs, `text` for people. The one before was done. */
void update_report_step(struct update_report *report, const char *name, const char *text);

/* A stage of the job begins. */
void update_report_stage(struct update_report *report, const struct twin_update *update);

/* The image on the device that gives way; NULL: not known. */
void update_report_before(struct update_report *report, const struct twin_image_slot *slot);

/* Say why the job failed, and what state that leaves. Returns the exit code. */
int update_report_failure(struct update_report *report, const struct twin_update *update,
                          twin_err_t err);

/* The job ended well; there may be another one. */
void update_report_add(struct update_report *report, const struct twin_update *update);

/* The image runs. Returns the exit code. */
int update_report_done(struct update_report *report, const struct twin_update *update);
