/*
 * test_client_update_trials.c - the update procedure where another image is on trial, and where the
 * caller has a say. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "unit/client_update.h"

/* ---- Another image is on trial ---- */

static bool decide(void *ctx, const struct twin_image_slot *replaced)
{
    char *version = ctx;

    if (version == NULL) {
        return false;
    }
    CHECK(replaced != NULL && replaced->version.len == 5);
    if (replaced != NULL && replaced->version.len == 5) {
        memcpy(version, replaced->version.ptr, 5);
    }
    return false;
}

static void back_at_third(struct peer *peer)
{
    if (peer->boots == 3) {
        peer->slots[0] = slot_running(old_hash);
        peer->slots[1].is_confirmed = false;
        peer->on_boot = NULL;
    }
}

/* The third image is on trial, and the old one is what the device falls back to. */
static struct session make_trial(void)
{
    struct session s = session_make();

    s.peer.slots[0] = slot_running(third_hash);
    s.peer.slots[0].is_confirmed = false;
    s.peer.slots[1] = slot_stored(old_hash);
    s.peer.slots[1].is_confirmed = true;
    s.peer.on_boot = back_at_third;
    return s;
}

static void check_wants_the_old(void)
{
    struct session s = make_trial();

    s.config.upload.image_hash = (struct twin_span){old_hash, sizeof(old_hash)};
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_IS_OLD);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);
    s.config.go_back = true;
    session_works(&s);
    CHECK_EQ(s.peer.boots, 3);
    CHECK_EQ(s.peer.files, 0);
    CHECK(s.update.is_confirmed);
}

static void check_wants_another(void)
{
    struct session s = make_trial();

    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_ON_TRIAL);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);
    s.config.go_back = true;
    session_works(&s);
    CHECK_EQ(s.peer.boots, 4);
    CHECK_EQ(s.peer.files, 1);
}

/* The patience is for each restart, not for all of them. */
static void back_slowly(struct peer *peer)
{
    peer->faults[PEER_LIST] = (struct peer_fault){.times = 6, .kind = PEER_DEAF};
    back_at_third(peer);
}

static void check_slow_way_back(void)
{
    struct session s = make_trial();

    s.config.upload.image_hash = (struct twin_span){old_hash, sizeof(old_hash)};
    s.config.go_back = true;
    s.config.patience_ms = 20000;
    s.config.may_begin = decide; /* not asked: there is nothing to send */
    s.peer.on_boot = back_slowly;
    session_works(&s);
    CHECK_EQ(s.peer.boots, 3);
    CHECK(s.peer.now_ms > 2 * s.config.patience_ms);
}

static void goes_deaf(struct peer *peer)
{
    peer->faults[PEER_LIST] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_DEAF};
}

static void toggles(struct peer *peer)
{
    peer->slots[1].is_confirmed = peer->count[PEER_LIST] % 2 == 1;
}

/* A trial that never ends, or seems to at times; a device that never comes back, or says no. */
static void check_no_way_back(void)
{
    struct session s = make_trial();

    s.config.go_back = true;
    s.peer.on_boot = boots_the_same;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_RETURN, TWIN_UPDATE_STAYS);
    CHECK_EQ(s.peer.boots, TWIN_UPDATE_BACK_MAX);
    CHECK(!s.update.may_drop);

    s = make_trial();
    s.config.go_back = true;
    s.peer.on_boot = boots_the_same;
    s.peer.on_list = toggles;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_STAYS);
    CHECK_EQ(s.peer.boots, TWIN_UPDATE_BACK_MAX);

    s = make_trial();
    s.config.go_back = true;
    s.config.patience_ms = 20000;
    s.peer.on_boot = goes_deaf;
    session_ends(&s, TWIN_E_TIMEOUT, TWIN_UPDATE_RETURN, TWIN_UPDATE_PLAIN);
    CHECK(s.peer.now_ms > 20000 && s.peer.now_ms < 30000);
    CHECK_EQ(s.peer.boots, 1);

    s = make_trial();
    s.config.go_back = true;
    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_DEAF};
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_RETURN, TWIN_UPDATE_STAYS);
    CHECK_EQ(s.peer.count[PEER_RESET], TWIN_UPDATE_BACK_MAX);

    s = make_trial();
    s.config.go_back = true;
    s.peer.faults[PEER_RESET] =
        (struct peer_fault){.times = PEER_EVER, .group = PEER_RC, .rc = TWIN_RC_BUSY};
    session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_GO_BACK, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.count[PEER_RESET], 1);
    CHECK(!s.update.may_drop);
}

/* What is no trial, or none of this image, is no reason to refuse. */
static void check_no_trial_under_way(void)
{
    struct session s = session_make(); /* nothing to fall back to */

    s.peer.slots[0].is_confirmed = false;
    session_works(&s);

    s = session_make(); /* what is in the other slot was never confirmed */
    s.peer.slots[0].is_confirmed = false;
    s.peer.slots[1] = slot_stored(third_hash);
    session_works(&s);

    s = session_make(); /* what runs is confirmed */
    s.peer.slots[1] = slot_stored(third_hash);
    s.peer.slots[1].is_confirmed = true;
    session_works(&s);

    s = session_make(); /* the confirmed one is of another image */
    s.peer.slots[2] = slot_stored(new_hash);
    s.peer.slots[2].image = 1;
    s.peer.slots[2].is_confirmed = true;
    s.peer.slots[0].is_confirmed = false;
    session_works(&s);
    CHECK_EQ(s.peer.files, 1);

    s = session_make(); /* nothing is said to run */
    s.peer.slots[0].is_active = false;
    s.peer.on_boot = boots_new;
    session_works(&s);
    CHECK_EQ(s.peer.files, 1);
}

/* ---- The caller decides ---- */

static void check_declined(void)
{
    struct session s = session_make();
    char version[6] = "";

    s.peer.slots[0].version = "3.2.1";
    s.config.may_begin = decide;
    s.config.ctx = version;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED);
    CHECK(strcmp(version, "3.2.1") == 0);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);

    s = session_make(); /* a device that may run from either slot */
    s.peer.slots[1] = s.peer.slots[0];
    s.peer.slots[1].version = "3.2.2";
    s.peer.slots[0] = slot_stored(third_hash);
    s.config.may_begin = decide;
    s.config.ctx = version;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED);
    CHECK(strcmp(version, "3.2.2") == 0);

    s = make_trial(); /* before the trial is ended, and about what then runs */
    s.peer.slots[1].version = "0.0.9";
    s.config.may_begin = decide;
    s.config.ctx = version;
    s.config.go_back = true;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED);
    CHECK(strcmp(version, "0.0.9") == 0);
    CHECK_EQ(s.peer.boots, 0);
}

int main(void)
{
    check_wants_the_old();
    check_wants_another();
    check_no_way_back();
    check_no_trial_under_way();
    check_slow_way_back();
    check_declined();
    return check_report();
}
