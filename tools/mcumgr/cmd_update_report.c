/*
 * cmd_update_report.c - an update in words, for people and for programs. What is said of the device
 * is what it told; what follows from no answer is not known, and not said. SPDX-License-Identifier:
 * Apache-2.0
 */
#include "cmd_update_report.h"
#include "base/hex.h"
#include "cmd_image_transfer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_DIGITS 16 /* enough to name an image to 'mcumgr image confirm' */

/* ---- Steps ---- */

static const char *const stage_names[] = {
    [TWIN_UPDATE_LOOK] = "look",       [TWIN_UPDATE_GO_BACK] = "go-back",
    [TWIN_UPDATE_RETURN] = "return",   [TWIN_UPDATE_UPLOAD] = "upload",
    [TWIN_UPDATE_INSPECT] = "inspect", [TWIN_UPDATE_TEST] = "test",
    [TWIN_UPDATE_RESET] = "reset",     [TWIN_UPDATE_WAIT] = "wait",
    [TWIN_UPDATE_CONFIRM] = "confirm", [TWIN_UPDATE_PROVE] = "prove",
};

static void hex(char *out, struct twin_span bytes, size_t digits)
{
    bytes.len = bytes.len < digits / 2 ? bytes.len : digits / 2;
    twin_hex_text(bytes, out);
}

/* What programs are told whatever happens. */
static void set_members(const struct update_report *report)
{
    const struct image_file *file = report->file;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&file->version, version);
    cli_fail_with(json_pack("{s:s, s:o, s:s*, s:o, s:O}", "version", version, "hash",
                            report_json_hex((struct twin_span){file->hash, file->hash_len}),
                            "replaced", report->before[0] != '\0' ? report->before : NULL,
                            "signature_checked", json_boolean(file->is_verified), "steps",
                            report->steps));
}

/* A step counts as failed until the next one begins. */
static void set_last_done(struct update_report *report)
{
    json_t *last = json_array_get(report->steps, json_array_size(report->steps) - 1);

    if (last != NULL) {
        json_object_set_new(last, "result", json_string("done"));
    }
}

void update_report_step(struct update_report *report, const char *name, const char *text)
{
    set_last_done(report);
    json_array_append_new(report->steps, json_pack("{s:s, s:s}", "step", name, "result", "failed"));
    set_members(report);
    fprintf(stderr, "* %s\n", text);
}

void update_report_begin(struct update_report *report, const struct session *session,
                         const struct image_file *file, uint32_t wait_s)
{
    char version[TWIN_VERSION_STR_MAX], digits[2 * TWIN_IMAGE_HASH_MAX + 1];

    *report = (struct update_report){
        .session = session, .file = file, .wait_s = wait_s, .steps = json_array()};
    twin_version_print(&file->version, version);
    hex(digits, (struct twin_span){file->hash, file->hash_len}, sizeof(digits) - 1);
    fprintf(stderr, "%s: version %s, hash %s\n", file->path, version, digits);
    fprintf(stderr, file->is_verified
                        ? "Its signature is by the given key.\n"
                        : "Who signed it is not checked here (no --key): only the device can "
                          "judge that.\n");
    set_members(report);
}

void update_report_end(struct update_report *report)
{
    cli_fail_with(NULL);
    json_decref(report->steps);
    report->steps = NULL;
}

/* How long an answer may take in this stage. The upload says so itself; a reset is over at once. */
static void limit(char *out, size_t cap, const struct update_report *report,
                  enum twin_update_stage stage)
{
    const struct mcumgr_common *common = report->session->common;
    const bool is_wait = stage == TWIN_UPDATE_WAIT || stage == TWIN_UPDATE_RETURN;
    const double seconds = is_wait ? report->wait_s : common->timeout * common->tries;

    *out = '\0';
    if (stage != TWIN_UPDATE_UPLOAD && stage != TWIN_UPDATE_RESET && stage != TWIN_UPDATE_GO_BACK) {
        snprintf(out, cap, ", up to %.6g s", seconds);
    }
}

void update_report_stage(struct update_report *report, const struct twin_update *update)
{
    const bool is_again = update->stage == TWIN_UPDATE_UPLOAD && update->uploads > 1;
    const bool is_over = update->stage == TWIN_UPDATE_UPLOAD && update->was_there;
    char text[200], how_long[80];

    limit(how_long, sizeof(how_long), report, update->stage);
    snprintf(text, sizeof(text), "%s%s%s", twin_update_stage_str(update->stage),
             is_again  ? " again, for the device does not find what it was sent"
             : is_over ? " over an image of the same hash, which does not tell who signed it"
                       : "",
             how_long);
    update_report_step(report, stage_names[update->stage], text);
}

void update_report_before(struct update_report *report, const struct twin_image_slot *slot)
{
    char *version = slot != NULL ? report_text(slot->version) : NULL;
    char digits[HASH_DIGITS + 1];

    snprintf(report->before, sizeof(report->before), "%s", version != NULL ? version : "");
    if (version != NULL) {
        hex(digits, slot->hash, HASH_DIGITS);
        fprintf(stderr, "  on the device: version %s, hash %s\n", version,
                digits[0] != '\0' ? digits : "not told");
    }
    free(version);
}

/* ---- Why it failed ---- */

/* A cause that needs words of its own. */
struct explanation {
    int code;
    const char *reason; /* for programs */
    const char *why, *hint;
};

static const struct explanation explanations[TWIN_UPDATE_CAUSE_COUNT] = {
    [TWIN_UPDATE_IS_OLD] =
        {CLI_REFUSED, "on-trial",
         "it is what the device falls back to: another image is on trial there, unconfirmed",
         "It comes back by itself at one of the next restarts; --go-back restarts the device until "
         "it is back"},
    [TWIN_UPDATE_ON_TRIAL] =
        {CLI_REFUSED, "on-trial",
         "another image is on trial there, unconfirmed, and what it falls back to must stay",
         "Confirm the image that runs, or give --go-back: it restarts the device until the old one "
         "is back, and then goes on"},
    [TWIN_UPDATE_STAYS] = {CLI_REFUSED, "on-trial",
                           "the device was restarted, but the trial of the other image goes on",
                           "'mcumgr image list' shows what runs"},
    [TWIN_UPDATE_NOT_LISTED] =
        {CLI_VERIFY, "not-stored", "the device took the file, but does not list its hash",
         "'mcumgr image list' shows what it has. Is the file for another image of it (-n)"},
    [TWIN_UPDATE_NOT_FOUND] = {CLI_REFUSED, "not-stored",
                               "the device does not find the image, although it was sent twice",
                               "'mcumgr image list' shows what it has; its flash may be worn"},
    [TWIN_UPDATE_NOT_MARKED] = {CLI_REFUSED, "not-marked",
                                "the device agreed to test the image, but does not list it as "
                                "pending",
                                "'mcumgr image list' shows what it has"},
    [TWIN_UPDATE_NO_RESTART] = {CLI_REFUSED, "no-restart",
                                "the device answers, but did not restart", "Switch it off and on"},
    [TWIN_UPDATE_OTHER_RUNS] = {CLI_VERIFY, "other-runs",
                                "the device restarted, but does not run the new image", NULL},
    [TWIN_UPDATE_NOT_KNOWN] = {CLI_VERIFY, "not-known",
                               "the device restarted, but does not tell the hash of what runs",
                               "'mcumgr image list' shows what it tells. A bootloader that still "
                               "waits for an upload starts the image at the next power-on"},
    [TWIN_UPDATE_NOT_CONFIRMED] = {CLI_REFUSED, "not-confirmed",
                                   "the device agreed to confirm the image, but does not list it "
                                   "as confirmed",
                                   "'mcumgr image confirm' tries again"},
};

/* Of a bad end nobody but the device knows more; what can be excluded is. */
static const char *other_runs_hint(const struct update_report *report)
{
    return report->file->is_verified
               ? "Its bootloader refused the image (does it trust the key that was given, does it "
                 "allow this version?), or the image started and failed, and the old one came back"
               : "Its bootloader refused the image (signed with another key, for another device, a "
                 "version that it does not allow), or the image started and failed, and the old "
                 "one came back. --key checks the signature before anything is sent";
}

/* "WHY (version 1.0.0, hash 0123... runs)" */
static void add_running(char *why, size_t cap, const struct twin_update *update)
{
    struct twin_image_slot running;
    char *version = twin_update_running(update, &running) ? report_text(running.version) : NULL;
    const size_t len = strlen(why);
    char digits[HASH_DIGITS + 1];

    if (version != NULL) {
        hex(digits, running.hash, HASH_DIGITS);
        snprintf(why + len, cap - len, " (version %s%s%s runs)", version,
                 digits[0] != '\0' ? ", hash " : "", digits);
    }
    free(version);
}

static int explain_older(const struct update_report *report)
{
    char version[TWIN_VERSION_STR_MAX], why[200];

    twin_version_print(&report->file->version, version);
    snprintf(why, sizeof(why), "version %s is older than %s, which the device has", version,
             report->before);
    return cli_fail_as(&(struct cli_failure){.code = CLI_VERIFY,
                                             .what = "update the device",
                                             .why = why,
                                             .hint = "--allow-downgrade installs it all the same",
                                             .more = json_pack("{s:s}", "reason", "older")});
}

static int explain(const struct update_report *report, const struct twin_update *update)
{
    const struct explanation *row = &explanations[update->cause];
    char why[400];

    snprintf(why, sizeof(why), "%s", row->why);
    add_running(why, sizeof(why), update);
    return cli_fail_as(&(struct cli_failure){
        .code = row->code,
        .what = "update the device",
        .why = why,
        .hint = update->cause == TWIN_UPDATE_OTHER_RUNS ? other_runs_hint(report) : row->hint,
        .more = json_pack("{s:s}", "reason", row->reason)});
}

static int explain_silence(const struct update_report *report)
{
    char why[1200];

    snprintf(why, sizeof(why), "after the restart nothing answered at %s within %u s",
             report->session->connstring, (unsigned)report->wait_s);
    return cli_fail_as(&(struct cli_failure){
        .code = CLI_LINK,
        .what = "update the device",
        .why = why,
        .hint = "Is the cable still in, does the new firmware answer here, did a USB port come "
                "back under another name? --wait waits longer",
        .more = json_pack("{s:s}", "reason", "no-answer")});
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

static const char *state_of(const struct update_report *report, const struct twin_update *update)
{
    if (report->has_run && update->stage == TWIN_UPDATE_LOOK) {
        return "The new image ran before the health check.";
    }
    if (update->restarts > 0 && update->stage == TWIN_UPDATE_LOOK) {
        return states[TWIN_UPDATE_RETURN];
    }
    if (update->stage == TWIN_UPDATE_RESET && update->is_direct) {
        return "The image is stored where the device starts from.";
    }
    return update->stage < TWIN_UPDATE_END ? states[update->stage] : "";
}

static bool is_final(const struct twin_update *update)
{
    return update->cause == TWIN_UPDATE_OTHER_RUNS || update->cause == TWIN_UPDATE_NOT_KNOWN;
}

int update_report_failure(struct update_report *report, const struct twin_update *update,
                          twin_err_t err)
{
    const bool in_wait = update->stage == TWIN_UPDATE_WAIT || update->stage == TWIN_UPDATE_RETURN;
    int code;

    if (session_was_stopped(report->session) || update->cause == TWIN_UPDATE_PLAIN) {
        code = err == TWIN_E_TIMEOUT && in_wait
                   ? explain_silence(report)
                   : report_failure(report->session, err, "update the device");
    } else if (update->cause == TWIN_UPDATE_DECLINED) {
        code = explain_older(report);
    } else {
        code = explain(report, update);
    }
    if (!is_final(update)) {
        fprintf(stderr, "%s\n", state_of(report, update));
    }
    if (update->stage == TWIN_UPDATE_UPLOAD) {
        upload_explain_resume(&update->upload.status, err);
    }
    return code;
}

/* ---- It worked ---- */

void update_report_add(struct update_report *report, const struct twin_update *update)
{
    report->restarts += update->restarts;
    report->has_matched |= update->upload.status.has_matched;
}

static void print_json(struct update_report *report, const struct twin_update *update)
{
    const struct image_file *file = report->file;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&file->version, version);
    cli_json_print(
        json_pack("{s:s, s:o, s:s*, s:b, s:b, s:b, s:b, s:I, s:O}", "version", version, "hash",
                  report_json_hex((struct twin_span){file->hash, file->hash_len}), "replaced",
                  report->before[0] != '\0' ? report->before : NULL, "was_running",
                  update->was_running, "confirmed", update->is_confirmed, "signature_checked",
                  file->is_verified, "matched", update->upload.status.has_matched, "restarts",
                  (json_int_t)update->restarts, "steps", report->steps));
}

void update_report_done(struct update_report *report, const struct twin_update *update)
{
    char version[TWIN_VERSION_STR_MAX], digits[HASH_DIGITS + 1];

    set_last_done(report);
    if (report->session->common->json) {
        print_json(report, update);
        return;
    }
    twin_version_print(&report->file->version, version);
    printf("%s %s%s.\n", version, report->was_running ? "runs already" : "runs now",
           update->is_confirmed ? " and is confirmed" : ", on trial");
    if (!update->is_confirmed) {
        hex(digits, (struct twin_span){report->file->hash, report->file->hash_len}, HASH_DIGITS);
        fprintf(stderr,
                "'mcumgr image confirm %s' keeps it; otherwise the old firmware comes back at one "
                "of the next restarts.\n",
                digits);
    }
}
