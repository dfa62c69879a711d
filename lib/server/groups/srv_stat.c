/*
 * srv_stat.c - statistics group, device side: list, show. Spec: docs/spec-smp.md section 3.3.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_stat.h"
#include "twin/server.h"

enum { FAULT_NAME = 1 };
static const struct twin_srv_fault faults[] = {
    [FAULT_NAME] = {TWIN_STAT_V1_INVALID_NAME, TWIN_STAT_RC_INVALID_NAME, NULL},
};

static bool get(const struct twin_srv_call *call, unsigned index, struct twin_stat_counter *counter)
{
    const struct twin_srv_stat_config *config = call->config;

    return index < TWIN_STAT_COUNTERS_MAX && config->counter(config->ctx, index, counter);
}

static bool is_named(const char *text, struct twin_span name)
{
    return strlen(text) == name.len && memcmp(text, name.ptr, name.len) == 0;
}

/* Go through the groups: their number, and with `put` their names into the answer. */
static uint32_t walk_groups(const struct twin_srv_call *call, bool put)
{
    struct twin_span last = {NULL, SIZE_MAX};
    struct twin_stat_counter counter;
    uint32_t count = 0;

    for (unsigned i = 0; get(call, i, &counter); i++) {
        if (is_named(counter.group, last)) {
            continue;
        }
        last = twin_span_text(counter.group);
        count++;
        if (put) {
            twin_cbor_put_bytes(call->rsp, TWIN_CBOR_TSTR, last);
        }
    }
    return count;
}

static unsigned stat_list(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, walk_groups(call, false));
    walk_groups(call, true);
    return 0;
}

/* Go through the counters of one group: their number, and with `put` each into the answer. */
static uint32_t walk_counters(const struct twin_srv_call *call, struct twin_span group, bool put)
{
    struct twin_stat_counter counter;
    uint32_t count = 0;

    for (unsigned i = 0; get(call, i, &counter); i++) {
        if (!is_named(counter.group, group)) {
            continue;
        }
        count++;
        if (put) {
            twin_cbor_put_text(call->rsp, counter.name);
            twin_cbor_put_head(call->rsp, TWIN_CBOR_UINT, counter.value);
        }
    }
    return count;
}

static unsigned stat_show(const struct twin_srv_call *call)
{
    const struct twin_stat_show_req *req = call->req;
    const uint32_t count = walk_counters(call, req->name, false);

    if (count == 0) {
        return FAULT_NAME;
    }
    twin_srv_begin_list(call, count);
    walk_counters(call, req->name, true);
    twin_cbor_put_text(call->rsp, call->cmd->rsp->fields[1].key);
    twin_cbor_put_bytes(call->rsp, TWIN_CBOR_TSTR, req->name);
    return 0;
}

static twin_err_t stat_init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_stat_config *config = entry->config;

    return config->counter == NULL ? TWIN_E_ARG : TWIN_OK;
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_stat_show_cmd, stat_show},
    {&twin_stat_list_cmd, stat_list},
};

const struct twin_srv_group twin_srv_stat = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = faults, .init = stat_init};
