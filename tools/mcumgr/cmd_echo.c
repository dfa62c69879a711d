/*
 * cmd_echo.c - the verb `echo`: is the device there? SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_reply(const struct mcumgr_common *common, struct twin_span text)
{
    if (common->json) {
        cli_json_print(json_pack("{s:o}", "r", report_json_text(text)));
        return;
    }
    char *copy = report_text(text);
    puts(copy != NULL ? copy : "");
    free(copy);
}

static int run(const struct cli_call *call)
{
    const char *text = call->args[0];
    const struct twin_os_echo_req req = {
        .present = TWIN_OS_ECHO_REQ_TEXT,
        .text = {(const uint8_t *)text, strlen(text)},
    };
    struct twin_os_echo_rsp rsp;
    const struct twin_request request = {.op = TWIN_SMP_WRITE,
                                         .group = TWIN_GRP_OS,
                                         .id = TWIN_OS_ECHO,
                                         .req_msg = &twin_os_echo_req_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_os_echo_rsp_msg,
                                         .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "echo");
    }
    if (code == CLI_DONE) {
        print_reply(session.common, rsp.text);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_echo = {.path = "echo",
                                 .args = "TEXT",
                                 .spare = CLI_SPARE_NEVER,
                                 .help = "Let the device say TEXT back",
                                 .run = run};
