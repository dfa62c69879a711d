/*
 * cmd_version.c - the verb `version`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin_config.h"
#include <stdio.h>

static int run(const struct cli_call *call)
{
    const struct mcumgr_common *common = call->common;

    if (common->json) {
        cli_json_print(json_pack("{s:s}", "version", CONFIG_TWIN_VERSION));
    } else {
        puts("mcumgr " CONFIG_TWIN_VERSION);
    }
    return CLI_DONE;
}

const struct cli_cmd cmd_version = {.path = "version",
                                    .args = "",
                                    .spare = CLI_SPARE_IGNORED,
                                    .help = "Print the version of this program",
                                    .run = run};
