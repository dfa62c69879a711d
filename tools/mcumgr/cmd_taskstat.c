/*
 * cmd_taskstat.c - the verb `taskstat`: the device's tasks and their stacks.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"

#define COLUMN(key_, ...)                                                                          \
    {                                                                                              \
        .key = (key_), .absent = TWIN_ABSENT_LEFT_OUT, __VA_ARGS__                                 \
    }

/* Titles and widths of the Go tool, which does not show the state. */
static const struct twin_column task_columns[] = {
    COLUMN("prio", .title = "pri", .width = 3),
    COLUMN("tid", .width = 3),
    COLUMN("runtime", .width = 8),
    COLUMN("cswcnt", .title = "csw", .width = 8),
    COLUMN("stksiz", .title = "stksz", .width = 8),
    COLUMN("stkuse", .width = 8),
    COLUMN("last_checkin", .width = 8),
    COLUMN("next_checkin", .width = 8),
    COLUMN("state", .json_only = true),
    {.key = NULL},
};

static const struct twin_column columns[] = {
    {.key = "tasks",
     .title = "task",
     .width = 8,
     .item = &twin_os_task_msg,
     .columns = task_columns},
    {.key = NULL},
};

static const struct mcumgr_ask ask = {
    .cmd = &twin_os_taskstat_cmd, .what = "read the tasks", .columns = columns};

const struct cli_cmd cmd_taskstat = {.path = "taskstat",
                                     .args = "",
                                     .spare = CLI_SPARE_IGNORED,
                                     .help = "Show the device's tasks",
                                     .more = "Stack sizes are in words of 4 bytes.",
                                     .run = mcumgr_ask,
                                     .data = &ask};
