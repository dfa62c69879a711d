/*
 * cmd_enum.c - the verbs `enum`: which groups of commands the device has.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_enum.h"
#include <errno.h>
#include <stdlib.h>

static bool number(const char *text, uint32_t *out)
{
    char *end;

    errno = 0;
    const unsigned long value = strtoul(text, &end, 0);
    *out = (uint32_t)value;
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && value <= UINT32_MAX;
}

static int fill_index(const struct cli_call *call, void *req_)
{
    struct twin_enum_single_req *req = req_;

    if (call->argc > 0 && !number(call->args[0], &req->index)) {
        return cli_usage_error(call, "INDEX is a number, not '%s'.", call->args[0]);
    }
    req->present = call->argc > 0 ? TWIN_ENUM_SINGLE_REQ_INDEX : 0;
    return CLI_DONE;
}

/* A list of one. */
static int fill_group(const struct cli_call *call, void *req_)
{
    static uint8_t list[8]; /* is needed until the request is answered */
    struct twin_cbor_writer w = {.buf = list, .cap = sizeof(list)};
    struct twin_enum_details_req *req = req_;
    uint32_t group;

    if (call->argc == 0) {
        return CLI_DONE;
    }
    if (!number(call->args[0], &group)) {
        return cli_usage_error(call, "GROUP is a number, not '%s'.", call->args[0]);
    }
    twin_cbor_put_head(&w, TWIN_CBOR_ARRAY, 1);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, group);
    req->present = TWIN_ENUM_DETAILS_REQ_GROUPS;
    req->groups = (struct twin_span){list, w.len};
    return CLI_DONE;
}

static const struct twin_column group_columns[] = {
    {.key = "group"},
    {.key = "name", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = "handlers", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = NULL}};
static const struct twin_column details_columns[] = {
    {.key = "groups", .item = &twin_enum_group_msg, .columns = group_columns}, {.key = NULL}};

#define WHAT "read the groups"
static const struct mcumgr_ask count = {.cmd = &twin_enum_count_cmd, .what = WHAT};
static const struct mcumgr_ask list = {.cmd = &twin_enum_list_cmd, .what = WHAT};
static const struct mcumgr_ask single = {
    .cmd = &twin_enum_single_cmd, .what = WHAT, .fill = fill_index};
static const struct mcumgr_ask details = {
    .cmd = &twin_enum_details_cmd, .what = WHAT, .fill = fill_group, .columns = details_columns};

const struct cli_cmd cmd_enum_count = {.path = "enum count",
                                       .args = "",
                                       .help = "Count the device's groups of commands",
                                       .run = mcumgr_ask,
                                       .data = &count};
const struct cli_cmd cmd_enum_list = {.path = "enum list",
                                      .args = "",
                                      .help = "Show the numbers of the groups of commands",
                                      .run = mcumgr_ask,
                                      .data = &list};
const struct cli_cmd cmd_enum_single = {.path = "enum single",
                                        .args = "[INDEX]",
                                        .help = "Show the number of one group of commands",
                                        .more = "INDEX counts from 0, which is the default.",
                                        .run = mcumgr_ask,
                                        .data = &single};
const struct cli_cmd cmd_enum_details = {.path = "enum details",
                                         .args = "[GROUP]",
                                         .help = "Show what the device tells of its groups",
                                         .more = "GROUP is the number of one; all, without.",
                                         .run = mcumgr_ask,
                                         .data = &details};
