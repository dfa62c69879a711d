/*
 * report/failure.h - why a job with a device ended as it did, as an error: the one place that knows
 * words for it. What to try names verbs and options of mcumgr, which whoever has a device has. A
 * link that broke has its own error (transport/link.h).
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "twin/client.h"
#include "twin/text.h"
#include <jansson.h>

/* Who did not do it. */
struct twin_report_device {
    const struct twin_client *client; /* that made the requests */
    const char *place, *kind;         /* of the connection: "/dev/ttyACM0", "serial" */
    enum twin_text_keep keep;         /* of the device's own words */
};

/*
 * Explain a job's result, which is not TWIN_OK: a refusal with the device's own words, a silence,
 * an answer that makes no sense. Returns the error's code: TWIN_ERROR_REFUSED, _LINK, _VERIFY or
 * _USAGE.
 */
enum twin_error_code twin_report_failure(const struct twin_report_device *device, twin_err_t err,
                                         struct twin_error *error);

/* What programs are told of a refusal: {"rc", "text", "reason", "group"}. NULL without memory. */
json_t *twin_report_refusal_json(const struct twin_refusal *refusal);
