/*
 * srv_fs.c - file group, device side: download, upload, status, hash, types, close.
 * Spec: docs/spec-smp.md section 3.6. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_fs_hash.h"
#include "twin/grp_fs.h"
#include "twin/server.h"

#define HASH_PIECE 64 /* bytes of a file that are on the stack at a time */
#define HEADS_LEN  40 /* of a download's answer: keys and heads of off, data, len */
#define CONSOLE    4  /* bytes of a packet buffer that a console's framing takes */

#define FAULT(name, value, v1, text) [value] = {TWIN_FS_V1_##name, value, NULL},
static const struct twin_srv_fault faults[] = {TWIN_FS_RC_LIST(FAULT)};

/* ---- The open file ---- */

static bool is_part_bad(const uint8_t *part, size_t len)
{
    return len == 0 || (part[0] == '.' && (len == 1 || (len == 2 && part[1] == '.')));
}

/* Is it a name that can be given to the application, whatever it does with it? */
static bool is_name_good(struct twin_span name)
{
    size_t begin = 1;

    if (name.len < 2 || name.len >= TWIN_SRV_FS_NAME_MAX || name.ptr[0] != '/') {
        return false;
    }
    for (size_t i = 1; i <= name.len; i++) {
        if (i < name.len && (name.ptr[i] < ' ' || name.ptr[i] == 0x7f)) {
            return false;
        }
        if (i == name.len || name.ptr[i] == '/') {
            if (is_part_bad(name.ptr + begin, i - begin)) {
                return false;
            }
            begin = i + 1;
        }
    }
    return true;
}

static bool is_open(const struct twin_srv_fs_state *state, struct twin_span name)
{
    return strlen(state->name) == name.len && memcmp(state->name, name.ptr, name.len) == 0;
}

static enum twin_fs_rc close_file(const struct twin_srv_fs_config *config,
                                  struct twin_srv_fs_state *state)
{
    if (state->name[0] == '\0') {
        return TWIN_FS_OK;
    }
    state->name[0] = '\0';
    return config->close(config->ctx);
}

void twin_srv_fs_rest(const struct twin_srv_fs_config *config, struct twin_srv_fs_state *state)
{
    (void)close_file(config, state);
}

/* Make this file the open one, and learn its length; to write, it need not be there yet. */
static enum twin_fs_rc open_file(const struct twin_srv_call *call, struct twin_span name,
                                 bool to_write, uint32_t *len)
{
    const struct twin_srv_fs_config *config = call->config;
    struct twin_srv_fs_state *state = call->state;
    enum twin_fs_rc rc = TWIN_FS_OK;

    if (!is_name_good(name)) {
        return TWIN_FS_RC_INVALID_NAME;
    }
    if (!is_open(state, name) || state->is_written != to_write) {
        (void)close_file(config, state); /* another transfer's, which was left */
        char text[TWIN_SRV_FS_NAME_MAX] = {0};
        memcpy(text, name.ptr, name.len);
        rc = config->open(config->ctx, text, to_write);
        if (rc != TWIN_FS_OK) {
            return rc;
        }
        memcpy(state->name, text, sizeof(text));
        state->is_written = to_write;
        state->end = UINT32_MAX;
    }
    rc = config->size(config->ctx, state->name, len);
    if (rc != TWIN_FS_OK) {
        (void)close_file(config, state);
    }
    return rc;
}

/* ---- Commands ---- */

static unsigned min_of(size_t a, size_t b)
{
    return (unsigned)(a < b ? a : b);
}

/* Bytes of a file that fit the answer: also into the packet that was announced to clients. */
static size_t room_for_data(const struct twin_srv_call *call)
{
    const size_t announced = call->srv->priv.config->buf_size;
    const size_t taken = TWIN_SMP_HEADER_LEN + CONSOLE;
    const size_t room = min_of(call->rsp->cap, announced > taken ? announced - taken : 0);

    return room > HEADS_LEN ? room - HEADS_LEN : 0;
}

/* The file's bytes go straight into the answer. */
static enum twin_fs_rc put_data(const struct twin_srv_call *call, uint32_t off, size_t len)
{
    const struct twin_srv_fs_config *config = call->config;
    struct twin_cbor_writer *w = call->rsp;

    twin_cbor_put_head(w, TWIN_CBOR_BSTR, len);
    if (w->failed || len > w->cap - w->len) {
        w->failed = true;
        return TWIN_FS_OK;
    }
    const enum twin_fs_rc rc =
        len == 0 ? TWIN_FS_OK : config->read(config->ctx, off, w->buf + w->len, len);
    w->len += len;
    return rc;
}

static unsigned fs_download(const struct twin_srv_call *call)
{
    const struct twin_fs_download_req *req = call->req;
    const struct twin_field *fields = call->cmd->rsp->fields;
    const size_t room = room_for_data(call);
    uint32_t len = 0;

    enum twin_fs_rc rc = open_file(call, req->name, false, &len);
    if (rc != TWIN_FS_OK) {
        return rc;
    }
    if (room == 0) {
        return TWIN_SRV_RC(TWIN_RC_TOO_LARGE);
    }
    const size_t part = req->off < len ? min_of(room, len - req->off) : 0;
    twin_cbor_put_head(call->rsp, TWIN_CBOR_MAP, req->off == 0 ? 3 : 2);
    twin_cbor_put_text(call->rsp, fields[0].key);
    twin_cbor_put_head(call->rsp, TWIN_CBOR_UINT, req->off);
    twin_cbor_put_text(call->rsp, fields[1].key);
    rc = put_data(call, req->off, part);
    if (req->off == 0) {
        twin_cbor_put_text(call->rsp, fields[2].key);
        twin_cbor_put_head(call->rsp, TWIN_CBOR_UINT, len);
    }
    return rc;
}

/* The first part: is it one, and may a file be written now? */
static unsigned check_first(const struct twin_srv_call *call, const char *name)
{
    const struct twin_fs_upload_req *req = call->req;

    if (!(req->present & TWIN_FS_UPLOAD_REQ_LEN)) {
        return TWIN_SRV_RC(TWIN_RC_INVALID);
    }
    return req->data.len > req->len ? (unsigned)TWIN_FS_RC_OFFSET_TOO_LARGE
                                    : twin_srv_ask(call, name);
}

/* Does the part follow what is there? */
static unsigned check_next(const struct twin_srv_call *call, const char *name)
{
    const struct twin_fs_upload_req *req = call->req;
    const struct twin_srv_fs_config *config = call->config;
    const struct twin_srv_fs_state *state = call->state;
    const uint32_t end = is_open(state, req->name) && state->is_written ? state->end : UINT32_MAX;
    uint32_t len = 0;

    const enum twin_fs_rc rc = config->size(config->ctx, name, &len);
    if (rc != TWIN_FS_OK) {
        return rc;
    }
    if (req->off != len) {
        return TWIN_FS_RC_OFFSET_NOT_VALID;
    }
    return req->off > end || req->data.len > end - req->off ? TWIN_FS_RC_OFFSET_TOO_LARGE : 0u;
}

/* All that can be said before anything on the device changes. */
static unsigned check_part(const struct twin_srv_call *call)
{
    const struct twin_fs_upload_req *req = call->req;
    char name[TWIN_SRV_FS_NAME_MAX] = {0};

    if (((const struct twin_srv_fs_config *)call->config)->write == NULL) {
        return TWIN_FS_RC_READ_ONLY;
    }
    if (!is_name_good(req->name)) {
        return TWIN_FS_RC_INVALID_NAME;
    }
    memcpy(name, req->name.ptr, req->name.len);
    return req->off == 0 ? check_first(call, name) : check_next(call, name);
}

static unsigned write_part(const struct twin_srv_call *call)
{
    const struct twin_fs_upload_req *req = call->req;
    const struct twin_srv_fs_config *config = call->config;
    struct twin_srv_fs_state *state = call->state;
    uint32_t len = 0;

    enum twin_fs_rc rc = open_file(call, req->name, true, &len);
    if (rc == TWIN_FS_OK && req->off == 0) {
        state->end = req->len;
    }
    if (rc == TWIN_FS_OK && (req->off == 0 || req->data.len != 0)) {
        rc = config->write(config->ctx, req->off, req->data.ptr, req->data.len);
    }
    if (rc == TWIN_FS_OK && req->off + req->data.len == state->end) {
        rc = close_file(config, state); /* all is there, and safe */
    }
    return rc;
}

static unsigned fs_upload(const struct twin_srv_call *call)
{
    const struct twin_fs_upload_req *req = call->req;
    unsigned rc = check_part(call);

    if (rc == 0) {
        rc = write_part(call);
    }
    if (rc != 0) {
        return rc;
    }
    const struct twin_fs_upload_rsp rsp = {.off = req->off + req->data.len};
    return twin_srv_answer(call, &rsp);
}

static unsigned fs_status(const struct twin_srv_call *call)
{
    const struct twin_fs_status_req *req = call->req;
    const struct twin_srv_fs_config *config = call->config;
    char name[TWIN_SRV_FS_NAME_MAX] = {0};
    uint32_t len = 0;

    if (!is_name_good(req->name)) {
        return TWIN_FS_RC_INVALID_NAME;
    }
    memcpy(name, req->name.ptr, req->name.len);
    const enum twin_fs_rc rc = config->size(config->ctx, name, &len);
    const struct twin_fs_status_rsp rsp = {.len = len};
    return rc == TWIN_FS_OK ? twin_srv_answer(call, &rsp) : (unsigned)rc;
}

/* ---- Hashes ---- */

/* Without a type: the first one, which every client knows. */
static const struct twin_srv_fs_hash *hash_of(const struct twin_fs_hash_req *req)
{
    if (!(req->present & TWIN_FS_HASH_REQ_TYPE)) {
        return &twin_srv_fs_hashes[0];
    }
    for (unsigned i = 0; i < TWIN_SRV_FS_HASHES; i++) {
        const struct twin_srv_fs_hash *hash = &twin_srv_fs_hashes[i];
        if (strlen(hash->name) == req->type.len &&
            memcmp(hash->name, req->type.ptr, req->type.len) == 0) {
            return hash;
        }
    }
    return NULL;
}

static enum twin_fs_rc hash_file(const struct twin_srv_call *call,
                                 const struct twin_srv_fs_hash *hash, uint32_t off, uint32_t len,
                                 union twin_srv_fs_hasher *hasher)
{
    const struct twin_srv_fs_config *config = call->config;
    uint8_t piece[HASH_PIECE];

    hash->init(hasher);
    while (len > 0) {
        const uint32_t now = min_of(len, sizeof(piece));
        const enum twin_fs_rc rc = config->read(config->ctx, off, piece, now);
        if (rc != TWIN_FS_OK) {
            return rc;
        }
        hash->update(hasher, piece, now);
        off += now;
        len -= now;
    }
    return TWIN_FS_OK;
}

/* The range of the file that is asked for. */
static unsigned find_range(const struct twin_fs_hash_req *req, uint32_t size, uint32_t *len)
{
    const bool has_len = req->present & TWIN_FS_HASH_REQ_LEN;

    if (size == 0) {
        return TWIN_FS_RC_EMPTY;
    }
    if (req->off >= size) {
        return TWIN_FS_RC_OFFSET_TOO_LARGE;
    }
    *len = has_len && req->len < size - req->off ? req->len : size - req->off;
    return *len == 0 ? TWIN_SRV_RC(TWIN_RC_INVALID) : 0u;
}

static unsigned fs_hash(const struct twin_srv_call *call)
{
    const struct twin_fs_hash_req *req = call->req;
    const struct twin_srv_fs_hash *hash = hash_of(req);
    union twin_srv_fs_hasher hasher;
    uint8_t output[TWIN_SRV_FS_OUTPUT_MAX];
    struct twin_cbor_writer w = {.buf = output, .cap = sizeof(output)};
    uint32_t size = 0, len = 0;

    if (hash == NULL) {
        return TWIN_FS_RC_HASH_NOT_FOUND;
    }
    unsigned rc = open_file(call, req->name, false, &size);
    if (rc == 0) {
        rc = find_range(req, size, &len);
    }
    if (rc == 0) {
        rc = hash_file(call, hash, req->off, len, &hasher);
    }
    if (rc != 0) {
        return rc;
    }
    hash->put(&hasher, &w);
    const struct twin_fs_hash_rsp rsp = {.present = req->off != 0 ? TWIN_FS_HASH_RSP_OFF : 0u,
                                         .type = twin_span_text(hash->name),
                                         .off = req->off,
                                         .len = len,
                                         .output = {output, w.len}};
    return twin_srv_answer(call, &rsp);
}

static unsigned fs_types(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, TWIN_SRV_FS_HASHES);
    for (unsigned i = 0; i < TWIN_SRV_FS_HASHES; i++) {
        const struct twin_srv_fs_hash *hash = &twin_srv_fs_hashes[i];
        const struct twin_fs_type type = {.format = hash->format, .size = hash->size};
        twin_cbor_put_text(call->rsp, hash->name);
        twin_msg_encode(call->rsp, &twin_fs_type_msg, &type);
    }
    return 0;
}

static unsigned fs_close(const struct twin_srv_call *call)
{
    return close_file(call->config, call->state);
}

static twin_err_t fs_init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_fs_config *config = entry->config;
    struct twin_srv_fs_state *state = entry->state;

    if (config == NULL || state == NULL || config->size == NULL || config->open == NULL ||
        config->read == NULL || config->close == NULL) {
        return TWIN_E_ARG;
    }
    memset(state, 0, sizeof(*state));
    return TWIN_OK;
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_fs_download_cmd, fs_download}, {&twin_fs_upload_cmd, fs_upload},
    {&twin_fs_status_cmd, fs_status},     {&twin_fs_hash_cmd, fs_hash},
    {&twin_fs_types_cmd, fs_types},       {&twin_fs_close_cmd, fs_close},
};

const struct twin_srv_group twin_srv_fs = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = faults, .init = fs_init};
