/*
 * twin/update.h - a whole update: upload, mark for test, reset, wait, verify, confirm.
 *
 * A job (twin/client.h) over the same client: fill in a struct twin_update_config,
 * twin_update_begin(), drive update.job. Each stage is one exchange with the device and one row of
 * a table in lib/client/update.c:
 *
 *     LOOK     what is there? The image runs already -> CONFIRM or END. Another image is on trial
 *              -> GO_BACK if that is asked for, else the end. Otherwise ->
 *     GO_BACK  restart, so that the trial ends; RETURN asks whether it did, then LOOK again
 *     UPLOAD   send the file (twin/upload.h). Also when the device lists the image's hash already:
 *              the hash does not cover the signature, so it is no proof that this file is there.
 *              A device that can compare answers at once that nothing needs to be sent
 *     INSPECT  a slot must list the image's hash
 *     TEST     mark it: at the next start the bootloader swaps it in, on trial
 *     RESET    the device answers, then restarts. From here on the link may break
 *     WAIT     ask again and again until the device answers and the swap is over; then the image's
 *              hash must be the running one: by hash, because versions can be equal
 *     CONFIRM  only if asked for: from now on the image stays. Without it the old firmware comes
 *              back by itself after a few starts, so check the device's health in between
 *     PROVE    only after an answer to CONFIRM that does not show the outcome: ask
 *     EXPLAIN  only after a WAIT that ended with another image: ask what became of the new one. A
 *              device that does not know that refuses; the update failed in WAIT all the same
 *
 * A bootloader that takes updates itself (serial recovery) stores the file where it is started
 * from, and knows no TEST: then RESET follows at once.
 *
 * An update that was interrupted is begun again: it goes on where the device is.
 * Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_history.h"
#include "twin/upload.h"

TWIN_C_BEGIN

#define TWIN_UPDATE_PATIENCE_MS 120000 /* for restart and swap; 512 KiB take 20 to 40 s */
#define TWIN_UPDATE_SEEN_MAX    64     /* bytes kept of a version */
#define TWIN_UPDATE_BACK_MAX    10     /* restarts that GO_BACK makes; bootloaders give up to 8 */

/* Stages, in order: name, and what to tell people. */
#define TWIN_UPDATE_STAGE_LIST(X)                                                                  \
    X(LOOK, "asking what runs")                                                                    \
    X(GO_BACK, "restarting the device to end the trial that is under way")                         \
    X(RETURN, "waiting for the device to come back with its old image")                            \
    X(UPLOAD, "uploading")                                                                         \
    X(INSPECT, "checking that the device has the image")                                           \
    X(TEST, "marking the image for test")                                                          \
    X(RESET, "resetting the device")                                                               \
    X(WAIT, "waiting for the device to come back with the new image")                              \
    X(CONFIRM, "confirming the image")                                                             \
    X(PROVE, "asking whether the image is confirmed")                                              \
    X(EXPLAIN, "asking the device why it does not run the new image")                              \
    X(END, "done")

enum twin_update_stage {
#define X(name, text) TWIN_UPDATE_##name,
    TWIN_UPDATE_STAGE_LIST(X)
#undef X
};

/* Text of a stage, for people. Never NULL. */
const char *twin_update_stage_str(enum twin_update_stage stage);

/* What the device did that ended the update; set beside job.result where that says too little. */
enum twin_update_cause {
    TWIN_UPDATE_PLAIN,      /* job.result says it */
    TWIN_UPDATE_IS_OLD,     /* LOOK: the image is the one that the trial under way falls back to */
    TWIN_UPDATE_ON_TRIAL,   /* LOOK: another image is on trial, and falls back to a third one */
    TWIN_UPDATE_STAYS,      /* RETURN: the trial did not end after TWIN_UPDATE_BACK_MAX restarts */
    TWIN_UPDATE_DECLINED,   /* LOOK: may_begin said no */
    TWIN_UPDATE_NOT_LISTED, /* INSPECT: the list has hashes, but not the image's */
    TWIN_UPDATE_NOT_FOUND,  /* TEST: the device does not find what was uploaded, twice */
    TWIN_UPDATE_NOT_MARKED, /* TEST: the device agreed, but its list does not show it */
    TWIN_UPDATE_NO_RESTART, /* WAIT: it answers, but did not restart */
    TWIN_UPDATE_OTHER_RUNS, /* WAIT: it restarted with another image: refused, or taken back */
    TWIN_UPDATE_NOT_KNOWN,  /* WAIT: it restarted, but tells no hash of what runs */
    TWIN_UPDATE_NOT_CONFIRMED, /* CONFIRM, PROVE: it agreed, but its list does not show it */
    TWIN_UPDATE_CAUSE_COUNT
};

struct twin_update_config {
    struct twin_upload_config upload; /* image_hash is needed here */
    struct twin_span unpacked_hash;   /* of a compressed image: of what comes out of it, under which
                                         it is listed when it runs; else empty */
    bool confirm;                     /* make it permanent as soon as it runs */
    bool force_reset;                 /* reset although the application objects */
    bool go_back;                     /* end a trial of another image first, by restarts */
    uint32_t patience_ms;             /* for each wait; 0: TWIN_UPDATE_PATIENCE_MS */
    /*
     * Asked after LOOK, before anything on the device is changed: shall it go on? replaced is the
     * listed image that gives way: the running one, or the one that its trial falls back to; NULL
     * if the list shows none; valid during the call. Not asked when there is nothing to send.
     * NULL: yes.
     */
    bool (*may_begin)(void *ctx, const struct twin_image_slot *replaced);
    void *ctx;
};

struct twin_update {
    struct twin_job job;
    enum twin_update_stage stage; /* where it is; where it failed when result is not TWIN_OK */
    enum twin_update_cause cause; /* valid when result is not TWIN_OK */
    struct twin_upload upload;    /* for its status; valid from UPLOAD on */
    /* With OTHER_RUNS: what the device says of an update that did not stay, the last one of this
     * image; without `present` it says nothing. May be about an earlier one: compare the version,
     * which points into the packet received last. */
    struct twin_history_item history;
    bool was_running;           /* the image ran before: nothing was to be done, or CONFIRM */
    bool was_there;             /* the device listed its hash before */
    bool is_confirmed;          /* with TWIN_OK: it stays; else it is on trial */
    bool is_direct;             /* stored where the device starts from: there was no trial */
    unsigned uploads, restarts; /* how often it was sent (again), and a restart asked for */
    bool may_drop; /* the link may break and come back: the driver should open it again */
    struct {
        struct twin_client *client;
        struct twin_update_config config;
        union {
            struct twin_image_state_req state;
            struct twin_os_reset_req reset;
        } req;
        union {
            struct twin_image_state_rsp rsp;
            struct twin_history_rsp history_rsp;
        };
        struct twin_image_slot seen; /* what ran in the end; strings are in these: */
        uint8_t seen_version[TWIN_UPDATE_SEEN_MAX], seen_hash[TWIN_IMAGE_HASH_MAX];
        bool has_seen;
        int64_t image;    /* number under which the device lists the image */
        bool was_pending; /* LOOK found it marked */
        bool is_over;
        bool is_pausing; /* until pause_end_ms nothing is asked */
        bool is_waiting; /* wait_end_ms is set */
        bool has_left;   /* it answered the reset, or was silent since: it restarts */
        uint32_t pause_end_ms;
        uint32_t wait_end_ms;   /* of the patience */
        unsigned pending_polls; /* answers in WAIT that showed a device not yet restarted */
    } priv;
};

/*
 * Begin. Lifetimes as for twin_upload_begin.
 *
 * The job ends with TWIN_OK: the image runs (and is confirmed, if asked for). Or, at update.stage:
 * whatever the upload ends with; TWIN_E_REFUSED (client->refusal); TWIN_E_TIMEOUT if the device
 * does not answer, or in a wait did not come back in time; TWIN_E_FORMAT if its answers cannot be
 * read; TWIN_E_STATE and TWIN_E_VERIFY: see update.cause; TWIN_E_ARG without an image hash.
 */
void twin_update_begin(struct twin_update *update, struct twin_client *client,
                       const struct twin_update_config *config);

/*
 * The image that runs, by the list that the device sent last.
 *
 * slot  out: its entry, whose spans point into the packet received last, as the answer to any
 *       request does.
 *
 * Returns false if the list told none.
 */
bool twin_update_running(const struct twin_update *update, struct twin_image_slot *slot);

TWIN_C_END
