/*
 * report/update.h - why an update failed and what state that leaves, in words. What is said of the
 * device is what it told; what follows from no answer is not known, and not said.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "report/failure.h"
#include "twin/image.h"
#include "twin/update.h"

/* An update, and what is known besides the job. */
struct twin_report_update {
    const struct twin_report_device *device;
    const struct twin_update *update;
    struct twin_version version; /* of the file */
    bool is_verified;            /* the file's signature is by a key that the user named */
    const char *before;          /* version of the image that gives way; "": not known */
    bool has_run;                /* an earlier job saw the new image run */
    uint32_t wait_s;             /* of the waits for a restart */
};

/*
 * Explain a result that is not TWIN_OK where the update knows more than twin_report_failure(): it
 * sets the error, with a `reason`, and returns true. False: nothing is set.
 */
bool twin_report_update_failure(const struct twin_report_update *report, twin_err_t err,
                                struct twin_error *error);

/* What the device says became of this image, after OTHER_RUNS; NULL: nothing. */
const struct twin_history_item *twin_report_update_history(const struct twin_report_update *report);

/* What state the failure leaves, and what to do, as sentences; "" where the error says it all. */
const char *twin_report_update_state(const struct twin_report_update *report);
