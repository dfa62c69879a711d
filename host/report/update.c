/*
 * update.c - failures of updates in words. SPDX-License-Identifier: Apache-2.0
 */
#include "report/update.h"
#include "report/history.h"
#include <stdio.h>

/* A cause that needs words of its own. */
struct explanation {
    enum twin_error_code code;
    const char *reason; /* for programs */
    const char *why, *hint;
};

static const struct explanation explanations[TWIN_UPDATE_CAUSE_COUNT] = {
    [TWIN_UPDATE_IS_OLD] =
        {TWIN_ERROR_REFUSED, "on-trial",
         "it is what the device falls back to: another image is on trial there, unconfirmed",
         "It comes back by itself at one of the next restarts; --go-back restarts the device until "
         "it is back"},
    [TWIN_UPDATE_ON_TRIAL] =
        {TWIN_ERROR_REFUSED, "on-trial",
         "another image is on trial there, unconfirmed, and what it falls back to must stay",
         "Confirm the image that runs, or give --go-back: it restarts the device until the old one "
         "is back, and then goes on"},
    [TWIN_UPDATE_STAYS] = {TWIN_ERROR_REFUSED, "on-trial",
                           "the device was restarted, but the trial of the other image goes on",
                           "'mcumgr image list' shows what runs"},
    [TWIN_UPDATE_NOT_LISTED] =
        {TWIN_ERROR_VERIFY, "not-stored", "the device took the file, but does not list its hash",
         "'mcumgr image list' shows what it has. Is the file for another image of it (-n)"},
    [TWIN_UPDATE_NOT_FOUND] = {TWIN_ERROR_REFUSED, "not-stored",
                               "the device does not find the image, although it was sent twice",
                               "'mcumgr image list' shows what it has; its flash may be worn"},
    [TWIN_UPDATE_NOT_MARKED] = {TWIN_ERROR_REFUSED, "not-marked",
                                "the device agreed to test the image, but does not list it as "
                                "pending",
                                "'mcumgr image list' shows what it has"},
    [TWIN_UPDATE_NO_RESTART] = {TWIN_ERROR_REFUSED, "no-restart",
                                "the device answers, but did not restart", "Switch it off and on"},
    [TWIN_UPDATE_OTHER_RUNS] = {TWIN_ERROR_VERIFY, "other-runs",
                                "the device restarted, but does not run the new image", ""},
    [TWIN_UPDATE_NOT_KNOWN] = {TWIN_ERROR_VERIFY, "not-known",
                               "the device restarted, but does not tell the hash of what runs",
                               "'mcumgr image list' shows what it tells. A bootloader that still "
                               "waits for an upload starts the image at the next power-on"},
    [TWIN_UPDATE_NOT_CONFIRMED] = {TWIN_ERROR_REFUSED, "not-confirmed",
                                   "the device agreed to confirm the image, but does not list it "
                                   "as confirmed",
                                   "'mcumgr image confirm' tries again"},
};

/* Only the device knows more of a bad end; what can be excluded, is. */
static const char *other_runs_hint(const struct twin_report_update *report)
{
    return report->is_verified
               ? "Its bootloader refused the image (does it trust the key that was given, does it "
                 "allow this version?), or the image started and failed, and the old one came back"
               : "Its bootloader refused the image (signed with another key, for another device, a "
                 "version that it does not allow), or the image started and failed, and the old "
                 "one came back. --key checks the signature before anything is sent";
}

const struct twin_history_item *twin_report_update_history(const struct twin_report_update *report)
{
    const struct twin_history_item *item = &report->update->history;
    struct twin_version theirs;
    unsigned parts;

    if (item->present == 0 || (item->present & TWIN_HISTORY_VERSION) == 0) {
        return item->present == 0 ? NULL : item;
    }
    return twin_version_parse(item->version, &theirs, &parts) == TWIN_OK &&
                   twin_version_compare_build(&theirs, &report->version) == 0
               ? item
               : NULL;
}

/* What the device says itself is better than any guess. False: it says nothing of this image. */
static bool hint_history(const struct twin_report_update *report, struct twin_error *error)
{
    const struct twin_history_item *item = twin_report_update_history(report);
    struct twin_buf text = {0};

    if (item != NULL) {
        twin_report_history(&text, item, report->device->keep);
    }
    const bool is_told = text.len > 0 && !text.failed;
    if (is_told) {
        twin_error_hint(error, "The device says: %.*s", (int)text.len, (const char *)text.data);
    }
    twin_buf_free(&text);
    return is_told;
}

/* " (version 1.0.0, hash 0123... runs)" */
static void describe_running(const struct twin_report_update *report, char *text, size_t cap)
{
    char version[200], digits[TWIN_REPORT_HASH_DIGITS + 1];
    struct twin_image_slot running;

    *text = '\0';
    if (twin_update_running(report->update, &running)) {
        twin_text_clean(running.version, report->device->keep, version, sizeof(version));
        twin_report_hash(running.hash, digits);
        snprintf(text, cap, " (version %s%s%s runs)", version, digits[0] != '\0' ? ", hash " : "",
                 digits);
    }
}

static void explain_older(const struct twin_report_update *report, struct twin_error *error)
{
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&report->version, version);
    twin_error_set(error, TWIN_ERROR_VERIFY, "version %s is older than %s, which the device has",
                   version, report->before);
    twin_error_hint(error, "--allow-downgrade installs it all the same");
    twin_error_reason(error, "older");
}

static void explain_silence(const struct twin_report_update *report, struct twin_error *error)
{
    twin_error_set(error, TWIN_ERROR_LINK, "after the restart nothing answered at %s within %u s",
                   report->device->place, (unsigned)report->wait_s);
    twin_error_hint(error, "Is the cable still in, does the new firmware answer here, did a USB "
                           "port come back under another name? --wait waits longer");
    twin_error_reason(error, "no-answer");
}

static void explain(const struct twin_report_update *report, enum twin_update_cause cause,
                    struct twin_error *error)
{
    const struct explanation *row = &explanations[cause];
    char running[300];

    describe_running(report, running, sizeof(running));
    twin_error_set(error, row->code, "%s%s", row->why, running);
    if (cause != TWIN_UPDATE_OTHER_RUNS) {
        twin_error_hint(error, "%s", row->hint);
    } else if (!hint_history(report, error)) {
        twin_error_hint(error, "%s", other_runs_hint(report));
    }
    twin_error_reason(error, row->reason);
}

/* An image that ran, and does not any more, was not declined. */
static enum twin_update_cause cause_of(const struct twin_report_update *report)
{
    const enum twin_update_cause cause = report->update->cause;

    return cause == TWIN_UPDATE_DECLINED && report->has_run ? TWIN_UPDATE_OTHER_RUNS : cause;
}

bool twin_report_update_failure(const struct twin_report_update *report, twin_err_t err,
                                struct twin_error *error)
{
    const enum twin_update_stage stage = report->update->stage;
    const enum twin_update_cause cause = cause_of(report);

    if (cause == TWIN_UPDATE_DECLINED) {
        explain_older(report, error);
    } else if (cause != TWIN_UPDATE_PLAIN) {
        explain(report, cause, error);
    } else if (err == TWIN_E_TIMEOUT &&
               (stage == TWIN_UPDATE_WAIT || stage == TWIN_UPDATE_RETURN)) {
        explain_silence(report, error);
    } else {
        return false;
    }
    return true;
}

/* ---- What state a failure leaves ---- */

#define RERUN "Run the same command again: it goes on where the device is."

static const char *const states[] = {
    [TWIN_UPDATE_LOOK] = "Nothing was changed.",
    [TWIN_UPDATE_GO_BACK] = "Nothing was sent. " RERUN,
    [TWIN_UPDATE_RETURN] = "Nothing was sent; the device was asked to restart. " RERUN,
    [TWIN_UPDATE_UPLOAD] = "The device was not told to start what it has of the file.",
    [TWIN_UPDATE_INSPECT] = "The device took the file, and was not told to start it. " RERUN,
    [TWIN_UPDATE_TEST] = "The device took the file; 'mcumgr image list' shows whether it is marked "
                         "for the next start. " RERUN,
    [TWIN_UPDATE_RESET] = "The image is marked: the device tests it at its next restart. " RERUN,
    [TWIN_UPDATE_WAIT] = RERUN,
    [TWIN_UPDATE_CONFIRM] = "The new image runs; one that is not confirmed gives way to the old "
                            "one at one of the next restarts. " RERUN,
    [TWIN_UPDATE_PROVE] = "The new image runs; 'mcumgr image list' shows whether it is confirmed. "
                          "" RERUN,
};

const char *twin_report_update_state(const struct twin_report_update *report)
{
    const struct twin_update *update = report->update;
    const enum twin_update_cause cause = cause_of(report);

    if (cause == TWIN_UPDATE_OTHER_RUNS || cause == TWIN_UPDATE_NOT_KNOWN ||
        update->stage >= TWIN_UPDATE_END) {
        return "";
    }
    if (report->has_run && update->stage == TWIN_UPDATE_LOOK) {
        return "The new image ran before the health check.";
    }
    if (update->restarts > 0 && update->stage == TWIN_UPDATE_LOOK) {
        return states[TWIN_UPDATE_RETURN];
    }
    if (update->stage == TWIN_UPDATE_RESET && update->is_direct) {
        return "The image is stored where the device starts from.";
    }
    return states[update->stage];
}
