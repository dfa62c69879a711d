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

const struct twin_srv_fault *twin_srv_ask(struct twin_srv *srv,
                                          const struct twin_srv_question *question)
{
    const struct twin_srv_config *config = srv->priv.config;
    struct twin_srv_fault *refusal = &srv->priv.refusal;

    *refusal = (struct twin_srv_fault){.rc = TWIN_RC_BUSY, .rsn = "app reject"};
    if (config->ask == NULL || config->ask(config->ctx, question, &refusal->rsn)) {
        return NULL;
    }
    return refusal;
}

static const struct twin_srv_cmd *find_cmd(const struct twin_srv *srv,
                                           const struct twin_smp_header *header)
{
    for (const struct twin_srv_group *const *group = srv->priv.config->groups; *group != NULL;
         group++) {
        for (unsigned i = 0; (*group)->id == header->group && i < (*group)->cmd_count; i++) {
            const struct twin_srv_cmd *cmd = &(*group)->cmds[i];
            if (cmd->id == header->id && cmd->op == header->op) {
                return cmd;
            }
        }
    }
    return NULL;
}

static const struct twin_srv_fault no_memory = {.rc = TWIN_RC_NO_MEMORY};
static const struct twin_srv_fault invalid = {.rc = TWIN_RC_INVALID};
static const struct twin_srv_fault too_large = {.rc = TWIN_RC_TOO_LARGE};
static const struct twin_srv_fault not_supported = {.rc = TWIN_RC_NOT_SUPPORTED};
static const struct twin_srv_fault corrupt = {.rc = TWIN_RC_CORRUPT};
static const struct twin_srv_fault too_new = {.rc = TWIN_RC_TOO_NEW};

static const struct twin_srv_fault *run_cmd(struct twin_srv *srv, const struct twin_srv_cmd *cmd,
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
            return &no_memory;
        }
        twin_msg_decode(&r, cmd->req, req.bytes);
        if (r.failed) {
            return &invalid;
        }
    }
    const struct twin_srv_fault *fault = cmd->run(srv, req.bytes, rsp);
    if (fault == NULL && rsp->len == 0) {
        twin_cbor_put_head(rsp, TWIN_CBOR_MAP, 0);
    }
    return fault == NULL && rsp->failed ? &too_large : fault;
}

/* The checks before a command, in the order of section 1. rest: what follows the header. */
static const struct twin_srv_fault *run_request(struct twin_srv *srv,
                                                const struct twin_smp_header *header,
                                                struct twin_span rest, struct twin_cbor_writer *rsp)
{
    if (rest.len < header->len) {
        return &corrupt;
    }
    if (header->op != TWIN_SMP_READ && header->op != TWIN_SMP_WRITE) {
        return &not_supported;
    }
    if (header->version > TWIN_SMP_V2) {
        return &too_new;
    }
    const struct twin_srv_cmd *cmd = find_cmd(srv, header);
    if (cmd == NULL) {
        return &not_supported;
    }
    return run_cmd(srv, cmd, (struct twin_span){rest.ptr, header->len}, rsp);
}

/* Put the fault in place of an answer. A v1 client knows generic codes only. */
static void encode_fault(struct twin_cbor_writer *rsp, const struct twin_smp_header *header,
                         const struct twin_srv_fault *fault, const char *rsn)
{
    struct twin_result result = {.present = TWIN_RESULT_RC, .rc = fault->rc};

    if (fault->rc == TWIN_RC_OK && header->version == TWIN_SMP_V1) {
        result.rc = (int32_t)twin_smp_group_rc_to_v1(header->group, fault->group_rc);
    } else if (fault->rc == TWIN_RC_OK) {
        result.present = TWIN_RESULT_ERR;
        result.err = (struct twin_result_err){.group = header->group, .rc = fault->group_rc};
    }
    if (rsn != NULL) {
        result.present |= TWIN_RESULT_RSN;
        result.rsn = twin_span_text(rsn);
    }
    rsp->len = 0;
    rsp->failed = false;
    twin_msg_encode(rsp, &twin_result_msg, &result);
}

/*
 * Answer one request, whose header becomes the reply's. Returns the bytes of the reply in out; 0 if
 * not even an error fits. Sets *ok if the next request in the same packet may be looked at.
 */
static size_t answer(struct twin_srv *srv, struct twin_smp_header *header, struct twin_span rest,
                     uint8_t *out, size_t cap, bool *ok)
{
    *ok = false;
    if (cap < TWIN_SMP_HEADER_LEN) {
        return 0;
    }
    struct twin_cbor_writer rsp = {.buf = out + TWIN_SMP_HEADER_LEN,
                                   .cap = cap - TWIN_SMP_HEADER_LEN};
    if (rsp.cap > UINT16_MAX) {
        rsp.cap = UINT16_MAX; /* more than the header's length field can say */
    }
    const struct twin_srv_fault *fault = run_request(srv, header, rest, &rsp);
    header->op = header->op <= TWIN_SMP_READ_RSP ? TWIN_SMP_READ_RSP : TWIN_SMP_WRITE_RSP;
    if (header->version > TWIN_SMP_V2) {
        header->version = TWIN_SMP_V2;
    }
    if (fault != NULL) {
        encode_fault(&rsp, header, fault, fault->rsn);
    }
    if (fault != NULL && rsp.failed) { /* the text was too long: the code matters more */
        encode_fault(&rsp, header, fault, NULL);
    }
    if (rsp.failed) {
        return 0;
    }
    header->len = (uint16_t)rsp.len;
    twin_smp_header_write(out, header);
    *ok = fault == NULL;
    return TWIN_SMP_HEADER_LEN + rsp.len;
}

size_t twin_srv_handle(struct twin_srv *srv, struct twin_span packet, uint8_t *out, size_t cap)
{
    struct twin_smp_header header;
    size_t written = 0;
    bool ok = true;

    /* Each round takes a header off the packet, so this ends. */
    while (ok && twin_smp_header_read(packet, &header) == TWIN_OK) {
        size_t payload_len = header.len;
        packet.ptr += TWIN_SMP_HEADER_LEN;
        packet.len -= TWIN_SMP_HEADER_LEN;
        written += answer(srv, &header, packet, out + written, cap - written, &ok);
        if (ok) {
            packet.ptr += payload_len;
            packet.len -= payload_len;
        }
    }
    return written;
}
