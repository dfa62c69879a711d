/*
 * client_peer.h - a model of devices that are not ours: what they list, refuse, store and forget is
 * set by the test. For the update procedure; parts are taken whole, the line is perfect.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/client.h"
#include "twin/grp_history.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"

#define PEER_SLOTS 4
#define PEER_EVER  UINT32_MAX

/* One entry of the list. */
struct peer_slot {
    bool is_used, is_active, is_confirmed, is_pending;
    uint32_t image, slot;
    struct twin_span hash; /* empty: not told */
    const char *version;
};

/* How an answer is spoilt, for a number of times: 0 never, PEER_EVER always. */
struct peer_fault {
    uint32_t times, after; /* the first `after` answers are good */
    uint32_t group;        /* of the refusal, in version 2's form; PEER_RC: a generic code */
    uint32_t rc;           /* 0: see kind */
    enum { PEER_REFUSES, PEER_SILENT, PEER_DEAF, PEER_EMPTY, PEER_GARBAGE, PEER_CUT } kind;
};
#define PEER_RC UINT32_MAX

enum peer_verb {
    PEER_LIST,
    PEER_TEST,
    PEER_CONFIRM,
    PEER_UPLOAD,
    PEER_RESET,
    PEER_HISTORY,
    PEER_VERBS
};

struct peer {
    struct peer_slot slots[PEER_SLOTS];
    unsigned lands_in;                    /* index of the slot that an upload fills */
    struct twin_span brings;              /* hash that the uploaded file gets */
    struct peer_fault faults[PEER_VERBS]; /* a SILENT one acts, a DEAF one does not */
    bool marks_nothing, confirms_nothing; /* it agrees, but does not do it */
    struct twin_history_item history[PEER_SLOTS];
    unsigned history_count;             /* 0: it has no such group */
    void (*on_list)(struct peer *peer); /* before a list is told; NULL: nothing */
    void (*on_boot)(struct peer *peer); /* NULL: what is pending is swapped in, on trial */

    /* What happened. */
    uint32_t count[PEER_VERBS];
    uint32_t files, boots, now_ms;
    uint32_t boot_ms, asked_ms; /* of the last start, and of the first list after it */
    bool reset_has_force, reset_force;
    uint8_t marked[64]; /* hash of the last TEST or CONFIRM */

    struct {
        uint32_t file_len;
        uint8_t reply[1024];
    } priv;
};

/* Drive a job to its end on this device. */
twin_err_t peer_run(struct peer *peer, struct twin_job *job);

/* As a bootloader does: the pending image and the active one change places. */
void peer_swap(struct peer *peer, bool on_trial);
