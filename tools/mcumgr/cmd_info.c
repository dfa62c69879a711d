/*
 * cmd_info.c - the verb `info`: who the device is. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(const struct cli_call *call)
{
    const char *format = call->argc > 0 ? call->args[0] : "a";
    const struct twin_os_info_req req = {
        .present = TWIN_OS_INFO_REQ_FORMAT,
        .format = {(const uint8_t *)format, strlen(format)},
    };
    struct twin_os_info_rsp rsp;
    const struct twin_request request = {.cmd = &twin_os_info_cmd, .req = &req, .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the device's description");
    }
    if (code == CLI_DONE && session.common->json) {
        cli_json_print(json_pack("{s:o}", "output", report_json_text(rsp.output)));
    } else if (code == CLI_DONE) {
        char *text = report_text(rsp.output);
        puts(text);
        free(text);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_info = {
    .path = "info",
    .args = "[FORMAT]",
    .help = "Show who the device is",
    .more = "FORMAT is any of the letters s (kernel), n (node), r (application version), v (kernel "
            "version), b (build time), m (machine), p (processor), i (board), o (operating system) "
            "and a (all, the default).",
    .run = run,
};
