/*
 * client_peer.c - a model of devices that are not ours. SPDX-License-Identifier: Apache-2.0
 */
#include "unit/client_peer.h"
#include "check.h"

static void put_flag(struct twin_cbor_writer *w, const char *key, bool value)
{
    twin_cbor_put_text(w, key);
    twin_cbor_put_bool(w, value);
}

static void put_number(struct twin_cbor_writer *w, const char *key, uint32_t value)
{
    twin_cbor_put_text(w, key);
    twin_cbor_put_head(w, TWIN_CBOR_UINT, value);
}

static void put_slot(struct twin_cbor_writer *w, const struct peer_slot *slot)
{
    twin_cbor_put_head(w, TWIN_CBOR_MAP, slot->hash.len > 0 ? 7 : 6);
    put_number(w, "image", slot->image);
    put_number(w, "slot", slot->slot);
    twin_cbor_put_text(w, "version");
    twin_cbor_put_text(w, slot->version != NULL ? slot->version : "1.0.0");
    if (slot->hash.len > 0) {
        twin_cbor_put_text(w, "hash");
        twin_cbor_put_bytes(w, TWIN_CBOR_BSTR, slot->hash);
    }
    put_flag(w, "active", slot->is_active);
    put_flag(w, "confirmed", slot->is_confirmed);
    put_flag(w, "pending", slot->is_pending);
}

static void put_list(const struct peer *peer, struct twin_cbor_writer *w)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < PEER_SLOTS; i++) {
        count += peer->slots[i].is_used;
    }
    twin_cbor_put_head(w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(w, "images");
    twin_cbor_put_head(w, TWIN_CBOR_ARRAY, count);
    for (unsigned i = 0; i < PEER_SLOTS; i++) {
        if (peer->slots[i].is_used) {
            put_slot(w, &peer->slots[i]);
        }
    }
}

static void put_refusal(struct twin_cbor_writer *w, const struct peer_fault *fault)
{
    twin_cbor_put_head(w, TWIN_CBOR_MAP, 1);
    if (fault->group == PEER_RC) {
        put_number(w, "rc", fault->rc);
        return;
    }
    twin_cbor_put_text(w, "err");
    twin_cbor_put_head(w, TWIN_CBOR_MAP, 2);
    put_number(w, "group", fault->group);
    put_number(w, "rc", fault->rc);
}

static void put_history(const struct peer *peer, struct twin_cbor_writer *w)
{
    if (peer->history_count == 0) { /* most devices know no such group */
        put_refusal(w, &(struct peer_fault){.group = PEER_RC, .rc = TWIN_RC_NOT_SUPPORTED});
        return;
    }
    twin_cbor_put_head(w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(w, "history");
    twin_cbor_put_head(w, TWIN_CBOR_ARRAY, peer->history_count);
    for (unsigned i = 0; i < peer->history_count; i++) {
        twin_msg_encode(w, &twin_history_item_msg, &peer->history[i]);
    }
}

/* ---- What the requests do ---- */

/* One that does not run comes first. */
static struct peer_slot *slot_with(struct peer *peer, struct twin_span hash)
{
    struct peer_slot *found = NULL;

    for (unsigned i = 0; i < PEER_SLOTS; i++) {
        struct peer_slot *slot = &peer->slots[i];
        if (slot->is_used && slot->hash.len == hash.len &&
            memcmp(slot->hash.ptr, hash.ptr, hash.len) == 0 &&
            (found == NULL || found->is_active)) {
            found = slot;
        }
    }
    return found;
}

static void mark(struct peer *peer, struct twin_span hash, bool confirm)
{
    struct peer_slot *slot = slot_with(peer, hash);

    memset(peer->marked, 0, sizeof(peer->marked));
    memcpy(peer->marked, hash.ptr, hash.len <= sizeof(peer->marked) ? hash.len : 0);
    if (slot == NULL) {
        return;
    }
    slot->is_pending |= !confirm && !peer->marks_nothing;
    if (confirm && !peer->confirms_nothing) {
        for (unsigned i = 0; i < PEER_SLOTS; i++) {
            peer->slots[i].is_confirmed = false; /* the fallback is one no more */
        }
        slot->is_confirmed = true;
    }
}

void peer_swap(struct peer *peer, bool on_trial)
{
    for (unsigned to = 0; to < PEER_SLOTS; to++) {
        for (unsigned from = 0; from < PEER_SLOTS; from++) {
            struct peer_slot *a = &peer->slots[to], *b = &peer->slots[from];
            if (a->is_active && b->is_pending && a->image == b->image) {
                const struct peer_slot old = *a;
                a->hash = b->hash;
                a->version = b->version;
                a->is_confirmed = !on_trial;
                b->hash = old.hash;
                b->version = old.version;
                b->is_pending = false;
                b->is_confirmed = on_trial;
            }
        }
    }
}

static void reset(struct peer *peer, const struct twin_os_reset_req *req)
{
    peer->boots++;
    peer->boot_ms = peer->now_ms;
    peer->asked_ms = 0;
    peer->reset_has_force = (req->present & TWIN_OS_RESET_REQ_FORCE) != 0;
    peer->reset_force = req->force;
    if (peer->on_boot != NULL) {
        peer->on_boot(peer);
    } else {
        peer_swap(peer, true);
    }
}

static void take_part(struct peer *peer, const struct twin_image_upload_req *req,
                      struct twin_cbor_writer *w)
{
    struct peer_slot *slot = &peer->slots[peer->lands_in];
    const uint32_t end = req->off + (uint32_t)req->data.len;

    if (req->off == 0) {
        peer->priv.file_len = req->len;
        slot->is_pending = false;
    }
    if (end == peer->priv.file_len) {
        peer->files++;
        slot->is_used = true;
        slot->hash = peer->brings;
    }
    twin_cbor_put_head(w, TWIN_CBOR_MAP, 1);
    put_number(w, "off", end);
}

/* ---- Requests and answers ---- */

static enum peer_verb verb_of(const struct twin_smp_header *header, struct twin_span payload)
{
    struct twin_cbor_reader r = {.buf = payload.ptr, .len = payload.len};
    struct twin_image_state_req req;

    if (header->group == TWIN_GRP_OS) {
        return header->id == twin_os_reset_cmd.id ? PEER_RESET : PEER_VERBS;
    }
    if (header->group == TWIN_GRP_HISTORY) {
        return PEER_HISTORY;
    }
    if (header->id == twin_image_upload_cmd.id) {
        return PEER_UPLOAD;
    }
    if (header->op == TWIN_SMP_READ) {
        return PEER_LIST;
    }
    twin_msg_decode(&r, twin_image_state_write_cmd.req, &req);
    return req.confirm ? PEER_CONFIRM : PEER_TEST;
}

static void act(struct peer *peer, enum peer_verb verb, struct twin_span payload,
                struct twin_cbor_writer *w)
{
    struct twin_cbor_reader r = {.buf = payload.ptr, .len = payload.len};
    struct twin_image_state_req state;
    struct twin_image_upload_req part;
    struct twin_os_reset_req restart;

    switch (verb) {
    case PEER_TEST:
    case PEER_CONFIRM:
        twin_msg_decode(&r, twin_image_state_write_cmd.req, &state);
        mark(peer, state.hash, state.confirm);
        put_list(peer, w);
        break;
    case PEER_LIST:
        if (peer->on_list != NULL) {
            peer->on_list(peer);
        }
        put_list(peer, w);
        break;
    case PEER_UPLOAD:
        twin_msg_decode(&r, twin_image_upload_cmd.req, &part);
        take_part(peer, &part, w);
        break;
    case PEER_RESET:
        twin_msg_decode(&r, twin_os_reset_cmd.req, &restart);
        reset(peer, &restart);
        twin_cbor_put_head(w, TWIN_CBOR_MAP, 0);
        break;
    case PEER_HISTORY:
        put_history(peer, w);
        break;
    case PEER_VERBS: /* parameters: not known here */
        put_refusal(w, &(struct peer_fault){.group = PEER_RC, .rc = TWIN_RC_NOT_SUPPORTED});
        break;
    }
}

/* The fault that strikes this time; NULL: none. */
static const struct peer_fault *strikes(struct peer *peer, enum peer_verb verb)
{
    struct peer_fault *fault = verb < PEER_VERBS ? &peer->faults[verb] : NULL;

    if (fault == NULL || fault->times == 0) {
        return NULL;
    }
    if (fault->after > 0) {
        fault->after--;
        return NULL;
    }
    fault->times -= fault->times != PEER_EVER;
    return fault;
}

/* Write the answer behind its header. False: there is none. */
static bool reply(struct peer *peer, enum peer_verb verb, struct twin_span payload,
                  struct twin_cbor_writer *w)
{
    const struct peer_fault *fault = strikes(peer, verb);

    if (verb < PEER_VERBS) {
        peer->count[verb]++;
    }
    if (verb == PEER_LIST && peer->asked_ms == 0) {
        peer->asked_ms = peer->now_ms;
    }
    if (fault == NULL || fault->kind == PEER_SILENT || fault->kind == PEER_EMPTY ||
        fault->kind == PEER_CUT) {
        act(peer, verb, payload, w);
    }
    if (fault != NULL && fault->kind == PEER_REFUSES) {
        put_refusal(w, fault);
    } else if (fault != NULL && fault->kind == PEER_EMPTY) {
        w->len = TWIN_SMP_HEADER_LEN;
        twin_cbor_put_head(w, TWIN_CBOR_MAP, 0);
    } else if (fault != NULL && fault->kind == PEER_CUT) {
        w->len--;
    } else if (fault != NULL && fault->kind == PEER_GARBAGE) {
        twin_cbor_put_head(w, TWIN_CBOR_UINT, 7);
    }
    return fault == NULL || (fault->kind != PEER_SILENT && fault->kind != PEER_DEAF);
}

static void answer(struct peer *peer, struct twin_job *job, const uint8_t *packet, size_t len)
{
    const struct twin_span payload = {packet + TWIN_SMP_HEADER_LEN, len - TWIN_SMP_HEADER_LEN};
    struct twin_cbor_writer w = {
        .buf = peer->priv.reply, .cap = sizeof(peer->priv.reply), .len = TWIN_SMP_HEADER_LEN};
    struct twin_smp_header header;

    CHECK_EQ(twin_smp_header_read((struct twin_span){packet, len}, &header), TWIN_OK);
    if (!reply(peer, verb_of(&header, payload), payload, &w)) {
        return;
    }
    CHECK(!w.failed);
    header.op = (enum twin_smp_op)((unsigned)header.op + 1);
    header.len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN);
    twin_smp_header_write(peer->priv.reply, &header);
    peer->now_ms += 10;
    twin_job_receive(job, (struct twin_span){peer->priv.reply, w.len}, peer->now_ms);
}

twin_err_t peer_run(struct peer *peer, struct twin_job *job)
{
    uint8_t packet[1024];
    size_t len;

    for (uint32_t steps = 0; steps < 20000; steps++) {
        switch (twin_job_poll(job, peer->now_ms, packet, sizeof(packet), &len)) {
        case TWIN_STEP_SEND:
            answer(peer, job, packet, len);
            break;
        case TWIN_STEP_WAIT:
            peer->now_ms = job->wake_ms;
            break;
        case TWIN_STEP_DONE:
        default:
            return job->result;
        }
    }
    CHECK(false); /* it does not end */
    return TWIN_E_BUSY;
}
