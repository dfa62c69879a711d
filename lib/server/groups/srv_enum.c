/*
 * srv_enum.c - enumeration group, device side: which groups this server has.
 * Spec: docs/spec-smp.md section 3.8. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_enum.h"
#include "twin/server.h"

enum { FAULT_INDEX = 1 };
static const struct twin_srv_fault faults[] = {
    [FAULT_INDEX] = {TWIN_ENUM_V1_INDEX_TOO_LARGE, TWIN_ENUM_RC_INDEX_TOO_LARGE, NULL},
};

static uint8_t group_count(const struct twin_srv_call *call)
{
    return call->srv->priv.config->group_count;
}

static const struct twin_srv_group *group_at(const struct twin_srv_call *call, unsigned index)
{
    return call->srv->priv.config->groups[index].group;
}

static uint16_t number_of(const struct twin_srv_group *group)
{
    return group->cmds[0].cmd->group;
}

static unsigned enum_count(const struct twin_srv_call *call)
{
    const struct twin_enum_count_rsp rsp = {.count = group_count(call)};

    return twin_srv_answer(call, &rsp);
}

static unsigned enum_list(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, group_count(call));
    for (unsigned i = 0; i < group_count(call); i++) {
        twin_cbor_put_head(call->rsp, TWIN_CBOR_UINT, number_of(group_at(call, i)));
    }
    return 0;
}

static unsigned enum_single(const struct twin_srv_call *call)
{
    const struct twin_enum_single_req *req = call->req;

    if (req->index >= group_count(call)) {
        return FAULT_INDEX;
    }
    const bool is_last = req->index + 1 == group_count(call);
    const struct twin_enum_single_rsp rsp = {.present = is_last ? TWIN_ENUM_SINGLE_RSP_END : 0,
                                             .group = number_of(group_at(call, req->index)),
                                             .end = is_last};
    return twin_srv_answer(call, &rsp);
}

static bool is_wanted(const struct twin_enum_details_req *req, uint16_t number)
{
    struct twin_items items = twin_msg_items(req->groups);
    uint32_t wanted;

    if ((req->present & TWIN_ENUM_DETAILS_REQ_GROUPS) == 0) {
        return true;
    }
    while (twin_msg_next_exact(&items, TWIN_F_U32, &wanted)) {
        if (wanted == number) {
            return true;
        }
    }
    return false;
}

static uint32_t handlers_of(const struct twin_srv_group *group)
{
    uint32_t handlers = 0;

    for (unsigned i = 0; i < group->cmd_count; i++) {
        if (group->cmds[i].cmd->id >= handlers) {
            handlers = group->cmds[i].cmd->id + 1u;
        }
    }
    return handlers;
}

/* Go through the groups asked for: their number, and with `put` each into the answer. */
static uint32_t walk_details(const struct twin_srv_call *call, bool put)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < group_count(call); i++) {
        const struct twin_srv_group *group = group_at(call, i);
        if (!is_wanted(call->req, number_of(group))) {
            continue;
        }
        count++;
        if (put) {
            const struct twin_enum_group item = {.present = TWIN_ENUM_GROUP_HANDLERS,
                                                 .group = number_of(group),
                                                 .handlers = handlers_of(group)};
            twin_msg_encode(call->rsp, &twin_enum_group_msg, &item);
        }
    }
    return count;
}

static unsigned enum_details(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, walk_details(call, false));
    walk_details(call, true);
    return 0;
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_enum_count_cmd, enum_count},
    {&twin_enum_list_cmd, enum_list},
    {&twin_enum_single_cmd, enum_single},
    {&twin_enum_details_cmd, enum_details},
};

const struct twin_srv_group twin_srv_enum = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = faults, .decode = twin_msg_decode_more};
