/*
 * test_client_update_peers.c - the update procedure against devices that are not ours: bootloaders
 * that take updates themselves, other numbering, lists that say too little, trials under way.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/update.h"
#include "unit/client_peer.h"

#define HASH(name, byte) static const uint8_t name[32] = {byte, byte, byte, 1}
HASH(old_hash, 0x0a);
HASH(new_hash, 0x0b);
HASH(third_hash, 0x0c);
#define SPAN(hash)                                                                                 \
    {                                                                                              \
        (hash), sizeof(hash)                                                                       \
    }

static const uint8_t file[500], sha[32];

struct session {
    struct peer peer;
    struct twin_client client;
    struct twin_update_config config;
    struct twin_update update;
};

static twin_err_t read_file(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    (void)ctx;
    (void)len;
    *data = file + off;
    return TWIN_OK;
}

static struct peer_slot running(const uint8_t hash[32])
{
    return (struct peer_slot){
        .is_used = true, .is_active = true, .is_confirmed = true, .hash = {hash, 32}};
}

static struct peer_slot stored(const uint8_t hash[32])
{
    return (struct peer_slot){.is_used = true, .slot = 1, .hash = {hash, 32}};
}

/* A device with two slots that runs the old image. */
static struct session make(void)
{
    struct session s = {.config.upload = {.len = sizeof(file),
                                          .sha = sha,
                                          .image_hash = SPAN(new_hash),
                                          .packet_max = 380,
                                          .read = read_file}};

    s.peer.slots[0] = running(old_hash);
    s.peer.slots[1].slot = 1;
    s.peer.lands_in = 1;
    s.peer.brings = (struct twin_span)SPAN(new_hash);
    return s;
}

static twin_err_t run(struct session *s)
{
    static const struct twin_client_config config = {
        .timeout_ms = 1000, .tries = 3, .version = TWIN_SMP_V2, .seq = 9};

    twin_client_init(&s->client, &config);
    twin_update_begin(&s->update, &s->client, &s->config);
    return peer_run(&s->peer, &s->update.job);
}

static void check_end(struct session *s, twin_err_t want, enum twin_update_stage stage,
                      enum twin_update_cause cause)
{
    CHECK_EQ(run(s), want);
    CHECK_EQ(s->update.stage, stage);
    CHECK_EQ(s->update.cause, cause);
}

static void check_done(struct session *s)
{
    check_end(s, TWIN_OK, TWIN_UPDATE_END, TWIN_UPDATE_PLAIN);
    struct twin_image_slot slot;
    CHECK(twin_update_running(&s->update, &slot));
}

static void check_plain(void)
{
    struct session s = make();

    check_done(&s);
    CHECK(!s.update.is_direct && !s.update.is_confirmed && !s.update.was_there);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.boots, 1);
    CHECK_MEM(s.peer.marked, new_hash, 32);
}

/* ---- A bootloader that takes updates itself ---- */

/* As MCUboot's serial recovery: one slot, into which the upload goes; no marks. */
static struct session make_recovery(void)
{
    struct session s = make();

    s.peer.lands_in = 0;
    s.peer.faults[PEER_TEST] = (struct peer_fault){PEER_EVER, PEER_RC, TWIN_RC_NOT_SUPPORTED, 0};
    return s;
}

static void runs_new(struct peer *peer)
{
    peer->slots[0] = running(new_hash);
}

static void runs_old(struct peer *peer)
{
    peer->slots[0] = running(old_hash);
}

static void check_recovery(void)
{
    struct session s = make_recovery();

    check_done(&s);
    CHECK(s.update.is_direct && s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_TEST], 0);
    CHECK_EQ(s.peer.boots, 1);
}

/* The list tells no hashes: the refused test shows what it is. The application tells them. */
static void check_recovery_without_hashes(void)
{
    struct session s = make_recovery();

    s.peer.slots[0].hash.len = 0;
    s.peer.brings.len = 0;
    s.peer.on_boot = runs_new;
    check_done(&s);
    CHECK(s.update.is_direct);
    CHECK_EQ(s.peer.count[PEER_TEST], 1);

    s = make_recovery();
    s.peer.slots[0].hash.len = 0;
    s.peer.brings.len = 0;
    s.peer.on_boot = runs_old;
    check_end(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS);
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
    check_end(&s, TWIN_E_VERIFY, TWIN_UPDATE_WAIT, TWIN_UPDATE_NOT_KNOWN);
    CHECK_EQ(s.peer.boots, 1);
}

/* The reset got lost: what the bootloader lists still says nothing about what will start. */
static void check_recovery_lost_reset(void)
{
    struct session s = make_recovery();

    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = 1, .kind = PEER_DEAF};
    check_done(&s);
    CHECK_EQ(s.peer.boots, 1);
    CHECK_EQ(s.peer.count[PEER_RESET], 2);

    s = make_recovery(); /* only its answer got lost, and the device is silent for a while */
    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = 1, .kind = PEER_SILENT};
    s.peer.faults[PEER_LIST] = (struct peer_fault){.times = 0, .kind = PEER_DEAF};
    check_done(&s);
}

/* ---- Numbers of images ---- */

static void check_other_number(void)
{
    struct session s = make();

    s.config.upload.image = 2; /* listed as image 0, slot 1 */
    s.config.confirm = true;
    check_done(&s);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.boots, 1);
    CHECK(s.update.is_confirmed);
    CHECK_MEM(s.peer.marked, new_hash, 32);
    CHECK_EQ(run(&s), TWIN_OK); /* and known as running under that number */
    CHECK(s.update.was_running);
    CHECK_EQ(s.peer.files, 1);
}

/* Two images: that image 0 runs this hash says nothing about image 1. */
static void check_two_images(void)
{
    struct session s = make();

    s.peer.slots[0] = running(new_hash);
    s.peer.slots[1] = running(old_hash);
    s.peer.slots[1].image = 1;
    s.peer.slots[2].image = 1;
    s.peer.lands_in = 2;
    s.config.upload.image = 1;
    check_done(&s);
    CHECK(!s.update.was_running);
    CHECK_EQ(s.peer.files, 1);
    struct twin_image_slot slot;
    CHECK(twin_update_running(&s.update, &slot));
    CHECK_EQ(slot.image, 1);
}

/* ---- A hash that was there before ---- */

static void check_stale(void)
{
    struct session s = make();

    s.peer.slots[1] = stored(new_hash); /* perhaps with another signature */
    check_done(&s);
    CHECK(s.update.was_there);
    CHECK_EQ(s.peer.files, 1);

    s = make();
    s.peer.slots[1] = stored(new_hash);
    s.peer.slots[1].is_pending = true;
    check_done(&s);
    CHECK_EQ(s.peer.files, 1);
    CHECK_EQ(s.peer.count[PEER_TEST], 1);
}

/* A device that keeps what is pending is asked to restart with it; any other refusal is one. */
static void check_kept_pending(const struct peer_fault fault, bool goes_on)
{
    struct session s = make();

    s.peer.slots[1] = stored(new_hash);
    s.peer.slots[1].is_pending = true;
    s.peer.faults[PEER_UPLOAD] = fault;
    if (goes_on) {
        check_done(&s);
        CHECK_EQ(s.peer.boots, 1);
    } else {
        check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_UPLOAD, TWIN_UPDATE_PLAIN);
        CHECK_EQ(s.peer.boots, 0);
    }
    s = make(); /* nothing pending: no reason to restart */
    s.peer.slots[1] = stored(new_hash);
    s.peer.faults[PEER_UPLOAD] = fault;
    check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_UPLOAD, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.boots, 0);
}

/* The device does not find what it lists: sent again, once. */
static void check_not_found(void)
{
    const struct peer_fault fault = {1, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_HASH_NOT_FOUND, 0};
    struct session s = make();

    s.peer.faults[PEER_TEST] = fault;
    check_done(&s);
    CHECK_EQ(s.peer.files, 2);

    s = make();
    s.peer.faults[PEER_TEST] = fault;
    s.peer.faults[PEER_TEST].times = PEER_EVER;
    check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_TEST, TWIN_UPDATE_NOT_FOUND);
    CHECK_EQ(s.peer.files, 2);
    CHECK_EQ(s.peer.boots, 0);

    s = make(); /* the same number of another group is another thing */
    s.peer.faults[PEER_TEST] = fault;
    s.peer.faults[PEER_TEST].group = TWIN_GRP_OS;
    check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_TEST, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.files, 1);
}

/* ---- Another image is on trial ---- */

static void back_at_third(struct peer *peer)
{
    if (peer->boots == 3) {
        peer->slots[0] = running(old_hash);
        peer->slots[1].is_confirmed = false;
        peer->on_boot = NULL;
    }
}

static void never_back(struct peer *peer)
{
    (void)peer;
}

/* The third image is on trial, and the old one is what the device falls back to. */
static struct session make_trial(void)
{
    struct session s = make();

    s.peer.slots[0] = running(third_hash);
    s.peer.slots[0].is_confirmed = false;
    s.peer.slots[1] = stored(old_hash);
    s.peer.slots[1].is_confirmed = true;
    s.peer.on_boot = back_at_third;
    return s;
}

static void check_wants_the_old(void)
{
    struct session s = make_trial();

    s.config.upload.image_hash = (struct twin_span)SPAN(old_hash);
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_IS_OLD);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);
    s.config.go_back = true;
    check_done(&s);
    CHECK_EQ(s.peer.boots, 3);
    CHECK_EQ(s.peer.files, 0);
    CHECK(s.update.is_confirmed);
}

static void check_wants_another(void)
{
    struct session s = make_trial();

    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_ON_TRIAL);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);
    s.config.go_back = true;
    check_done(&s);
    CHECK_EQ(s.peer.boots, 4);
    CHECK_EQ(s.peer.files, 1);
}

/* A trial that never ends, a device that never comes back, one that will not restart. */
static void check_no_way_back(void)
{
    struct session s = make_trial();

    s.config.go_back = true;
    s.peer.on_boot = never_back;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_RETURN, TWIN_UPDATE_STAYS);
    CHECK_EQ(s.peer.boots, TWIN_UPDATE_BACK_MAX);
    CHECK(!s.update.may_drop);

    s = make_trial();
    s.config.go_back = true;
    s.config.patience_ms = 30000;
    s.peer.faults[PEER_LIST] = (struct peer_fault){.times = 0, .kind = PEER_DEAF};
    twin_client_init(&s.client, &(struct twin_client_config){
                                    .timeout_ms = 1000, .tries = 3, .version = TWIN_SMP_V2});
    twin_update_begin(&s.update, &s.client, &s.config);
    s.peer.faults[PEER_RESET] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_DEAF};
    CHECK_EQ(peer_run(&s.peer, &s.update.job), TWIN_E_STATE);
    CHECK_EQ(s.peer.count[PEER_RESET], TWIN_UPDATE_BACK_MAX);

    s = make_trial();
    s.config.go_back = true;
    s.peer.faults[PEER_RESET] = (struct peer_fault){PEER_EVER, PEER_RC, TWIN_RC_BUSY, 0};
    check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_GO_BACK, TWIN_UPDATE_PLAIN);
    CHECK_EQ(s.peer.count[PEER_RESET], 1);
}

/* An image on trial with nothing to fall back to is no reason to refuse. */
static void check_trial_alone(void)
{
    struct session s = make();

    s.peer.slots[0].is_confirmed = false;
    check_done(&s);
    CHECK_EQ(s.peer.files, 1);
}

/* ---- The caller decides ---- */

static bool decide(void *ctx, const struct twin_image_slot *replaced)
{
    char *version = ctx;

    CHECK(replaced != NULL && replaced->version.len == 5);
    if (replaced != NULL && replaced->version.len == 5) {
        memcpy(version, replaced->version.ptr, 5);
    }
    return false;
}

static void check_declined(void)
{
    struct session s = make();
    char version[6] = "";

    s.peer.slots[0].version = "3.2.1";
    s.config.may_begin = decide;
    s.config.ctx = version;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED);
    CHECK(strcmp(version, "3.2.1") == 0);
    CHECK_EQ(s.peer.count[PEER_UPLOAD] + s.peer.boots, 0);

    s = make_trial(); /* before the trial is ended, and about what then runs */
    s.peer.slots[1].version = "0.0.9";
    s.config.may_begin = decide;
    s.config.ctx = version;
    s.config.go_back = true;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED);
    CHECK(strcmp(version, "0.0.9") == 0);
    CHECK_EQ(s.peer.boots, 0);
}

/* ---- Lists that say too little, or something else ---- */

static void check_not_listed(void)
{
    static const uint8_t longer[33] = {0x0b, 0x0b, 0x0b, 1};
    struct session s = make();

    s.peer.brings = (struct twin_span){new_hash, 20}; /* it begins as the wanted one */
    check_end(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    s = make();
    s.peer.brings = (struct twin_span)SPAN(longer);
    check_end(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    s = make();
    s.peer.brings = (struct twin_span)SPAN(third_hash);
    check_end(&s, TWIN_E_VERIFY, TWIN_UPDATE_INSPECT, TWIN_UPDATE_NOT_LISTED);
    CHECK_EQ(s.peer.boots, 0);
}

static void check_marks(void)
{
    struct session s = make();

    s.peer.marks_nothing = true;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_TEST, TWIN_UPDATE_NOT_MARKED);
    CHECK_EQ(s.peer.boots, 0);

    s = make(); /* an answer without the list: the device agreed */
    s.peer.faults[PEER_TEST] = (struct peer_fault){.times = PEER_EVER, .kind = PEER_EMPTY};
    check_done(&s);
}

static void check_confirms(void)
{
    struct session s = make();

    s.config.confirm = true;
    check_done(&s);
    CHECK(s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_CONFIRM], 1);

    s = make();
    s.config.confirm = true;
    s.peer.faults[PEER_CONFIRM] = (struct peer_fault){.times = 1, .kind = PEER_EMPTY};
    check_done(&s);
    CHECK(s.update.is_confirmed);

    s.peer.confirms_nothing = true;
    s.peer.slots[0].is_confirmed = false;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_CONFIRM, TWIN_UPDATE_NOT_CONFIRMED);
    CHECK(!s.update.is_confirmed);
    s.peer.faults[PEER_CONFIRM] = (struct peer_fault){.times = 1, .kind = PEER_EMPTY};
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_PROVE, TWIN_UPDATE_NOT_CONFIRMED);
    CHECK(!s.update.is_confirmed);

    s.peer.faults[PEER_CONFIRM] =
        (struct peer_fault){1, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_CONFIRM_DENIED, 0};
    check_end(&s, TWIN_E_REFUSED, TWIN_UPDATE_CONFIRM, TWIN_UPDATE_PLAIN);
    CHECK(!s.update.is_confirmed);
}

/* ---- The wait ---- */

static void check_never_restarts(void)
{
    struct session s = make();

    s.config.patience_ms = 60000;
    s.peer.on_boot = never_back;
    check_end(&s, TWIN_E_STATE, TWIN_UPDATE_WAIT, TWIN_UPDATE_NO_RESTART);
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
    struct session s = make();

    s.config.patience_ms = 20000;
    s.peer.on_boot = becomes_odd;
    s.peer.faults[PEER_LIST] = fault;
    check_end(&s, want, TWIN_UPDATE_WAIT, TWIN_UPDATE_PLAIN);
    struct twin_image_slot slot;
    CHECK(!twin_update_running(&s.update, &slot));
    CHECK_EQ(s.peer.boots, 1);
    CHECK(s.peer.now_ms > 20000 && s.peer.now_ms < 30000);
}

/* The same for a while only, as of a device that is starting. */
static void is_odd_at_first(struct peer *peer)
{
    peer->faults[PEER_LIST].times = 5;
    peer_swap(peer, true);
}

static void check_odd_at_first(const struct peer_fault fault)
{
    struct session s = make();

    s.peer.on_boot = is_odd_at_first;
    s.peer.faults[PEER_LIST] = fault;
    check_done(&s);
    CHECK_EQ(s.peer.boots, 1);
}

static void swaps_for_good(struct peer *peer)
{
    peer_swap(peer, false);
}

/* A bootloader that makes no trials. */
static void check_no_trial(void)
{
    struct session s = make();

    s.config.confirm = true;
    s.peer.on_boot = swaps_for_good;
    check_done(&s);
    CHECK(s.update.is_confirmed);
    CHECK_EQ(s.peer.count[PEER_CONFIRM], 0);
}

static void check_waits(void)
{
    const struct peer_fault refuses = {0, PEER_RC, TWIN_RC_BUSY, PEER_REFUSES};
    const struct peer_fault garbage = {.kind = PEER_GARBAGE}, deaf = {.kind = PEER_DEAF};
    const struct peer_fault empty = {.kind = PEER_EMPTY};

    check_never_restarts();
    check_odd_wait(refuses, TWIN_E_REFUSED);
    check_odd_wait(garbage, TWIN_E_FORMAT);
    check_odd_wait(deaf, TWIN_E_TIMEOUT);
    check_odd_at_first(refuses);
    check_odd_at_first(garbage);
    check_odd_at_first(deaf);
    check_odd_at_first(empty);
    check_no_trial();
}

static void check_hashes_before(void)
{
    check_stale();
    check_kept_pending((struct peer_fault){1, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_NO_FREE_SLOT, 0}, true);
    check_kept_pending((struct peer_fault){1, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_PENDING, 0}, true);
    check_kept_pending((struct peer_fault){1, PEER_RC, TWIN_RC_BAD_STATE, 0}, true);
    check_kept_pending((struct peer_fault){1, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_TOO_LARGE, 0}, false);
    check_kept_pending((struct peer_fault){1, TWIN_GRP_OS, TWIN_IMAGE_RC_NO_FREE_SLOT, 0}, false);
    check_not_found();
}

int main(void)
{
    check_plain();
    check_recovery();
    check_recovery_without_hashes();
    check_recovery_untold();
    check_recovery_lost_reset();
    check_other_number();
    check_two_images();
    check_hashes_before();
    check_wants_the_old();
    check_wants_another();
    check_no_way_back();
    check_trial_alone();
    check_declined();
    check_not_listed();
    check_marks();
    check_confirms();
    check_waits();
    return check_report();
}
