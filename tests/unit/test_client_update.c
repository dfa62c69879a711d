/*
 * test_client_update.c - the update procedure against the real server and the real bootloader.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_device.h"
#include "twin/update.h"

struct session {
    struct device *device;
    struct twin_client client;
    struct twin_update_config config;
    struct twin_update update;
    uint8_t sha[32], hash[32];
};

static twin_err_t read_image(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct test_image *image = ctx;

    (void)len;
    *data = image->bytes + off;
    return TWIN_OK;
}

static void begin(struct session *s)
{
    static uint8_t seq = 3;
    const struct twin_client_config client_config = {
        .timeout_ms = 1000, .tries = 3, .version = TWIN_SMP_V2, .seq = seq};

    seq = (uint8_t)(seq + 77);
    device_update_hashes(s->device, s->sha, s->hash);
    twin_client_init(&s->client, &client_config);
    twin_update_begin(&s->update, &s->client, &s->config);
}

static void make(struct session *s)
{
    memset(s, 0, sizeof(*s));
    s->device = device_make();
    s->device->baud = 1000000;
    s->config.upload = (struct twin_upload_config){.len = s->device->rig.new.len,
                                                   .sha = s->sha,
                                                   .image_hash = {s->hash, sizeof(s->hash)},
                                                   .packet_max = 65533,
                                                   .frame_bytes = 4,
                                                   .read = read_image,
                                                   .ctx = &s->device->rig.new};
    begin(s);
}

static twin_err_t run(struct session *s)
{
    return device_run(s->device, &s->update.job, 0);
}

static bool new_runs(const struct session *s)
{
    return rig_slot_holds(&s->device->rig, TWIN_PRIMARY, 0, &s->device->rig.new);
}

static bool is_confirmed(const struct session *s)
{
    struct twin_slots_state state;

    twin_slots_read(&s->device->rig.slots, &state);
    return state.plan == TWIN_PLAN_NONE;
}

/* ---- It works ---- */

static void check_update(bool confirm)
{
    struct session s;

    make(&s);
    s.config.confirm = confirm;
    begin(&s);
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_END);
    CHECK(!s.update.was_running && !s.update.was_there && !s.update.may_drop);
    CHECK(s.update.upload.status.has_matched);
    CHECK_EQ(s.device->boots, 1);
    CHECK(new_runs(&s));
    CHECK_EQ(is_confirmed(&s), confirm);

    const uint32_t requests = s.device->requests;
    begin(&s); /* once more: it runs already */
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(s.update.was_running);
    CHECK_EQ(s.device->requests - requests, 1);
    CHECK_EQ(is_confirmed(&s), confirm);

    s.config.confirm = true; /* and for good */
    begin(&s);
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(is_confirmed(&s));
    CHECK_EQ(s.device->boots, 1);
    device_free(s.device);
}

/* A swap takes 40 s, during which nothing is heard. */
static void check_slow_boot(void)
{
    struct session s;

    make(&s);
    s.device->boot_ms = 40000;
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(new_runs(&s));
    device_free(s.device);
}

/* It can be stopped after any request and begun again. */
static void check_interrupted(void)
{
    struct session s;

    for (uint32_t after = 1; after < 500; after += after < 4 || after > 350 ? 1 : 60) {
        make(&s);
        if (device_run(s.device, &s.update.job, after) != TWIN_E_BUSY) {
            device_free(s.device);
            return;
        }
        s.device->priv.count = 0;
        s.device->now_us += 5000000;
        begin(&s);
        CHECK_EQ(run(&s), TWIN_OK);
        CHECK(new_runs(&s));
        CHECK_EQ(s.device->boots, 1);
        device_free(s.device);
    }
    CHECK(false); /* an update takes fewer requests than that */
}

/* ---- The line loses requests ---- */

struct loss {
    uint8_t group, id;
    uint32_t count; /* of the next such packets */
};

static bool lose_some(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    struct loss *loss = ctx;

    (void)index;
    (void)len;
    if (packet[5] == loss->group && packet[7] == loss->id && loss->count > 0) {
        loss->count--;
        return false;
    }
    return true;
}

static void check_lost(struct loss loss, bool is_reply)
{
    struct session s;

    make(&s);
    s.device->ctx = &loss;
    *(is_reply ? &s.device->reply_filter : &s.device->request_filter) = lose_some;
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(new_runs(&s));
    CHECK_EQ(loss.count, 0);
    device_free(s.device);
}

/* ---- It does not work ---- */

static bool refuse_reset(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    (void)ctx;
    *reason = "measuring";
    return question->cmd != &twin_os_reset_cmd ||
           ((const struct twin_srv_os_question *)question->details)->forced;
}

static void check_refused_reset(void)
{
    struct session s;

    make(&s);
    s.device->srv_config.ask = refuse_reset;
    CHECK_EQ(run(&s), TWIN_E_REFUSED);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_RESET);
    CHECK_EQ(s.client.refusal.rc, TWIN_RC_BUSY);
    CHECK(strcmp(s.client.refusal.reason, "measuring") == 0);
    CHECK_EQ(s.device->boots, 0);
    s.config.force_reset = true;
    begin(&s);
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(s.update.was_there);
    CHECK(s.update.upload.status.packets <= 1); /* nothing was sent again */
    CHECK(new_runs(&s));
    device_free(s.device);
}

/* The bootloader refuses the image: the old one comes back. */
static void check_refused_image(void)
{
    struct session s;
    struct device *d;

    make(&s);
    d = s.device;
    d->rig.new.bytes[d->rig.new.len - 1] ^= 1; /* in the signature */
    begin(&s);
    CHECK_EQ(run(&s), TWIN_E_VERIFY);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_WAIT);
    CHECK_EQ(d->boots, 1);
    CHECK(rig_slot_holds(&d->rig, TWIN_PRIMARY, 0, &d->rig.old));
    d->rig.new.bytes[d->rig.new.len - 1] ^= 1;
    begin(&s); /* the right signature: the hash is there already, the file is not */
    CHECK_EQ(run(&s), TWIN_OK);
    CHECK(s.update.was_there && s.update.upload.status.packets > 1);
    CHECK(new_runs(&s));
    device_free(d);
}

/* What was uploaded is not what was announced. */
static void check_wrong_hash(void)
{
    struct session s;

    make(&s);
    s.hash[0] ^= 1;
    CHECK_EQ(run(&s), TWIN_E_VERIFY);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_INSPECT);
    CHECK_EQ(s.device->boots, 0);
    device_free(s.device);
}

static void check_never_back(void)
{
    struct session s;

    make(&s);
    s.device->boot_ms = 1000000000;
    s.config.patience_ms = 30000;
    begin(&s);
    CHECK_EQ(run(&s), TWIN_E_TIMEOUT);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_WAIT);
    CHECK(s.update.may_drop);
    CHECK(device_now_ms(s.device) < 60000);
    device_free(s.device);
}

static void check_silent(void)
{
    struct session s;

    make(&s);
    s.device->is_deaf = true;
    CHECK_EQ(run(&s), TWIN_E_TIMEOUT);
    CHECK_EQ(s.update.stage, TWIN_UPDATE_LOOK);
    CHECK_EQ(s.device->requests, 2 * 3); /* each try in both versions of the protocol */
    s.config.upload.image_hash.len = 0;
    begin(&s);
    CHECK_EQ(run(&s), TWIN_E_ARG);
    device_free(s.device);
}

int main(void)
{
    check_update(false);
    check_update(true);
    check_slow_boot();
    check_interrupted();
    check_lost((struct loss){TWIN_GRP_OS, twin_os_reset_cmd.id, 1}, false);
    check_lost((struct loss){TWIN_GRP_OS, twin_os_reset_cmd.id, 2},
               false); /* all tries of the stage */
    check_lost((struct loss){TWIN_GRP_OS, twin_os_reset_cmd.id, 1}, true);
    check_lost((struct loss){TWIN_GRP_IMAGE, twin_image_state_cmd.id, 2}, false);
    check_lost((struct loss){TWIN_GRP_IMAGE, twin_image_state_cmd.id, 2}, true);
    check_refused_reset();
    check_refused_image();
    check_wrong_hash();
    check_never_back();
    check_silent();
    for (int stage = 0; stage <= TWIN_UPDATE_END + 1; stage++) {
        const char *text = twin_update_stage_str((enum twin_update_stage)stage);
        CHECK_EQ(strcmp(text, "unknown stage") == 0, stage > TWIN_UPDATE_END);
    }
    return check_report();
}
