/*
 * cmd_params.c - the verb `params`: the device's SMP buffers. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"

static const struct mcumgr_ask ask = {.cmd = &twin_os_params_cmd, .what = "read the parameters"};

const struct cli_cmd cmd_params = {.path = "params",
                                   .args = "",
                                   .help = "Show size and number of the device's buffers",
                                   .run = mcumgr_ask,
                                   .data = &ask};
