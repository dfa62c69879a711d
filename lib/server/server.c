/*
 * server.c - from a packet to the command that it names, and from its outcome to the reply.
 *
 * Knows headers, versions and errors; what commands do is in the srv_*.c files.
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/server.h"

twin_err_t twin_srv_init(struct twin_srv *srv, const struct twin_srv_config *config)
{
    memset(srv, 0, sizeof(*srv));
    srv->priv.config = config;
    if (config->groups == NULL) {
        return TWIN_E_ARG;
    }
    for (unsigned i = 0; config->groups[i] != NULL; i++) {
        if (config->groups[i]->id == TWIN_GRP_IMAGE && config->slots == NULL) {
            return TWIN_E_ARG;
        }
    }
    return config->slots == NULL ? TWIN_OK : twin_slots_check(config->slots);
}

unsigned twin_srv_ask(struct twin_srv *srv, const struct twin_srv_question *question)
{
    const struct twin_srv_config *config = srv->priv.config;
    const char *reason = "app reject";

    if (config->ask == NULL || config->ask(config->ctx, question, &reason)) {
        return 0;
    }
    srv->priv.reason = reason;
    return TWIN_SRV_RC(TWIN_RC_BUSY);
}

static const struct twin_srv_group *find_group(const struct twin_srv *srv, uint16_t id)
{
    const struct twin_srv_group *const *group = srv->priv.config->groups;

    while (*group != NULL && (*group)->id != id) {
        group++;
    }
    return *group;
}

static const struct twin_srv_cmd *find_cmd(const struct twin_srv_group *group,
                                           const struct twin_smp_header *header)
{
    for (unsigned i = 0; group != NULL && i < group->cmd_count; i++) {
        const struct twin_srv_cmd *cmd = &group->cmds[i];
        if (cmd->id == header->id && cmd->op == header->op) {
            return cmd;
        }
    }
    return NULL;
}

static unsigned run_cmd(struct twin_srv *srv, const struct twin_srv_cmd *cmd,
                        struct twin_span payload, struct twin_cbor_writer *rsp)
{
    union {
        uint8_t bytes[TWIN_SRV_REQUEST_MAX];
        uint64_t align_number;
        void *align_pointer;
    } req;

    if (cmd->req != NULL) {
        struct twin_cbor_reader r = {.buf = payload.ptr, .len = payload.len};
        if (cmd->req->size > sizeof(req)) {
            return TWIN_SRV_RC(TWIN_RC_NO_MEMORY);
        }
        twin_msg_decode(&r, cmd->req, req.bytes);
        if (r.failed) {
            return TWIN_SRV_RC(TWIN_RC_INVALID);
        }
    }
    unsigned fault = cmd->run(srv, req.bytes, rsp);
    if (fault == 0 && rsp->len == 0) {
        twin_cbor_put_head(rsp, TWIN_CBOR_MAP, 0);
    }
    return fault == 0 && rsp->failed ? TWIN_SRV_RC(TWIN_RC_TOO_LARGE) : fault;
}

/* The checks before a command, in the order of section 1. rest: what follows the header. */
static unsigned run_request(struct twin_srv *srv, const struct twin_srv_group *group,
                            const struct twin_smp_header *header, struct twin_span rest,
                            struct twin_cbor_writer *rsp)
{
    const struct twin_srv_cmd *cmd = find_cmd(group, header);

    if (rest.len < header->len) {
        return TWIN_SRV_RC(TWIN_RC_CORRUPT);
    }
    if (header->op != TWIN_SMP_READ && header->op != TWIN_SMP_WRITE) {
        return TWIN_SRV_RC(TWIN_RC_NOT_SUPPORTED);
    }
    if (header->version > TWIN_SMP_V2) {
        return TWIN_SRV_RC(TWIN_RC_TOO_NEW);
    }
    if (cmd == NULL) {
        return TWIN_SRV_RC(TWIN_RC_NOT_SUPPORTED);
    }
    return run_cmd(srv, cmd, (struct twin_span){rest.ptr, header->len}, rsp);
}

/* What the number that a command returned stands for. */
static struct twin_srv_fault fault_of(const struct twin_srv *srv,
                                      const struct twin_srv_group *group, unsigned number)
{
    if (number >= TWIN_SRV_RC(0)) {
        return (struct twin_srv_fault){.rc = (uint8_t)(number - TWIN_SRV_RC(0)),
                                       .rsn = srv->priv.reason};
    }
    return group->faults[number];
}

#define ERR_MAX 24 /* bytes of the map in a version 2 error */

static struct twin_span group_error(uint8_t buf[ERR_MAX], uint16_t group, uint8_t rc)
{
    struct twin_cbor_writer w = {.buf = buf, .cap = ERR_MAX};
    const struct twin_result_err err = {.present = TWIN_RESULT_ERR_GROUP, .group = group, .rc = rc};

    twin_msg_encode(&w, &twin_result_err_msg, &err);
    return (struct twin_span){buf, w.len};
}

static void encode_result(struct twin_cbor_writer *rsp, const struct twin_result *result)
{
    rsp->len = 0;
    rsp->failed = false;
    twin_msg_encode(rsp, &twin_result_msg, result);
}

/*
 * Put the fault in place of an answer. A v1 client knows generic codes only; where a v2 client gets
 * the group's, nothing may stand beside it.
 */
static void encode_fault(struct twin_cbor_writer *rsp, const struct twin_smp_header *header,
                         const struct twin_srv_fault *fault)
{
    const char *rsn = fault->rsn != NULL ? fault->rsn : "";
    uint8_t err[ERR_MAX];
    struct twin_result result = {.present = TWIN_RESULT_RC,
                                 .rc = fault->rc,
                                 .rsn = twin_span_text(rsn),
                                 .err = group_error(err, header->group, fault->group_rc)};

    if (header->version != TWIN_SMP_V1 && fault->group_rc != 0) {
        result.present = TWIN_RESULT_ERR;
    } else if (rsn[0] != '\0') {
        result.present |= TWIN_RESULT_RSN;
    }
    encode_result(rsp, &result);
    if (rsp->failed) { /* the text was too long: the code matters more */
        result.present &= ~(uint32_t)TWIN_RESULT_RSN;
        encode_result(rsp, &result);
    }
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
    const struct twin_srv_group *group = find_group(srv, header.group);
    unsigned number = run_request(srv, group, &header, *packet, &rsp);
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
        const struct twin_srv_fault fault = fault_of(srv, group, number);
        encode_fault(&rsp, &header, &fault);
    }
    if (rsp.failed) {
        return 0;
    }
    header.len = (uint16_t)rsp.len;
    twin_smp_header_write(out, &header);
    return TWIN_SMP_HEADER_LEN + rsp.len;
}
