/*
 * cmd_stat.c - the verb `stat`: groups of counters, and the counters of one.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_stat.h"
#include <string.h>

/* Texts and width of the Go tool. */
static const struct twin_column list_columns[] = {{.key = "stat_list", .title = "stat groups"},
                                                  {.key = NULL}};
static const struct twin_column show_columns[] = {
    {.key = "name", .title = "stat group"}, {.key = "fields", .width = 10}, {.key = NULL}};

static int fill_name(const struct cli_call *call, void *req_)
{
    struct twin_stat_show_req *req = req_;

    req->name = twin_span_text(call->args[call->argc - 1]);
    return CLI_DONE;
}

static const struct mcumgr_ask list = {
    .cmd = &twin_stat_list_cmd, .what = "list the statistics", .columns = list_columns};
static const struct mcumgr_ask show = {.cmd = &twin_stat_show_cmd,
                                       .what = "read the statistics",
                                       .fill = fill_name,
                                       .columns = show_columns};

static int run(const struct cli_call *call)
{
    const bool is_list = strcmp(call->args[0], "list") == 0;
    const bool is_show = strcmp(call->args[0], "show") == 0;

    if (is_show && call->argc == 1) {
        return cli_usage_error(call, "Missing argument 'NAME'.");
    }
    if (!is_show && call->argc == 2) {
        return cli_usage_error(call, "Got unexpected extra argument (%s)", call->args[1]);
    }
    return mcumgr_ask_this(call, is_list ? &list : &show);
}

const struct cli_cmd cmd_stat = {.path = "stat",
                                 .args = "list|show|NAME [NAME]",
                                 .help = "Show what the device counts",
                                 .more = "'stat list' names the groups of counters, 'stat show "
                                         "NAME' shows those of one; so does 'stat NAME'.",
                                 .run = run};
