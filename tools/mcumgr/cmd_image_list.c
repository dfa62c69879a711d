/*
 * cmd_image_list.c - the verb `image list`. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "commands.h"

static int run(const struct cli_call *call)
{
    struct twin_image_state_rsp state;
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = image_list_read(&session, &state);
    }
    if (code == CLI_DONE) {
        code = image_list_print(&session, &state);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_image_list = {
    .path = "image list",
    .args = "",
    .spare = CLI_SPARE_IGNORED,
    .help = "Show the images on the device and what will happen to them",
    .more = "Flags: active = it runs; confirmed = it stays, or is what a failed test falls back "
            "to; pending = it will be started at the next reset; permanent = and will stay. An "
            "active image that is not confirmed is on trial.",
    .run = run,
};
