/*
 * cmd_version.c - `imgtool version`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include <stdio.h>

/* The version of the reference tool whose command line this one has; build systems compare it. */
#define COMPATIBLE_WITH "2.4.0"

static int version_run(const struct cli_call *call)
{
    (void)call;
    puts(COMPATIBLE_WITH);
    return CLI_DONE;
}

const struct cli_cmd cmd_version = {
    .path = "version", .help = "Print imgtool version information", .run = version_run};
