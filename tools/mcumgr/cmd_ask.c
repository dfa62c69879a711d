/*
 * cmd_ask.c - verbs that are one request, and how all verbs show results and failures.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "report/failure.h"
#include <stdio.h>

#define ANSWER_MAX 256 /* bytes of the largest struct of an answer */

/* ---- Results ---- */

struct twin_report_style mcumgr_style(void)
{
    /* The Go tool prints 0 for what it was not told. */
    return (struct twin_report_style){cli_terminal_text(), mcumgr_is_compat() ? "0" : "?"};
}

int mcumgr_show(const struct mcumgr_common *common, const struct twin_msg *msg,
                const struct twin_column *columns, const void *answer)
{
    const struct twin_report_style style = mcumgr_style();
    struct twin_buf text = {0};

    if (common->json) {
        return cli_json_print(twin_layout_json(msg, columns, answer));
    }
    twin_layout_text(&text, msg, columns, answer, &style);
    return cli_print_text(&text);
}

int mcumgr_done(const struct mcumgr_common *common)
{
    if (common->json) {
        return cli_json_print(json_object());
    }
    puts("Done");
    return CLI_DONE;
}

/* ---- Failures ---- */

struct twin_report_device mcumgr_device(const struct session *session)
{
    return (struct twin_report_device){.client = &session->client,
                                       .place = session->connstring,
                                       .kind = session->device.config.kind->name,
                                       .keep = cli_terminal_text()};
}

/* What ended the job: Ctrl-C, the link, or what came back. */
static enum twin_error_code explain(const struct session *session, twin_err_t err,
                                    struct twin_error *error)
{
    const struct twin_report_device device = mcumgr_device(session);

    if (session_was_stopped(session)) {
        return twin_error_set(error, TWIN_ERROR_INTERRUPTED, "interrupted by a signal");
    }
    if (session->device.link == NULL && (err == TWIN_E_IO || err == TWIN_E_TIMEOUT) &&
        session->device.error.code != TWIN_ERROR_NONE) { /* gone, and it did not come back */
        *error = session->device.error;
        return error->code = TWIN_ERROR_LINK;
    }
    return twin_report_failure(&device, err, error);
}

/* The Go tool tells two failures in its own way; programs that want JSON do not come from there. */
static bool tell_as_go(const struct session *session, twin_err_t err,
                       const struct twin_error *error)
{
    if (err == TWIN_E_REFUSED && error->code == TWIN_ERROR_REFUSED && !session->common->json) {
        printf("Error: %lld\n", (long long)session->client.refusal.rc);
        return true;
    }
    if (err == TWIN_E_TIMEOUT && session->device.link != NULL) {
        cli_fail(CLI_LINK, "NMP timeout");
        return true;
    }
    return false;
}

int mcumgr_fail(const struct session *session, twin_err_t err, const char *what)
{
    struct twin_error error;
    const enum twin_error_code code = explain(session, err, &error);

    if (mcumgr_is_compat() && tell_as_go(session, err, &error)) {
        return (int)code;
    }
    twin_error_what(&error, "%s", what);
    return cli_fail_error_with(&error, code == TWIN_ERROR_REFUSED && err == TWIN_E_REFUSED
                                           ? twin_report_refusal_json(&session->client.refusal)
                                           : NULL);
}

/* ---- Verbs that are one request ---- */

int mcumgr_request(struct session *session, const struct twin_request *request, const char *what)
{
    const twin_err_t err = session_ask(session, request);

    return err == TWIN_OK ? CLI_DONE : mcumgr_fail(session, err, what);
}

static int ask_and_show(struct session *session, const struct mcumgr_ask *ask, const void *req)
{
    uint64_t rsp[ANSWER_MAX / sizeof(uint64_t)];
    const struct twin_request request = {.cmd = ask->cmd, .req = req, .rsp = rsp};

    if (ask->cmd->rsp->size > sizeof(rsp)) {
        return cli_fail(CLI_REFUSED, "no room for this answer: ANSWER_MAX is too small");
    }
    const int code = mcumgr_request(session, &request, ask->what);
    if (code != CLI_DONE) {
        return code;
    }
    return ask->cmd->rsp->field_count == 0
               ? mcumgr_done(session->common)
               : mcumgr_show(session->common, ask->cmd->rsp, ask->columns, rsp);
}

int mcumgr_ask_this(const struct cli_call *call, const struct mcumgr_ask *ask)
{
    uint64_t req[TWIN_REQUEST_MAX / sizeof(uint64_t)] = {0};
    struct session session;

    int code = ask->fill != NULL ? ask->fill(call, req) : CLI_DONE;
    if (code != CLI_DONE) {
        return code;
    }
    code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = ask_and_show(&session, ask, req);
    }
    session_close(&session);
    return code;
}

int mcumgr_ask(const struct cli_call *call)
{
    return mcumgr_ask_this(call, call->cmd->data);
}
