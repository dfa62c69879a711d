/*
 * grp_history.c - history group: its messages and its commands. Spec: docs/spec-smp.md section
 * 3.12. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_history.h"
#include "twin/groups.h"

static const struct twin_field item[] = {
    TWIN_FIELD(twin_history_item, image, "image", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_history_item, outcome, "outcome", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_history_item, reason, "reason", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_history_item, starts, "starts", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_history_item, version, "version", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_history_item, is_new, "new", TWIN_F_BOOL, TWIN_OPTIONAL),
};
static const struct twin_field rsp[] = {
    TWIN_FIELD(twin_history_rsp, items, "history", TWIN_F_LIST, TWIN_REQUIRED),
};

const struct twin_msg twin_history_item_msg = TWIN_MSG(twin_history_item, item);
static const struct twin_msg rsp_msg = TWIN_MSG(twin_history_rsp, rsp);

#define CMD(op, id, req, rsp)                                                                      \
    {                                                                                              \
        TWIN_SMP_##op, (id), TWIN_GRP_HISTORY, (req), (rsp)                                        \
    }
const struct twin_cmd twin_history_cmd = CMD(READ, 0, &twin_empty_msg, &rsp_msg);
const struct twin_cmd twin_history_acknowledge_cmd =
    CMD(WRITE, 0, &twin_empty_msg, &twin_empty_msg);

static const struct twin_cmd *const cmds[] = {&twin_history_cmd, &twin_history_acknowledge_cmd};
static const struct twin_nested nested[] = {{&rsp_msg, 0, &twin_history_item_msg}};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_HISTORY_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_history_group = {.name = "history",
                                              .id = TWIN_GRP_HISTORY,
                                              .cmds = cmds,
                                              .cmd_count = TWIN_COUNT(cmds),
                                              .nested = nested,
                                              .nested_count = TWIN_COUNT(nested),
                                              .texts = texts,
                                              .text_count = TWIN_COUNT(texts)};
