/*
 * test_client_update_peers.c - the update procedure against devices that are not ours: bootloaders
 * that take updates themselves, other numbering, lists that say too little.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "unit/client_update.h"

static void check_plain(void)
{
    struct session s = session_make();

    session_works(&s);
    CHECK(!s.update.is_direct && !s.update.is_confirmed && !s.update.was_there);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.boots, 1);
    CHECK_MEM(s.peer.marked, new_hash, 32);
    CHECK(s.peer.asked_ms - s.peer.boot_ms < 3000);
    CHECK(!s.peer.reset_has_force);

    for (unsigned turn = 0; turn < 2; turn++) { /* whatever the clock says */
        s = session_make();
        s.peer.now_ms = turn == 0 ? 0x90000000 : 0xfffff800;
        session_works(&s);
        CHECK_EQ(s.peer.boots, 1);
    }

    s = session_make();
    s.config.force_reset = true;
    session_works(&s);
    CHECK(s.peer.reset_has_force && s.peer.reset_force);
}

/* An answer that is lost on the way, in each stage that ends with it. */
static void check_no_answer(void)
{
    struct session s = session_make();

    s.peer.faults[PEER_LIST] =
        (struct peer_fault){.times = PEER_EVER, .after = 1, .kind = PEER_DEAF};
    session_ends(&s, TWIN_E_TIMEOUT, TWIN_UPDATE_INSPECT, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.count[PEER_TEST], 0);

    s = session_make();
    s.peer.faults[PEER_TEST] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_DEAF};
    session_ends(&s, TWIN_E_TIMEOUT, TWIN_UPDATE_TEST, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.boots, 0);

    s = session_make(); /* the restart is quick, its answer lost: that is no reason for a second one
                         */
    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = 1, .kind = PEER_SILENT};
    session_works(&s);
    CHECK_EQ(s.peer.boots, 1);
}

/* ---- A bootloader that unpacks ---- */

/* What runs then has another hash; the compressed image stays where it is. */
static void unpacks(struct peer *peer)
{
    peer->slots[0] = slot_running(third_hash);
    peer->slots[1] = slot_stored(new_hash);
}

static void unpacks_for_trial(struct peer *peer)
{
    unpacks(peer);
    peer->slots[0].is_confirmed = false;
}

static void refuses_it(struct peer *peer)
{
    peer->slots[0] = slot_running(old_hash);
    peer->slots[1] = slot_stored(new_hash);
}

static struct session make_unpacking(void (*on_boot)(struct peer *peer))
{
    struct session s = session_make();

    s.peer.on_boot = on_boot;
    s.config.unpacked_hash = (struct twin_span){third_hash, sizeof(third_hash)};
    return s;
}

static void check_unpacking(void)
{
    struct session s = make_unpacking(unpacks);

    session_works(&s);
    CHECK(s.update.is_confirmed && !s.update.was_running);
    CHECK_MEM(s.peer.marked, new_hash, 32);
    CHECK_EQ(s.peer.boots, 1);
    session_works(&s); /* once more */
    CHECK(s.update.was_running && s.update.is_confirmed);
    CHECK_EQ(s.peer.files, 1);

    s = make_unpacking(unpacks_for_trial);
    s.config.confirm = true;
    session_works(&s);
    CHECK(s.update.is_confirmed);
    CHECK_MEM(s.peer.marked, third_hash, 32);

    s = make_unpacking(refuses_it);
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
}

/* ---- A bootloader that takes updates itself ---- */

/* As MCUboot's serial recovery: one slot, into which the upload goes; no marks. */
static struct session make_recovery(void)
{
    struct session s = session_make();

    s.peer.lands_in = 0;
    s.peer.faults[PEER_TEST] =
        (struct peer_fault){.times = PEER_EVER, .group = PEER_RC, .rc = TWIN_RC_NOT_SUPPORTED};
    return s;
}

static void check_recovery(void)
{
    struct session s = make_recovery();

    session_works(&s);
    CHECK(s.update.is_direct && s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_TEST], 0);
    CHECK_EQ(s.peer.boots, 1);
    CHECK(s.peer.asked_ms - s.peer.boot_ms > 5000); /* asked early it would not go on */

    s = make_recovery();
    s.peer.slots[0].is_confirmed = false;
    session_works(&s);
    CHECK(s.update.is_direct);
    CHECK_EQ(s.peer.count[PEER_TEST], 0);
}

/* The list tells no hashes: the refused test shows what it is. The application tells them. */
static void check_recovery_without_hashes(void)
{
    struct session s = make_recovery();

    s.peer.slots[0].hash.len = 0;
    s.peer.brings.len = 0;
    s.peer.on_boot = boots_new;
    session_works(&s);
    CHECK(s.update.is_direct);
    CHECK_EQ(s.peer.count[PEER_TEST], 1);

    s = make_recovery();
    s.peer.slots[0].hash.len = 0;
    s.peer.brings.len = 0;
    s.peer.on_boot = boots_old;
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
}

/* ---- Why another image runs ---- */

static void refuses(struct peer *peer)
{
    for (unsigned i = 0; i < PEER_SLOTS; i++) {
        peer->slots[i].is_pending = false;
    }
}

/* The last one of this image that went wrong is told; the list before it is not forgotten. */
static void check_history(void)
{
    const struct twin_history_item refused = {.present = TWIN_HISTORY_IMAGE | TWIN_HISTORY_OUTCOME |
                                                         TWIN_HISTORY_REASON,
                                              .outcome = TWIN_OUTCOME_REFUSED,
                                              .reason = TWIN_REASON_SIGNATURE};
    struct twin_image_slot running;
    struct session s = session_make();

    s.peer.on_boot = refuses;
    s.peer.history_count = 4;
    s.peer.history[0] = refused;
    s.peer.history[0].reason = TWIN_REASON_KEY;
    s.peer.history[1] = refused;
    s.peer.history[2] = refused;
    s.peer.history[2].outcome = TWIN_OUTCOME_TRIAL;
    s.peer.history[3] = refused;
    s.peer.history[3].image = 1;
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
    CHECK_EQ(s.peer.count[PEER_HISTORY], 1);
    CHECK_EQ(s.update.history.outcome, TWIN_OUTCOME_REFUSED);
    CHECK_EQ(s.update.history.reason, TWIN_REASON_SIGNATURE);
    CHECK(twin_update_running(&s.update, &running));
    CHECK(running.hash.len == 32 && memcmp(running.hash.ptr, old_hash, 32) == 0);
    CHECK(running.version.len == 5 && memcmp(running.version.ptr, "1.0.0", 5) == 0);

    s = session_make(); /* no such group, or no answer: one request */
    s.peer.on_boot = refuses;
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
    CHECK_EQ(s.peer.count[PEER_HISTORY], 1);
    CHECK_EQ(s.update.history.present, 0);
    s = session_make();
    s.peer.on_boot = refuses;
    s.peer.faults[PEER_HISTORY] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_DEAF};
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
    CHECK_EQ(s.peer.count[PEER_HISTORY], 1);
    s = session_make(); /* all is well: nobody asks */
    session_works(&s);
    CHECK_EQ(s.peer.count[PEER_HISTORY], 0);
}

static void tells_nothing(struct peer *peer)
{
    peer->slots[0].is_active = false;
}

/* It comes back and never tells what runs: that is not a failed update, and no success. */
static void check_recovery_untold(void)
{
    struct session s = make_recovery();

    s.peer.slots[0].hash.len = 0;
    s.peer.brings.len = 0;
    s.peer.on_boot = tells_nothing;
    s.config.patience_ms = 20000;
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_NOT_KNOWN);
    CHECK_EQ(s.peer.boots, 1);
}

/* The reset got lost: what the bootloader lists still says nothing about what will start. */
static void check_recovery_lost_reset(void)
{
    struct session s = make_recovery();

    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = 1, .kind = PEER_DEAF};
    session_works(&s);
    CHECK_EQ(s.peer.boots, 1);
    CHECK_EQ(s.peer.count[PEER_RESET], 2);
    CHECK_EQ(s.peer.count[PEER_LIST], 2 + 8 + 1); /* asked again after eight answers */

    s = make_recovery(); /* only its answer got lost, and the device is silent for a while */
    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = 1, .kind = PEER_SILENT};
    s.peer.faults[PEER_LIST] = (struct peer_fault){.times = 1, .after = 2, .kind = PEER_DEAF};
    session_works(&s);
    CHECK_EQ(s.peer.boots, 1);
}

/* ---- Numbers of images ---- */

static void check_other_number(void)
{
    struct session s = session_make();

    s.config.upload.image = 2; /* listed as image 0, slot 1 */
    s.config.confirm = true;
    session_works(&s);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.boots, 1);
    CHECK(s.update.is_confirmed);
    CHECK_MEM(s.peer.marked, new_hash, 32);
    CHECK_EQ(session_run(&s), TWIN_OK); /* and known as running under that number */
    CHECK(s.update.was_running);
    CHECK_EQ(s.peer.files, 1);
}

/* Two images: that image 0 runs this hash says nothing about image 1. */
static void check_two_images(void)
{
    struct session s = session_make();

    s.peer.slots[0] = slot_running(new_hash);
    s.peer.slots[1] = slot_running(old_hash);
    s.peer.slots[1].image = 1;
    s.peer.slots[2].image = 1;
    s.peer.lands_in = 2;
    s.config.upload.image = 1;
    session_works(&s);
    CHECK(!s.update.was_running);
    CHECK_EQ(s.peer.files, 1);
    struct twin_image_slot slot;
    CHECK(twin_update_running(&s.update, &slot));
    CHECK_EQ(slot.image, 1);
}

/* The device counts in its own way: what is sent as image 1 becomes the update of image 0. */
static void check_lands_elsewhere(void)
{
    struct session s = session_make();
    struct twin_image_slot slot;

    s.peer.slots[0] = slot_running(third_hash);
    s.peer.slots[0].image = 1;
    s.peer.slots[1] = slot_running(old_hash);
    s.peer.slots[2].slot = 1;
    s.peer.lands_in = 2;
    s.config.upload.image = 1;
    session_works(&s);
    CHECK(twin_update_running(&s.update, &slot));
    CHECK_EQ(slot.image, 0);
    CHECK_EQ(s.peer.boots, 1);

    s = session_make(); /* and its numbers come in no order: image 0 runs the hash, image 1 does not
                         */
    s.peer.slots[0] = slot_running(old_hash);
    s.peer.slots[0].image = 1;
    s.peer.slots[1] = slot_running(new_hash);
    s.peer.slots[2].image = 1;
    s.peer.lands_in = 2;
    s.config.upload.image = 1;
    session_works(&s);
    CHECK(!s.update.was_running);
}

/* The image that was stored, found in a list: by hash alone, but one with its number comes first.
 */
static void check_slot_find(void)
{
    static const char list[] = "\xa1\x66images\x84"
                               "\xa2\x64slot\x02\x66" /* one without a hash */
                               "active\xf4"
                               "\xa3\x64slot\x01\x65image\x05\x64hash\x42HH"
                               "\xa3\x64slot\x03\x65image\x01\x64hash\x42HH"
                               "\xa3\x64slot\x04\x65image\x01\x64hash\x42HH";
    const struct twin_span hash = {(const uint8_t *)"HH", 2}, other = {(const uint8_t *)"HI", 2};
    struct twin_cbor_reader r = {.buf = (const uint8_t *)list, .len = sizeof(list) - 1};
    struct twin_image_state_rsp state;
    struct twin_image_slot slot;

    twin_msg_read(&r, twin_image_state_cmd.rsp, &state);
    CHECK(!r.failed);
    CHECK(twin_image_slot_find(&state, 1, hash, &slot) && slot.slot == 3);
    CHECK(twin_image_slot_find(&state, 5, hash, &slot) && slot.slot == 1);
    CHECK(twin_image_slot_find(&state, 7, hash, &slot) && slot.slot == 4);
    CHECK(!twin_image_slot_find(&state, 1, other, &slot));
    CHECK(!twin_image_slot_find(&state, 0, (struct twin_span){NULL, 0}, &slot));
}

/* ---- A hash that was there before ---- */

static void check_stale(void)
{
    struct session s = session_make();

    s.peer.slots[1] = slot_stored(new_hash); /* perhaps with another signature */
    session_works(&s);
    CHECK(s.update.was_there);
    CHECK_EQ(s.peer.files, 1);

    s = session_make();
    s.peer.slots[1] = slot_stored(new_hash);
    s.peer.slots[1].is_pending = true;
    session_works(&s);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.count[PEER_TEST], 1);
}

/* A device that keeps what is pending is asked to restart with it; any other refusal is one. */
static void check_kept_pending(const struct peer_fault fault, bool goes_on)
{
    struct session s = session_make();

    s.peer.slots[1] = slot_stored(new_hash);
    s.peer.slots[1].is_pending = true;
    s.peer.faults[PEER_UPLOAD] = fault;
    if (goes_on) {
        session_works(&s);
        CHECK_EQ(s.peer.boots, 1);
    } else {
        session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_UPLOAD, TWIN_UPDATE_PLAIN);
        CHECK_EQ(s.peer.boots, 0);
    }
    s = session_make(); /* nothing pending: no reason to restart */
    s.peer.slots[1] = slot_stored(new_hash);
    s.peer.faults[PEER_UPLOAD] = fault;
    session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_UPLOAD, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.boots, 0);
}

/* The device does not find what it lists: sent again, once. */
static void check_not_found(void)
{
    const struct peer_fault fault = {
        .times = 1, .group = TWIN_GRP_IMAGE, .rc = TWIN_IMAGE_RC_HASH_NOT_FOUND};
    struct session s = session_make();

    s.peer.faults[PEER_TEST] = fault;
    session_works(&s);
    CHECK_EQ(s.peer.files, 2);

    s = session_make();
    s.peer.faults[PEER_TEST] = fault;
    s.peer.faults[PEER_TEST].times = PEER_EVER;
    session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_TEST, TWIN_UPDATE_NOT_FOUND);
    CHECK_EQ(s.peer.files, 2);
    CHECK_EQ(s.peer.boots, 0);

    s = session_make(); /* the same number of another group is another thing */
    s.peer.faults[PEER_TEST] = fault;
    s.peer.faults[PEER_TEST].group = TWIN_GRP_OS;
    session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_TEST, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.files, 1);
}

/* ---- Lists that say too little, or something else ---- */

static void check_not_listed(void)
{
    static const uint8_t longer[33] = {0x0b, 0x0b, 0x0b, 1};
    struct session s = session_make();

    s.peer.brings = (struct twin_span){new_hash, 20}; /* it begins as the wanted one */
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    s = session_make();
    s.peer.brings = (struct twin_span){longer, sizeof(longer)};
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    s = session_make();
    s.peer.brings = (struct twin_span){third_hash, sizeof(third_hash)};
    session_ends(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    CHECK_EQ(s.peer.boots, 0);
}

static void check_marks(void)
{
    struct session s = session_make();

    s.peer.marks_nothing = true;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_TEST, TWIN_UPDATE_NOT_MARKED);
    CHECK_EQ(s.peer.boots, 0);

    s = session_make(); /* an answer without the list: the device agreed */
    s.peer.faults[PEER_TEST] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_EMPTY};
    session_works(&s);
}

static void check_confirms(void)
{
    struct session s = session_make();

    s.config.confirm = true;
    session_works(&s);
    CHECK(s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_CONFIRM], 1);

    s = session_make();
    s.config.confirm = true;
    s.peer.faults[PEER_CONFIRM] = (struct peer_fault){.times = 1, .kind = PEER_EMPTY};
    session_works(&s);
    CHECK(s.update.is_confirmed);

    s.peer.confirms_nothing = true;
    s.peer.slots[0].is_confirmed = false;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_CONFIRM, TWIN_UPDATE_NOT_CONFIRMED);
    CHECK(!s.update.is_confirmed);
    s.peer.faults[PEER_CONFIRM] = (struct peer_fault){.times = 1, .kind = PEER_EMPTY};
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_PROVE, TWIN_UPDATE_NOT_CONFIRMED);
    CHECK(!s.update.is_confirmed);

    s.peer.faults[PEER_CONFIRM] = (struct peer_fault){
        .times = 1, .group = TWIN_GRP_IMAGE, .rc = TWIN_IMAGE_RC_CONFIRM_DENIED};
    session_ends(&s, TWIN_E_REFUSED, TWIN_UPDATE_CONFIRM, TWIN_UPDATE_PLAIN);
    CHECK(!s.update.is_confirmed);
}

/* ---- The wait ---- */

static void check_never_restarts(void)
{
    struct session s = session_make();

    s.config.patience_ms = 60000;
    s.peer.on_boot = boots_the_same;
    session_ends(&s, TWIN_E_STATE, TWIN_UPDATE_WAIT, TWIN_UPDATE_NO_RESTART);
    CHECK(s.peer.count[PEER_RESET] > 3 && s.peer.count[PEER_RESET] < 10);
    CHECK(s.peer.now_ms > 60000 && s.peer.now_ms < 70000);
}

/* What ended the wait is told: a refusal, answers that cannot be read, silence. */
static void becomes_odd(struct peer *peer)
{
    peer->faults[PEER_LIST].times = PEER_EVER;
}

static void check_odd_wait(const struct peer_fault fault, twin_err_t want)
{
    struct session s = session_make();

    s.config.patience_ms = 20000;
    s.peer.on_boot = becomes_odd;
    s.peer.faults[PEER_LIST] = fault;
    session_ends(&s, want, TWIN_UPDATE_WAIT, TWIN_UPDATE_PLAIN);
    struct twin_image_slot slot;
    CHECK(!twin_update_running(&s.update, &slot));
    CHECK_EQ(s.peer.boots, 1);
    CHECK(s.peer.now_ms > 20000 && s.peer.now_ms < 30000);
    if (fault.kind == PEER_DEAF) { /* every 2.5 s, once each time; the first two were answered */
        CHECK_EQ(s.peer.count[PEER_LIST], 2 + 8);
    }
}

/* The same for a while only, as of a device that is starting. */
static void is_odd_at_first(struct peer *peer)
{
    peer->faults[PEER_LIST].times = 5;
    peer_swap(peer, true);
}

static void check_odd_at_first(const struct peer_fault fault)
{
    struct session s = session_make();

    s.peer.on_boot = is_odd_at_first;
    s.peer.faults[PEER_LIST] = fault;
    session_works(&s);
    CHECK_EQ(s.peer.boots, 1);
}

static void swaps_for_good(struct peer *peer)
{
    peer_swap(peer, false);
}

/* A bootloader that makes no trials. */
static void check_no_trial(void)
{
    struct session s = session_make();

    s.config.confirm = true;
    s.peer.on_boot = swaps_for_good;
    session_works(&s);
    CHECK(s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_CONFIRM], 0);
}

static void check_waits(void)
{
    const struct peer_fault refuses = {.group = PEER_RC, .rc = TWIN_RC_BUSY};
    const struct peer_fault garbage = {.kind = PEER_GARBAGE}, deaf = {.kind = PEER_DEAF};
    const struct peer_fault empty = {.kind = PEER_EMPTY}, cut = {.kind = PEER_CUT};

    check_never_restarts();
    check_odd_wait(refuses, TWIN_E_REFUSED);
    check_odd_wait(garbage, TWIN_E_FORMAT);
    check_odd_wait(deaf, TWIN_E_TIMEOUT);
    check_odd_wait(cut, TWIN_E_FORMAT);
    check_odd_at_first(refuses);
    check_odd_at_first(garbage);
    check_odd_at_first(deaf);
    check_odd_at_first(empty);
    check_no_trial();
}

static void check_hashes_before(void)
{
    check_stale();
    check_kept_pending(
        (struct peer_fault){.times = 1, .group = TWIN_GRP_IMAGE, .rc = TWIN_IMAGE_RC_NO_FREE_SLOT},
        true);
    check_kept_pending(
        (struct peer_fault){.times = 1, .group = TWIN_GRP_IMAGE, .rc = TWIN_IMAGE_RC_PENDING},
        true);
    check_kept_pending((struct peer_fault){.times = 1, .group = PEER_RC, .rc = TWIN_RC_BAD_STATE},
                       true);
    check_kept_pending(
        (struct peer_fault){.times = 1, .group = TWIN_GRP_IMAGE, .rc = TWIN_IMAGE_RC_TOO_LARGE},
        false);
    check_kept_pending(
        (struct peer_fault){.times = 1, .group = TWIN_GRP_OS, .rc = TWIN_IMAGE_RC_NO_FREE_SLOT},
        false);
    check_not_found();
}

int main(void)
{
    check_plain();
    check_no_answer();
    check_unpacking();
    check_history();
    check_recovery();
    check_recovery_without_hashes();
    check_recovery_untold();
    check_recovery_lost_reset();
    check_other_number();
    check_two_images();
    check_lands_elsewhere();
    check_slot_find();
    check_hashes_before();
    check_not_listed();
    check_marks();
    check_confirms();
    check_waits();
    return check_report();
}
