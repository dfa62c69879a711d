/*
 * failure.c - results of jobs in words. SPDX-License-Identifier: Apache-2.0
 */
#include "report/failure.h"
#include "report/text.h"
#include "twin/grp_image.h"
#include <stdio.h>

/* ---- Refusals ---- */

/* What to try, where it is known. */
struct hint {
    bool is_group;
    int64_t group, rc;
    const char *text;
};

static const struct hint hints[] = {
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_HASH_NOT_FOUND,
     "'mcumgr image list' shows the hashes that are on the device"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_NO_FREE_SLOT,
     "'mcumgr image list' shows why: what runs stays, and during a trial (active, not confirmed) "
     "so does the image to go back to. 'mcumgr image confirm' ends a trial for good, restarts "
     "with 'mcumgr reset' end it with the old image"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_PENDING,
     "'mcumgr image list' shows which: a pending image is started by 'mcumgr reset' and taken back "
     "by 'mcumgr image erase'; one on trial (active, not confirmed) is kept by 'mcumgr image "
     "confirm' and given up by restarts"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_TOO_LARGE,
     "'mcumgr image slot-info' shows how large an image may be"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_NOT_NEWER,
     "Without --upgrade most devices take older versions too"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_BAD_HASH,
     "The hash has another length than this device's, or it is missing"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_TEST_ACTIVE_DENIED,
     "It runs already; 'mcumgr image confirm' keeps it"},
    {false, 0, TWIN_RC_NOT_SUPPORTED, "What runs there was built without this command"},
    {false, 0, TWIN_RC_TOO_LARGE,
     "Its answer is longer than its buffers ('mcumgr params'): they are its firmware's to enlarge"},
    {false, 0, TWIN_RC_BUSY, "Wait until the device allows it, then try again"},
    {false, 0, TWIN_RC_ACCESS_DENIED, "It wants another or a protected connection"},
};

static const char *hint_for(const struct twin_refusal *refusal)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        const struct hint *hint = &hints[i];
        if (hint->is_group == refusal->is_group && hint->rc == refusal->rc &&
            (!hint->is_group || hint->group == refusal->group)) {
            return hint->text;
        }
    }
    return "";
}

json_t *twin_report_refusal_json(const struct twin_refusal *refusal)
{
    json_t *more = json_pack("{s:I, s:s, s:s}", "rc", (json_int_t)refusal->rc, "text",
                             twin_refusal_str(refusal), "reason", refusal->reason);

    if (refusal->is_group) {
        twin_report_json_set(&more, "group", json_integer(refusal->group));
    }
    return more;
}

/* "the device refused: TEXT: "REASON" (code 8 of group 1)" */
static void explain_refusal(const struct twin_report_device *device, struct twin_error *error)
{
    const struct twin_refusal *refusal = &device->client->refusal;
    char reason[TWIN_TEXT_GROWTH * TWIN_REFUSAL_REASON_MAX], code[64];
    const char *quote = refusal->reason[0] != '\0' ? "\"" : "";

    twin_text_clean(twin_span_text(refusal->reason), device->keep, reason, sizeof(reason));
    snprintf(code, sizeof(code), refusal->is_group ? "code %lld of group %lld" : "code %lld",
             (long long)refusal->rc, (long long)refusal->group);
    twin_error_set(error, TWIN_ERROR_REFUSED, "the device refused: %s%s%s%s%s (%s)",
                   twin_refusal_str(refusal), *quote != '\0' ? ": " : "", quote, reason, quote,
                   code);
    twin_error_hint(error, "%s", hint_for(refusal));
}

/* ---- All failures ---- */

static void explain_silence(const struct twin_report_device *device, struct twin_error *error)
{
    const bool was_there = device->client->has_answered;

    twin_error_set(error, TWIN_ERROR_LINK, "%s from the device at %s (%s)",
                   was_there ? "no further answer" : "no answer", device->place, device->kind);
    twin_error_hint(error, was_there ? "It was there before: did it restart or lose power, is the "
                                       "cable in? -t waits longer"
                                     : "Is it on, does its firmware have an SMP server, are port "
                                       "and speed right? -t waits longer");
}

/* Code and words for each error of a job; those above are not here. */
struct failure {
    twin_err_t err;
    enum twin_error_code code;
    const char *why, *hint;
};

static const struct failure failures[] = {
    {TWIN_E_FORMAT, TWIN_ERROR_LINK,
     "the device's answers cannot be read, or lack what was asked for", ""},
    {TWIN_E_VERIFY, TWIN_ERROR_VERIFY, "what the device has is not what was sent", ""},
    {TWIN_E_IO, TWIN_ERROR_LINK, "the device answers but does not take more data", ""},
    {TWIN_E_STATE, TWIN_ERROR_REFUSED,
     "the device does not do what it agreed to, or restarts meanwhile", ""},
    {TWIN_E_SPACE, TWIN_ERROR_LINK,
     "what has to be in one packet is longer than the device's buffers or this connection's "
     "packets",
     "'mcumgr params' shows the buffers: they are the firmware's to enlarge"},
    {TWIN_E_ARG, TWIN_ERROR_USAGE, "an argument is outside the allowed range", ""},
};

enum twin_error_code twin_report_failure(const struct twin_report_device *device, twin_err_t err,
                                         struct twin_error *error)
{
    struct failure found = {err, TWIN_ERROR_LINK, twin_err_str(err), ""};

    if (err == TWIN_E_REFUSED) {
        explain_refusal(device, error);
        return error->code;
    }
    if (err == TWIN_E_TIMEOUT) {
        explain_silence(device, error);
        return error->code;
    }
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (failures[i].err == err) {
            found = failures[i];
        }
    }
    twin_error_set(error, found.code, "%s", found.why);
    return twin_error_hint(error, "%s", found.hint);
}
