/*
 * cmd_params.c - the verb `params`: the device's SMP buffers.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>

/* What the device did not tell, or not in a way that makes sense, is "?", and null in JSON. */
static void print_params(const struct session *session, const struct twin_os_params_rsp *params)
{
    const bool has_size = params->present & TWIN_OS_PARAMS_RSP_SIZE;
    const bool has_count = params->present & TWIN_OS_PARAMS_RSP_COUNT;
    char size[REPORT_NUMBER_MAX], count[REPORT_NUMBER_MAX];

    if (session->common->json) {
        cli_json_print(json_pack(
            "{s:o, s:o}", "buf_size",
            has_size ? json_integer((json_int_t)params->buf_size) : json_null(), "buf_count",
            has_count ? json_integer((json_int_t)params->buf_count) : json_null()));
        return;
    }
    printf("buf_size: %s\nbuf_count: %s\n", report_number(has_size, params->buf_size, size),
           report_number(has_count, params->buf_count, count));
}

static int run(const struct cli_call *call)
{
    struct twin_os_params_rsp rsp;
    const struct twin_request request = {.cmd = &twin_os_params_cmd, .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the parameters");
    }
    if (code == CLI_DONE) {
        print_params(&session, &rsp);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_params = {.path = "params",
                                   .args = "",
                                   .help = "Show size and number of the device's buffers",
                                   .run = run};
