/*
 * cmd_reset.c - the verb `reset`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"

struct opts {
    bool force;
};

static const struct cli_opt options[] = {
    {.name = "force",
     .type = CLI_FLAG,
     .offset = offsetof(struct opts, force),
     .help = "even if the application objects"},
    {.name = NULL},
};

static int run(const struct cli_call *call)
{
    const struct opts *opts = call->opts;
    const struct twin_os_reset_req req = {.present = opts->force ? TWIN_OS_RESET_REQ_FORCE : 0,
                                          .force = opts->force};
    struct twin_empty rsp;
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        /* Sent once only: a repeat that comes late would reset the device a second time. */
        const struct twin_request request = {.op = TWIN_SMP_WRITE,
                                             .group = TWIN_GRP_OS,
                                             .id = TWIN_OS_RESET,
                                             .timeout_ms =
                                                 (uint32_t)(session.common->timeout * 1000),
                                             .tries = 1,
                                             .meet_first = true,
                                             .req_msg = &twin_os_reset_req_msg,
                                             .req = &req,
                                             .rsp_msg = &twin_empty_msg,
                                             .rsp = &rsp};
        code = session_request(&session, &request, "reset the device");
    }
    if (code == CLI_DONE) {
        report_done(&session);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_reset = {.path = "reset",
                                  .args = "",
                                  .spare = CLI_SPARE_IGNORED,
                                  .help = "Restart the device",
                                  .options = options,
                                  .opts_size = sizeof(struct opts),
                                  .run = run};
