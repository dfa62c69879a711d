/*
 * cmd_params.c - the verb `params`: the device's SMP buffers.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>

static int run(const struct cli_call *call)
{
    static const struct twin_empty req;
    struct twin_os_params_rsp rsp;
    const struct twin_request request = {.op = TWIN_SMP_READ,
                                         .group = TWIN_GRP_OS,
                                         .id = TWIN_OS_PARAMS,
                                         .req_msg = &twin_empty_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_os_params_rsp_msg,
                                         .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the parameters");
    }
    if (code == CLI_DONE && session.common->json) {
        cli_json_print(json_pack("{s:I, s:I}", "buf_size", (json_int_t)rsp.buf_size, "buf_count",
                                 (json_int_t)rsp.buf_count));
    } else if (code == CLI_DONE) {
        printf("buf_size: %u\nbuf_count: %u\n", (unsigned)rsp.buf_size, (unsigned)rsp.buf_count);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_params = {.path = "params",
                                   .args = "",
                                   .help = "Show size and number of the device's buffers",
                                   .run = run};
