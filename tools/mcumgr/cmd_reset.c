/*
 * cmd_reset.c - the verb `reset`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>

#define WHAT "reset the device"

struct opts {
    bool force;
};

static const struct cli_opt options[] = {
    {.name = "force",
     .type = CLI_FLAG,
     .offset = offsetof(struct opts, force),
     .help = "tell an application that objects that you insist"},
    {.name = NULL},
};

static twin_err_t ask(struct session *session, bool force)
{
    const struct twin_os_reset_req req = {.present = force ? TWIN_OS_RESET_REQ_FORCE : 0,
                                          .force = force};
    /* Sent once only: a repeat that comes late would reset the device a second time. */
    const struct twin_request request = {.cmd = &twin_os_reset_cmd,
                                         .timeout_ms = (uint32_t)(session->common->timeout * 1000),
                                         .tries = 1,
                                         .meet_first = true,
                                         .req = &req};

    return session_ask(session, &request);
}

/* A device takes its USB port with it when it restarts, sometimes before it could answer. */
static bool has_gone(const struct session *session, twin_err_t err)
{
    return err == TWIN_E_IO && session->device.link == NULL && !session_was_stopped(session) &&
           session->client.was_sent && session->device.is_sent;
}

static void report_gone(const struct session *session)
{
    fprintf(stderr, "The request was sent, then the port went away without an answer, as it does "
                    "when a device restarts.\n");
    if (session->common->json) {
        cli_json_print(json_pack("{s:b}", "answered", false));
    } else {
        report_done(session);
    }
}

/* It was there just before, so a question about its power and its port would be the wrong one. */
static int report_silence(void)
{
    return cli_fail_as(&(struct cli_failure){
        .code = CLI_LINK,
        .what = WHAT,
        .why = "the device answered a question, but not the reset, which was sent once: whether it "
               "restarts is not known",
        .hint = "'mcumgr image list' shows whether it is there and what runs"});
}

static int run(const struct cli_call *call)
{
    const struct opts *opts = call->opts;
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        const twin_err_t err = ask(&session, opts->force);
        if (err == TWIN_OK) {
            report_done(&session);
        } else if (has_gone(&session, err)) {
            report_gone(&session);
        } else if (err == TWIN_E_TIMEOUT && session.client.has_answered && !mcumgr_is_compat()) {
            code = report_silence();
        } else {
            code = report_failure(&session, err, WHAT);
        }
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_reset = {.path = "reset",
                                  .args = "",
                                  .spare = CLI_SPARE_IGNORED,
                                  .help = "Restart the device",
                                  .more = "Sent once. A port that goes away right after it counts "
                                          "as done: the device took it along.",
                                  .options = options,
                                  .opts_size = sizeof(struct opts),
                                  .run = run};
