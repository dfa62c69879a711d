/*
 * grp_stat.c - statistics group: its messages and its commands. Spec: docs/spec-smp.md section 3.3.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_stat.h"
#include "twin/groups.h"

static const struct twin_field list_rsp[] = {
    TWIN_FIELD(twin_stat_list_rsp, groups, "stat_list", TWIN_F_LIST_OF(TWIN_F_TSTR), TWIN_REQUIRED),
};
static const struct twin_field show_req[] = {
    TWIN_FIELD(twin_stat_show_req, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
};
static const struct twin_field show_rsp[] = {
    TWIN_FIELD(twin_stat_show_rsp, fields, "fields", TWIN_F_MAP_OF(TWIN_F_U64), TWIN_REQUIRED),
    TWIN_FIELD(twin_stat_show_rsp, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
};

static const struct twin_msg list_rsp_msg = TWIN_MSG(twin_stat_list_rsp, list_rsp);
static const struct twin_msg show_req_msg = TWIN_REQ(twin_stat_show_req, show_req);
static const struct twin_msg show_rsp_msg = TWIN_MSG(twin_stat_show_rsp, show_rsp);

#define CMD(op, id, req, rsp)                                                                      \
    {                                                                                              \
        TWIN_SMP_##op, (id), TWIN_GRP_STAT, (req), (rsp)                                           \
    }
const struct twin_cmd twin_stat_show_cmd = CMD(READ, 0, &show_req_msg, &show_rsp_msg);
const struct twin_cmd twin_stat_list_cmd = CMD(READ, 1, &twin_empty_msg, &list_rsp_msg);

static const struct twin_cmd *const cmds[] = {&twin_stat_show_cmd, &twin_stat_list_cmd};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_STAT_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_stat_group = {.name = "statistics",
                                           .id = TWIN_GRP_STAT,
                                           .cmds = cmds,
                                           .cmd_count = TWIN_COUNT(cmds),
                                           .texts = texts,
                                           .text_count = TWIN_COUNT(texts)};
