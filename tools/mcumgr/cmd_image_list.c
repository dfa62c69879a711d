/*
 * cmd_image_list.c - the verb `image list`. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "commands.h"

static int list(struct session *session, const struct cli_call *call)
{
    struct twin_image_state_rsp state;
    const int code = image_list_read(session, &state);

    (void)call;
    return code == CLI_DONE ? image_list_print(session, &state) : code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, list);
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
