/*
 * cmd_info.c - the verb `info`: who the device is. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"

static int fill(const struct cli_call *call, void *req_)
{
    struct twin_os_info_req *req = req_;

    req->present = TWIN_OS_INFO_REQ_FORMAT;
    req->format = twin_span_text(call->argc > 0 ? call->args[0] : "a");
    return CLI_DONE;
}

static const struct twin_column columns[] = {{.key = "output", .title = ""}, {.key = NULL}};

static const struct mcumgr_ask ask = {.cmd = &twin_os_info_cmd,
                                      .what = "read the device's description",
                                      .fill = fill,
                                      .columns = columns};

const struct cli_cmd cmd_info = {
    .path = "info",
    .args = "[FORMAT]",
    .help = "Show who the device is",
    .more = "FORMAT is any of the letters s (kernel), n (node), r (application version), v (kernel "
            "version), b (build time), m (machine), p (processor), i (board), o (operating system) "
            "and a (all, the default).",
    .run = mcumgr_ask,
    .data = &ask,
};
