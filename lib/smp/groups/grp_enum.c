/*
 * grp_enum.c - enumeration group: its messages and its commands. Spec: docs/spec-smp.md
 * section 3.8. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_enum.h"
#include "twin/groups.h"

static const struct twin_field count_rsp[] = {
    TWIN_FIELD(twin_enum_count_rsp, count, "count", TWIN_F_U32, TWIN_REQUIRED),
};
static const struct twin_field list_rsp[] = {
    TWIN_FIELD(twin_enum_list_rsp, groups, "groups", TWIN_F_LIST_OF(TWIN_F_U32), TWIN_REQUIRED),
};
static const struct twin_field single_req[] = {
    TWIN_FIELD(twin_enum_single_req, index, "index", TWIN_F_U32, TWIN_OPTIONAL),
};
static const struct twin_field single_rsp[] = {
    TWIN_FIELD(twin_enum_single_rsp, group, "group", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_enum_single_rsp, end, "end", TWIN_F_BOOL, TWIN_OPTIONAL),
};
static const struct twin_field details_req[] = {
    TWIN_FIELD(twin_enum_details_req, groups, "groups", TWIN_F_LIST_OF(TWIN_F_U32), TWIN_OPTIONAL),
};
static const struct twin_field group[] = {
    TWIN_FIELD(twin_enum_group, group, "group", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_enum_group, name, "name", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_enum_group, handlers, "handlers", TWIN_F_U32, TWIN_OPTIONAL),
};
static const struct twin_field details_rsp[] = {
    TWIN_FIELD(twin_enum_details_rsp, groups, "groups", TWIN_F_LIST, TWIN_REQUIRED),
};

const struct twin_msg twin_enum_group_msg = TWIN_MSG(twin_enum_group, group);

static const struct twin_msg count_rsp_msg = TWIN_MSG(twin_enum_count_rsp, count_rsp);
static const struct twin_msg list_rsp_msg = TWIN_MSG(twin_enum_list_rsp, list_rsp);
static const struct twin_msg single_req_msg = TWIN_REQ(twin_enum_single_req, single_req);
static const struct twin_msg single_rsp_msg = TWIN_MSG(twin_enum_single_rsp, single_rsp);
static const struct twin_msg details_req_msg = TWIN_REQ(twin_enum_details_req, details_req);
static const struct twin_msg details_rsp_msg = TWIN_MSG(twin_enum_details_rsp, details_rsp);

#define CMD(id, req, rsp)                                                                          \
    {                                                                                              \
        TWIN_SMP_READ, (id), TWIN_GRP_ENUM, (req), (rsp)                                           \
    }
const struct twin_cmd twin_enum_count_cmd = CMD(0, &twin_empty_msg, &count_rsp_msg);
const struct twin_cmd twin_enum_list_cmd = CMD(1, &twin_empty_msg, &list_rsp_msg);
const struct twin_cmd twin_enum_single_cmd = CMD(2, &single_req_msg, &single_rsp_msg);
const struct twin_cmd twin_enum_details_cmd = CMD(3, &details_req_msg, &details_rsp_msg);

static const struct twin_cmd *const cmds[] = {&twin_enum_count_cmd, &twin_enum_list_cmd,
                                              &twin_enum_single_cmd, &twin_enum_details_cmd};
static const struct twin_nested nested[] = {{&details_rsp_msg, 0, &twin_enum_group_msg}};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_ENUM_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_enum_group = {.name = "enumeration",
                                           .id = TWIN_GRP_ENUM,
                                           .cmds = cmds,
                                           .cmd_count = TWIN_COUNT(cmds),
                                           .nested = nested,
                                           .nested_count = TWIN_COUNT(nested),
                                           .texts = texts,
                                           .text_count = TWIN_COUNT(texts)};
