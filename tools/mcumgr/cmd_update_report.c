/*
 * cmd_update_report.c - an update in words, for people and for programs.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_update_report.h"
#include "base/hex.h"
#include "cmd_image_transfer.h"
#include "report/history.h"
#include "report/update.h"
#include <stdio.h>

#define WHAT "update the device"

/* ---- Steps ---- */

static const char *const stage_names[] = {
    [TWIN_UPDATE_LOOK] = "look",       [TWIN_UPDATE_GO_BACK] = "go-back",
    [TWIN_UPDATE_RETURN] = "return",   [TWIN_UPDATE_UPLOAD] = "upload",
    [TWIN_UPDATE_INSPECT] = "inspect", [TWIN_UPDATE_TEST] = "test",
    [TWIN_UPDATE_RESET] = "reset",     [TWIN_UPDATE_WAIT] = "wait",
    [TWIN_UPDATE_CONFIRM] = "confirm", [TWIN_UPDATE_PROVE] = "prove",
    [TWIN_UPDATE_EXPLAIN] = "explain",
};

/* What programs are told whatever happens. */
static void set_members(const struct update_report *report, const struct twin_history_item *history)
{
    const struct twin_firmware *file = report->file;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&file->version, version);
    cli_fail_with(json_pack("{s:s, s:o, s:s*, s:o, s:o*, s:O}", "version", version, "hash",
                            twin_report_json_hex((struct twin_span){file->hash, file->hash_len}),
                            "replaced", report->before[0] != '\0' ? report->before : NULL,
                            "signature_checked", json_boolean(file->is_verified), "history",
                            history != NULL ? twin_report_history_json(history) : NULL, "steps",
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
    set_members(report, NULL);
    fprintf(stderr, "* %s\n", text);
}

void update_report_begin(struct update_report *report, const struct session *session,
                         const struct twin_firmware *file, uint32_t wait_s)
{
    char version[TWIN_VERSION_STR_MAX], digits[2 * TWIN_IMAGE_HASH_MAX + 1];

    *report = (struct update_report){
        .session = session, .file = file, .wait_s = wait_s, .steps = json_array()};
    twin_version_print(&file->version, version);
    twin_hex_text((struct twin_span){file->hash, file->hash_len}, digits);
    fprintf(stderr, "%s: version %s, hash %s\n", file->path, version, digits);
    fprintf(stderr, file->is_verified
                        ? "Its signature is by the given key.\n"
                        : "Who signed it is not checked here (no --key): only the device can "
                          "judge that.\n");
    set_members(report, NULL);
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
    char digits[TWIN_REPORT_HASH_DIGITS + 1];

    if (slot == NULL) {
        report->before[0] = '\0';
        return;
    }
    twin_text_clean(slot->version, cli_terminal_text(), report->before, sizeof(report->before));
    twin_report_hash(slot->hash, digits);
    fprintf(stderr, "  on the device: version %s, hash %s\n", report->before,
            digits[0] != '\0' ? digits : "not told");
}

/* ---- It failed ---- */

int update_report_failure(struct update_report *report, const struct twin_update *update,
                          twin_err_t err)
{
    const struct twin_report_device device = mcumgr_device(report->session);
    const struct twin_report_update told = {.device = &device,
                                            .update = update,
                                            .version = report->file->version,
                                            .is_verified = report->file->is_verified,
                                            .before = report->before,
                                            .has_run = report->has_run,
                                            .wait_s = report->wait_s};
    const char *state = twin_report_update_state(&told);
    const struct twin_history_item *history = twin_report_update_history(&told);
    struct twin_error error;
    int code;

    if (history != NULL) {
        set_members(report, history);
    }
    if (!session_was_stopped(report->session) && twin_report_update_failure(&told, err, &error)) {
        twin_error_what(&error, WHAT);
        code = cli_fail_error(&error);
    } else {
        code = mcumgr_fail(report->session, err, WHAT);
    }
    if (*state != '\0') {
        fprintf(stderr, "%s\n", state);
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

static int print_json(const struct update_report *report, const struct twin_update *update)
{
    const struct twin_firmware *file = report->file;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&file->version, version);
    return cli_json_print(
        json_pack("{s:s, s:o, s:s*, s:b, s:b, s:b, s:b, s:I, s:O}", "version", version, "hash",
                  twin_report_json_hex((struct twin_span){file->hash, file->hash_len}), "replaced",
                  report->before[0] != '\0' ? report->before : NULL, "was_running",
                  update->was_running, "confirmed", update->is_confirmed, "signature_checked",
                  file->is_verified, "matched", update->upload.status.has_matched, "restarts",
                  (json_int_t)update->restarts, "steps", report->steps));
}

int update_report_done(struct update_report *report, const struct twin_update *update)
{
    char version[TWIN_VERSION_STR_MAX], digits[TWIN_REPORT_HASH_DIGITS + 1];

    set_last_done(report);
    if (report->session->common->json) {
        return print_json(report, update);
    }
    twin_version_print(&report->file->version, version);
    printf("%s %s%s.\n", version, report->was_running ? "runs already" : "runs now",
           update->is_confirmed ? " and is confirmed" : ", on trial");
    if (!update->is_confirmed) {
        twin_report_hash((struct twin_span){report->file->hash, report->file->hash_len}, digits);
        fprintf(stderr,
                "'mcumgr image confirm %s' keeps it; otherwise the old firmware comes back at one "
                "of the next restarts.\n",
                digits);
    }
    return CLI_DONE;
}
