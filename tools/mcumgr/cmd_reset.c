/*
 * cmd_reset.c - the verb `reset`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"
#include <stdio.h>

#define WHAT "reset the device"

struct opts {
    bool force;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, force, CLI_FLAG, .name = "force",
            .help = "tell an application that objects that you insist"),
    CLI_OPT_END,
};

static twin_err_t ask(struct session *session, bool force)
{
    const struct twin_os_reset_req req = {.present = force ? TWIN_OS_RESET_REQ_FORCE : 0,
                                          .force = force};
    /* Sent once only: a repeat that comes late would reset the device a second time. */
    const struct twin_request request = {.cmd = &twin_os_reset_cmd,
                                         .req = &req,
                                         .timeout_ms = (uint32_t)(session->common->timeout * 1000),
                                         .tries = 1,
                                         .meet_first = true};

    return session_ask(session, &request);
}

/* A device takes its USB port with it when it restarts, sometimes before it could answer. */
static bool has_gone(const struct session *session, twin_err_t err)
{
    return err == TWIN_E_IO && session->device.link == NULL && !session_was_stopped(session) &&
           session->client.was_sent && session->device.is_sent;
}

static int tell_gone(const struct session *session)
{
    fprintf(stderr, "The request was sent, then the port went away without an answer, as it does "
                    "when a device restarts.\n");
    return session->common->json ? cli_json_print(json_pack("{s:b}", "answered", false))
                                 : mcumgr_done(session->common);
}

/* It was there just before, so a question about its power and its port would be the wrong one. */
static int tell_silence(void)
{
    struct twin_error error;

    twin_error_set(&error, TWIN_ERROR_LINK,
                   "the device answered a question, but not the reset, which was sent once: "
                   "whether it restarts is not known");
    twin_error_what(&error, WHAT);
    twin_error_hint(&error, "'mcumgr image list' shows whether it is there and what runs");
    return cli_fail_error(&error);
}

static int tell(const struct session *session, twin_err_t err)
{
    if (err == TWIN_OK) {
        return mcumgr_done(session->common);
    }
    if (has_gone(session, err)) {
        return tell_gone(session);
    }
    if (err == TWIN_E_TIMEOUT && session->client.has_answered && !mcumgr_is_compat()) {
        return tell_silence();
    }
    return mcumgr_fail(session, err, WHAT);
}

static int reset(struct session *session, const struct cli_call *call)
{
    const struct opts *opts = call->opts;

    return tell(session, ask(session, opts->force));
}

static int run(const struct cli_call *call)
{
    return session_do(call, reset);
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
