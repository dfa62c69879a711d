/*
 * server.c - from a packet to the command that it names, and from its outcome to the reply.
 *
 * Knows headers, versions and errors; what commands do is in groups/.
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/server.h"

twin_err_t twin_srv_init(struct twin_srv *srv, const struct twin_srv_config *config)
{
    memset(srv, 0, sizeof(*srv));
    srv->priv.config = config;
    for (unsigned i = 0; i < config->group_count; i++) {
        const struct twin_srv_entry *entry = &config->groups[i];
        if (entry->group == NULL) {
            return TWIN_E_ARG;
        }
        if (entry->group->init != NULL) {
            TWIN_TRY(entry->group->init(entry));
        }
    }
    return config->group_count == 0 ? TWIN_E_ARG : TWIN_OK;
}

unsigned twin_srv_ask(const struct twin_srv_call *call, const void *details)
{
    const struct twin_srv_config *config = call->srv->priv.config;
    const struct twin_srv_question question = {.cmd = call->cmd, .details = details};
    const char *reason = "app reject";

    if (config->ask == NULL || config->ask(config->ctx, &question, &reason)) {
        return 0;
    }
    call->srv->priv.reason = reason;
    return TWIN_SRV_RC(TWIN_RC_BUSY);
}

unsigned twin_srv_answer(const struct twin_srv_call *call, const void *rsp)
{
    twin_msg_encode(call->rsp, call->cmd->rsp, rsp);
    return 0;
}

void twin_srv_begin_list(const struct twin_srv_call *call, uint32_t count)
{
    const struct twin_msg *msg = call->cmd->rsp;
    const bool is_map = msg->fields[0].type >= TWIN_F_MAP;

    twin_cbor_put_head(call->rsp, TWIN_CBOR_MAP, msg->field_count);
    twin_cbor_put_text(call->rsp, msg->fields[0].key);
    twin_cbor_put_head(call->rsp, is_map ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY, count);
}

/* What a request names. */
struct target {
    const struct twin_srv_entry *entry;
    const struct twin_srv_cmd *cmd; /* NULL: nothing that there is here */
};

static struct target find_target(const struct twin_srv *srv, const struct twin_smp_header *header)
{
    const struct twin_srv_config *config = srv->priv.config;

    for (unsigned i = 0; i < config->group_count; i++) {
        const struct twin_srv_group *group = config->groups[i].group;
        for (unsigned j = 0; j < group->cmd_count; j++) {
            const struct twin_cmd *cmd = group->cmds[j].cmd;
            if (cmd->group == header->group && cmd->id == header->id && cmd->op == header->op) {
                return (struct target){&config->groups[i], &group->cmds[j]};
            }
        }
    }
    return (struct target){NULL, NULL};
}

static unsigned run_cmd(struct twin_srv *srv, const struct target *target, struct twin_span payload,
                        struct twin_cbor_writer *rsp)
{
    const struct twin_msg *req_msg = target->cmd->cmd->req;
    union {
        uint8_t bytes[TWIN_REQUEST_MAX];
        uint64_t align_number;
        void *align_pointer;
    } req;
    const struct twin_srv_call call = {.srv = srv,
                                       .cmd = target->cmd->cmd,
                                       .config = target->entry->config,
                                       .state = target->entry->state,
                                       .req = req.bytes,
                                       .rsp = rsp};

    if (req_msg->field_count != 0) {
        struct twin_cbor_reader r = {.buf = payload.ptr, .len = payload.len};
        if (req_msg->size > sizeof(req)) {
            return TWIN_SRV_RC(TWIN_RC_NO_MEMORY);
        }
        (target->entry->group->decode != NULL ? target->entry->group->decode
                                              : twin_msg_decode)(&r, req_msg, req.bytes);
        if (r.failed) {
            return TWIN_SRV_RC(TWIN_RC_INVALID);
        }
    }
    unsigned fault = target->cmd->run(&call);
    if (fault == 0 && rsp->len == 0) {
        twin_cbor_put_head(rsp, TWIN_CBOR_MAP, 0);
    }
    return fault == 0 && rsp->failed ? TWIN_SRV_RC(TWIN_RC_TOO_LARGE) : fault;
}

/* The checks before a command, in the order of section 1. rest: what follows the header. */
static unsigned run_request(struct twin_srv *srv, const struct target *target,
                            const struct twin_smp_header *header, struct twin_span rest,
                            struct twin_cbor_writer *rsp)
{
    if (rest.len < header->len) {
        return TWIN_SRV_RC(TWIN_RC_CORRUPT);
    }
    if (header->op != TWIN_SMP_READ && header->op != TWIN_SMP_WRITE) {
        return TWIN_SRV_RC(TWIN_RC_NOT_SUPPORTED);
    }
    if (header->version > TWIN_SMP_V2) {
        return TWIN_SRV_RC(TWIN_RC_TOO_NEW);
    }
    if (target->cmd == NULL) {
        return TWIN_SRV_RC(TWIN_RC_NOT_SUPPORTED);
    }
    return run_cmd(srv, target, (struct twin_span){rest.ptr, header->len}, rsp);
}

/* What the number that a command returned stands for. */
static struct twin_srv_fault fault_of(const struct twin_srv *srv, const struct target *target,
                                      unsigned number)
{
    if (number >= TWIN_SRV_RC(0)) {
        return (struct twin_srv_fault){.rc = (uint8_t)(number - TWIN_SRV_RC(0)),
                                       .rsn = srv->priv.reason};
    }
    return target->entry->group->faults[number];
}

/* Drop what a command may have answered. */
static void begin_again(struct twin_cbor_writer *rsp)
{
    rsp->len = 0;
    rsp->failed = false;
}

/* A v2 client gets the group's code where there is one: nothing may stand beside it. */
static void put_group_fault(struct twin_cbor_writer *rsp, uint16_t group, uint8_t rc)
{
    const struct twin_result_err err = {.present = TWIN_RESULT_ERR_GROUP, .group = group, .rc = rc};

    twin_cbor_put_head(rsp, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(rsp, twin_result_msg.fields[2].key);
    twin_msg_encode(rsp, &twin_result_err_msg, &err);
}

/* Everybody else gets a generic code, and the text if there is one and it fits. */
static void put_fault(struct twin_cbor_writer *rsp, uint8_t rc, const char *rsn)
{
    struct twin_result result = {.present = TWIN_RESULT_RC, .rc = rc};

    if (rsn != NULL && rsn[0] != '\0') {
        result.present |= TWIN_RESULT_RSN;
        result.rsn = twin_span_text(rsn);
        twin_msg_encode(rsp, &twin_result_msg, &result);
        if (!rsp->failed) {
            return;
        }
        result.present = TWIN_RESULT_RC;
        begin_again(rsp);
    }
    twin_msg_encode(rsp, &twin_result_msg, &result);
}

size_t twin_srv_handle(struct twin_srv *srv, struct twin_span *packet, uint8_t *out, size_t cap)
{
    struct twin_smp_header header;

    if (cap < TWIN_SMP_HEADER_LEN || twin_smp_header_read(*packet, &header) != TWIN_OK) {
        return 0;
    }
    struct twin_cbor_writer rsp = {.buf = out + TWIN_SMP_HEADER_LEN,
                                   .cap = cap - TWIN_SMP_HEADER_LEN};
    if (rsp.cap > UINT16_MAX) {
        rsp.cap = UINT16_MAX; /* more than the header's length field can say */
    }
    packet->ptr += TWIN_SMP_HEADER_LEN;
    packet->len -= TWIN_SMP_HEADER_LEN;
    srv->priv.reason = NULL;
    const struct target target = find_target(srv, &header);
    unsigned number = run_request(srv, &target, &header, *packet, &rsp);
    if (number == 0) {
        packet->ptr += header.len;
        packet->len -= header.len;
    } else {
        packet->len = 0;
    }
    header.op = header.op <= TWIN_SMP_READ_RSP ? TWIN_SMP_READ_RSP : TWIN_SMP_WRITE_RSP;
    if (header.version > TWIN_SMP_V2) {
        header.version = TWIN_SMP_V2;
    }
    if (number != 0) {
        const struct twin_srv_fault fault = fault_of(srv, &target, number);
        begin_again(&rsp);
        if (header.version != TWIN_SMP_V1 && fault.group_rc != 0) {
            put_group_fault(&rsp, header.group, fault.group_rc);
        } else {
            put_fault(&rsp, fault.rc, fault.rsn);
        }
    }
    if (rsp.failed) {
        return 0;
    }
    header.len = (uint16_t)rsp.len;
    twin_smp_header_write(out, &header);
    return TWIN_SMP_HEADER_LEN + rsp.len;
}
