/*
 * update_stages.c - the stages of an update as a table: what each asks, and where to go then.
 *
 * Not the job that makes the exchanges (update.c), not the reading of lists (listing.c).
 * Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#include "listing.h"
#include "update_priv.h"
#include <string.h>

#define POLL_MS       1000 /* between two questions to a device that may be restarting */
#define POLL_ANSWER   1500 /* timeout of such a question: swaps are silent, not slow */
#define RESET_AGAIN   8    /* polls that show a device not restarted before it is asked again */
#define RESET_WAIT_MS 3000
#define DIRECT_MS     6000 /* a bootloader that is asked right after its start stays where it is */
#define UPLOADS_MAX   2

static void fail(struct twin_update *u, twin_err_t result, enum twin_update_cause cause)
{
    u->cause = cause;
    twin_update_finish(u, result);
}

static struct twin_span wanted(const struct twin_update *u)
{
    return u->priv.config.upload.image_hash;
}

/* A compressed image runs under another hash, and may still be stored under its own. */
static enum twin_listing_state image_state(const struct twin_update *u)
{
    const struct twin_span unpacked = u->priv.config.unpacked_hash;
    struct twin_image_slot found;

    if (unpacked.len != 0) {
        const enum twin_listing_state state =
            twin_listing_find(&u->priv.rsp, u->priv.image, unpacked, &found);
        if (state >= TWIN_LISTING_RUNNING) {
            return state;
        }
    }
    return twin_listing_find(&u->priv.rsp, u->priv.image, wanted(u), &found);
}

static bool is_refusal(const struct twin_update *u, bool is_group, int64_t rc)
{
    const struct twin_refusal *refusal = &u->priv.client->refusal;

    return refusal->is_group == is_group && refusal->rc == rc && refusal->group == TWIN_GRP_IMAGE;
}

/* ---- Where to go next ---- */

/* The patience runs from the first restart that was asked for until the device is back. */
static void begin_wait(struct twin_update *u, enum twin_update_stage stage, uint32_t now_ms)
{
    if (!u->priv.is_waiting) {
        u->priv.is_waiting = true;
        u->priv.wait_end_ms = now_ms + u->priv.config.patience_ms;
    }
    u->priv.pending_polls = 0;
    twin_update_enter_after(u, stage, now_ms, u->is_direct ? DIRECT_MS : POLL_MS);
}

static bool is_out_of_patience(const struct twin_update *u, uint32_t now_ms)
{
    return twin_time_reached(now_ms, u->priv.wait_end_ms);
}

static void end_wait(struct twin_update *u)
{
    u->may_drop = false;
    u->priv.is_waiting = false;
}

/* The image runs: is anything left to do? */
static void on_running(struct twin_update *u, bool is_confirmed)
{
    u->is_confirmed = is_confirmed;
    if (!is_confirmed && u->priv.config.confirm) {
        twin_update_enter(u, TWIN_UPDATE_CONFIRM);
    } else {
        twin_update_finish(u, TWIN_OK);
    }
}

/* ---- Stages: prepare fills in the request, conclude looks at its outcome ---- */

static bool may_begin(struct twin_update *u, const struct twin_image_slot *replaced)
{
    const struct twin_update_config *config = &u->priv.config;

    if (config->may_begin == NULL || config->may_begin(config->ctx, replaced)) {
        return true;
    }
    fail(u, TWIN_E_STATE, TWIN_UPDATE_DECLINED);
    return false;
}

/* Another image is on trial. The one that it falls back to must stay, so there is no room. */
static void on_trial(struct twin_update *u, const struct twin_image_slot *fallback)
{
    const struct twin_span hash = wanted(u);
    const bool is_old =
        fallback->hash.len == hash.len && memcmp(fallback->hash.ptr, hash.ptr, hash.len) == 0;

    if (!u->priv.config.go_back) {
        fail(u, TWIN_E_STATE, is_old ? TWIN_UPDATE_IS_OLD : TWIN_UPDATE_ON_TRIAL);
    } else if (u->restarts >= TWIN_UPDATE_BACK_MAX) {
        fail(u, TWIN_E_STATE, TWIN_UPDATE_STAYS);
    } else if (is_old || may_begin(u, fallback)) {
        twin_update_enter(u, TWIN_UPDATE_GO_BACK);
    }
}

static void conclude_look(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result != TWIN_OK) {
        twin_update_finish(u, result);
        return;
    }
    struct twin_image_slot replaced;
    const enum twin_listing_state found = image_state(u);
    u->was_running = found >= TWIN_LISTING_RUNNING;
    u->was_there = found >= TWIN_LISTING_STORED;
    u->priv.was_pending = found == TWIN_LISTING_PENDING;
    if (u->was_running) {
        on_running(u, found == TWIN_LISTING_CONFIRMED);
    } else if (twin_listing_fallback(&u->priv.rsp, u->priv.image, &replaced)) {
        on_trial(u, &replaced);
    } else if (may_begin(u, twin_listing_running(&u->priv.rsp, u->priv.image, &replaced) ? &replaced
                                                                                         : NULL)) {
        twin_update_enter(u, TWIN_UPDATE_UPLOAD);
    }
}

static void prepare_reset(struct twin_update *u)
{
    u->priv.req.reset.force = u->priv.config.force_reset;
    u->priv.req.reset.present = u->priv.config.force_reset ? TWIN_OS_RESET_REQ_FORCE : 0;
    u->may_drop = true;
    u->restarts++;
}

/* No answer to a reset: it was lost, or the device was faster. The wait finds out. */
static void conclude_restart(struct twin_update *u, twin_err_t result, uint32_t now_ms,
                             enum twin_update_stage wait)
{
    u->priv.has_left = result == TWIN_OK;
    if (result == TWIN_E_REFUSED) {
        end_wait(u);
        twin_update_finish(u, result);
    } else {
        begin_wait(u, wait, now_ms);
    }
}

static void conclude_go_back(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    conclude_restart(u, result, now_ms, TWIN_UPDATE_RETURN);
}

static void conclude_return(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    if (result != TWIN_OK) {
        if (is_out_of_patience(u, now_ms)) {
            twin_update_finish(u, result);
        } else {
            twin_update_enter_after(u, TWIN_UPDATE_RETURN, now_ms, POLL_MS);
        }
        return;
    }
    end_wait(u);
    struct twin_image_slot fallback;
    if (!twin_listing_fallback(&u->priv.rsp, u->priv.image, &fallback)) {
        twin_update_enter(u, TWIN_UPDATE_LOOK);
    } else if (u->restarts < TWIN_UPDATE_BACK_MAX) {
        twin_update_enter(u, TWIN_UPDATE_GO_BACK);
    } else {
        fail(u, TWIN_E_STATE, TWIN_UPDATE_STAYS);
    }
}

/* Was the upload refused because the image waits for the restart? Then it stays as it is. */
static bool is_kept_pending(const struct twin_update *u, twin_err_t result)
{
    return u->priv.was_pending && result == TWIN_E_REFUSED &&
           (is_refusal(u, true, TWIN_IMAGE_RC_NO_FREE_SLOT) ||
            is_refusal(u, true, TWIN_IMAGE_RC_PENDING) || is_refusal(u, false, TWIN_RC_BAD_STATE));
}

static void conclude_upload(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (is_kept_pending(u, result)) {
        twin_update_enter(u, TWIN_UPDATE_RESET);
    } else if (result != TWIN_OK) {
        twin_update_finish(u, result);
    } else {
        twin_update_enter(u, TWIN_UPDATE_INSPECT);
    }
}

static void conclude_inspect(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    struct twin_image_slot found;

    (void)now_ms;
    if (result != TWIN_OK) {
        twin_update_finish(u, result);
        return;
    }
    if (twin_listing_stored(&u->priv.rsp, u->priv.image, wanted(u), &found)) {
        u->priv.image = found.image; /* devices count in their own ways */
    }
    const enum twin_listing_state state =
        twin_listing_find(&u->priv.rsp, u->priv.image, wanted(u), &found);
    if (state >= TWIN_LISTING_RUNNING) { /* it did not run before: a bootloader has it */
        u->is_direct = true;
        twin_update_enter(u, TWIN_UPDATE_RESET);
    } else if (state == TWIN_LISTING_ABSENT) {
        fail(u, TWIN_E_VERIFY, TWIN_UPDATE_NOT_LISTED);
    } else {
        twin_update_enter(u, TWIN_UPDATE_TEST);
    }
}

/* By its hash, so that nothing else can be marked or confirmed by mistake. */
static void prepare_state(struct twin_update *u, bool confirm)
{
    const struct twin_span unpacked = u->priv.config.unpacked_hash;

    u->priv.req.state.hash = confirm && unpacked.len != 0 ? unpacked : wanted(u);
    u->priv.req.state.confirm = confirm;
    u->priv.req.state.present = TWIN_IMAGE_STATE_REQ_HASH | TWIN_IMAGE_STATE_REQ_CONFIRM;
}

static void prepare_test(struct twin_update *u)
{
    prepare_state(u, false);
}

/* Not supported: a bootloader, which starts what is there. Not found: it was listed, but damaged.
 */
static void on_test_refused(struct twin_update *u)
{
    if (is_refusal(u, false, TWIN_RC_NOT_SUPPORTED)) {
        u->is_direct = true;
        twin_update_enter(u, TWIN_UPDATE_RESET);
    } else if (!is_refusal(u, true, TWIN_IMAGE_RC_HASH_NOT_FOUND)) {
        twin_update_finish(u, TWIN_E_REFUSED);
    } else if (u->uploads < UPLOADS_MAX) {
        twin_update_enter(u, TWIN_UPDATE_UPLOAD);
    } else {
        fail(u, TWIN_E_REFUSED, TWIN_UPDATE_NOT_FOUND);
    }
}

static void conclude_test(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    if (result == TWIN_E_REFUSED) {
        on_test_refused(u);
    } else if (result != TWIN_OK) {
        twin_update_finish(u, result);
    } else if (image_state(u) == TWIN_LISTING_PENDING || image_state(u) == TWIN_LISTING_SILENT) {
        twin_update_enter(u, TWIN_UPDATE_RESET);
    } else {
        fail(u, TWIN_E_STATE, TWIN_UPDATE_NOT_MARKED);
    }
}

static void conclude_reset(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    conclude_restart(u, result, now_ms, TWIN_UPDATE_WAIT);
}

/* What an answer in WAIT shows. */
enum sight { NEW_RUNS, OTHER_RUNS, NOT_RESTARTED, NOT_TOLD };

static enum sight look_again(const struct twin_update *u)
{
    const enum twin_listing_state found = image_state(u);

    if (found == TWIN_LISTING_PENDING || (u->is_direct && !u->priv.has_left)) {
        return NOT_RESTARTED;
    }
    if (found == TWIN_LISTING_SILENT) {
        return NOT_TOLD;
    }
    return found >= TWIN_LISTING_RUNNING ? NEW_RUNS : OTHER_RUNS;
}

/* Nothing is decided yet. In the end the last answer, or its absence, is the result. */
static void keep_waiting(struct twin_update *u, twin_err_t result, enum sight sight,
                         uint32_t now_ms)
{
    if (!is_out_of_patience(u, now_ms)) {
        if (sight == NOT_RESTARTED && ++u->priv.pending_polls >= RESET_AGAIN) {
            twin_update_enter(u, TWIN_UPDATE_RESET); /* it answers: the request was lost */
        } else {
            twin_update_enter_after(u, TWIN_UPDATE_WAIT, now_ms, POLL_MS);
        }
    } else if (result != TWIN_OK) {
        twin_update_finish(u, result);
    } else if (sight == NOT_RESTARTED) {
        fail(u, TWIN_E_STATE, TWIN_UPDATE_NO_RESTART);
    } else {
        fail(u, TWIN_E_VERIFY, TWIN_UPDATE_NOT_KNOWN);
    }
}

static struct twin_span keep(struct twin_span text, uint8_t *buf, size_t cap)
{
    text.len = text.len < cap ? text.len : cap;
    if (text.len > 0) {
        memcpy(buf, text.ptr, text.len);
    }
    return (struct twin_span){buf, text.len};
}

/* What runs is remembered: the next answer takes the place of the one that told it. */
static void on_other_runs(struct twin_update *u)
{
    struct twin_image_slot running;

    if (twin_update_running(u, &running)) {
        u->priv.seen = running;
        u->priv.seen.version =
            keep(running.version, u->priv.seen_version, sizeof(u->priv.seen_version));
        u->priv.seen.hash = keep(running.hash, u->priv.seen_hash, sizeof(u->priv.seen_hash));
        u->priv.has_seen = true;
    }
    twin_update_enter(u, TWIN_UPDATE_EXPLAIN);
}

static void conclude_explain(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    struct twin_items items = twin_msg_items(u->priv.history_rsp.items);
    struct twin_history_item item;

    (void)now_ms;
    while (result == TWIN_OK && twin_msg_next(&items, &twin_history_item_msg, &item)) {
        if (item.image == (uint64_t)u->priv.image && item.outcome >= TWIN_OUTCOME_REVERTED) {
            u->history = item;
        }
    }
    u->stage = TWIN_UPDATE_WAIT; /* that is where it failed */
    fail(u, TWIN_E_VERIFY, TWIN_UPDATE_OTHER_RUNS);
}

static void conclude_wait(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    u->priv.has_left |= result == TWIN_E_TIMEOUT;
    const enum sight sight = result == TWIN_OK ? look_again(u) : NOT_TOLD;

    if (sight == NEW_RUNS) {
        end_wait(u);
        on_running(u, image_state(u) == TWIN_LISTING_CONFIRMED);
    } else if (sight == OTHER_RUNS) {
        on_other_runs(u);
    } else {
        keep_waiting(u, result, sight, now_ms);
    }
}

static void prepare_confirm(struct twin_update *u)
{
    prepare_state(u, true);
}

static void conclude_prove(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    (void)now_ms;
    u->is_confirmed = result == TWIN_OK && image_state(u) == TWIN_LISTING_CONFIRMED;
    if (result == TWIN_OK && !u->is_confirmed) {
        fail(u, TWIN_E_STATE, TWIN_UPDATE_NOT_CONFIRMED);
    } else {
        twin_update_finish(u, result);
    }
}

static void conclude_confirm(struct twin_update *u, twin_err_t result, uint32_t now_ms)
{
    if (result == TWIN_OK && image_state(u) == TWIN_LISTING_SILENT) {
        twin_update_enter(u, TWIN_UPDATE_PROVE); /* an answer without the list */
    } else {
        conclude_prove(u, result, now_ms);
    }
}

#define ASK_LIST  .cmd = &twin_image_state_cmd, .is_list = true
#define ASK_OFTEN ASK_LIST, .tries = 1, .timeout_ms = POLL_ANSWER
#define ASK_WHY   .cmd = &twin_history_cmd, .is_list = true, .tries = 1, .timeout_ms = POLL_ANSWER
#define SET_STATE .cmd = &twin_image_state_write_cmd, .is_list = true
/* Sent once: a late repeat would cost the image one of its starts. */
#define RESTART .cmd = &twin_os_reset_cmd, .tries = 1, .timeout_ms = RESET_WAIT_MS

const struct twin_update_row twin_update_rows[TWIN_UPDATE_END] = {
    [TWIN_UPDATE_LOOK] = {ASK_LIST, .conclude = conclude_look},
    [TWIN_UPDATE_GO_BACK] = {RESTART, .prepare = prepare_reset, .conclude = conclude_go_back},
    [TWIN_UPDATE_RETURN] = {ASK_OFTEN, .conclude = conclude_return},
    [TWIN_UPDATE_UPLOAD] = {.conclude = conclude_upload}, /* a job of its own */
    [TWIN_UPDATE_INSPECT] = {ASK_LIST, .conclude = conclude_inspect},
    [TWIN_UPDATE_TEST] = {SET_STATE, .prepare = prepare_test, .conclude = conclude_test},
    [TWIN_UPDATE_RESET] = {RESTART, .prepare = prepare_reset, .conclude = conclude_reset},
    [TWIN_UPDATE_WAIT] = {ASK_OFTEN, .conclude = conclude_wait},
    [TWIN_UPDATE_CONFIRM] = {SET_STATE, .prepare = prepare_confirm, .conclude = conclude_confirm},
    [TWIN_UPDATE_PROVE] = {ASK_LIST, .conclude = conclude_prove},
    [TWIN_UPDATE_EXPLAIN] = {ASK_WHY, .conclude = conclude_explain},
};
