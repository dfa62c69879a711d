/*
 * twin/update.h - a whole update: upload, mark for test, reset, wait, verify, confirm.
 *
 * A job (twin/client.h) over the same client: fill in a struct twin_update_config,
 * twin_update_begin(), drive update.job. Each stage is one exchange with the device and one row of
 * a table in lib/client/update.c:
 *
 *     LOOK     what is there? The image runs already -> VERIFIED; it waits in the other slot ->
 *              TEST, marked already -> RESET; else ->
 *     UPLOAD   send the file (twin/upload.h)
 *     INSPECT  the other slot must list the image's hash
 *     TEST     mark it: at the next start the bootloader swaps it in, on trial
 *     RESET    the device answers, then restarts. From here on the link may break
 *     WAIT     ask again and again until the device answers and the swap is over; then the image's
 *              hash must be the running one: by hash, because versions can be equal
 *     CONFIRM  only if asked for: from now on the image stays. Without it the old firmware comes
 *              back by itself after a few starts, so check the device's health in between
 *
 * An update that was interrupted is begun again: it goes on where the device is.
 * Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/upload.h"

#define TWIN_UPDATE_PATIENCE_MS 120000 /* for restart and swap; 512 KiB take 20 to 40 s */

/* Stages, in order: name, and what to tell people. */
#define TWIN_UPDATE_STAGE_LIST(X)                                                                  \
    X(LOOK, "asking what runs")                                                                    \
    X(UPLOAD, "uploading")                                                                         \
    X(INSPECT, "checking that the device has the image")                                           \
    X(TEST, "marking the image for test")                                                          \
    X(RESET, "resetting the device")                                                               \
    X(WAIT, "waiting for the device to come back with the new image")                              \
    X(CONFIRM, "confirming the image")                                                             \
    X(END, "done")

enum twin_update_stage {
#define X(name, text) TWIN_UPDATE_##name,
    TWIN_UPDATE_STAGE_LIST(X)
#undef X
};

/* Text of a stage, for people. Never NULL. */
const char *twin_update_stage_str(enum twin_update_stage stage);

struct twin_update_config {
    struct twin_upload_config upload; /* image_hash is needed here */
    bool confirm;                     /* make it permanent as soon as it runs */
    bool force_reset;                 /* reset although the application objects */
    uint32_t patience_ms;             /* for the WAIT stage; 0: TWIN_UPDATE_PATIENCE_MS */
};

struct twin_update {
    struct twin_job job;
    enum twin_update_stage stage; /* where it is; where it failed when result is not TWIN_OK */
    struct twin_upload upload;    /* for its status; valid from UPLOAD on */
    bool was_running;             /* the image ran before: nothing was to be done, or CONFIRM */
    bool was_there;               /* the device had it before: it was not sent */
    bool may_drop; /* the link may break and come back: the driver should open it again */
    struct {
        struct twin_client *client;
        struct twin_update_config config;
        union {
            struct twin_image_state_req state;
            struct twin_os_reset_req reset;
        } req;
        struct twin_image_state_rsp rsp;
        bool is_over;
        bool is_pausing; /* until pause_end_ms nothing is asked */
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
 * does not answer, or in WAIT did not come back in time; TWIN_E_VERIFY in INSPECT if the slot does
 * not hold the image, in WAIT if the device came back with another one: the bootloader refused it,
 * or took it back; TWIN_E_STATE in TEST if the device agreed but did not mark it; TWIN_E_ARG
 * without an image hash.
 */
void twin_update_begin(struct twin_update *update, struct twin_client *client,
                       const struct twin_update_config *config);
