/*
 * test_client_upload.c - the windowed upload against the real server over a simulated line: speed,
 * losses, repeats, damage, silence, resets, and devices that are not as good as ours.
 *
 * Time is the simulated line's, so the bounds hold on any machine.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_device.h"
#include "twin/console.h"
#include "twin/upload.h"
#include <stdlib.h>

struct transfer {
    struct device *device;
    struct twin_client client;
    struct twin_upload_config config;
    struct twin_upload upload;
    uint8_t sha[32], hash[32];
};

static twin_err_t read_image(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct test_image *image = ctx;

    CHECK(off + len <= image->len);
    *data = image->bytes + off;
    return TWIN_OK;
}

static void begin(struct transfer *t)
{
    static uint8_t seq = 17;
    const struct twin_client_config client_config = {
        .timeout_ms = 1000, .tries = 4, .version = TWIN_SMP_V2, .seq = seq};

    seq = (uint8_t)(seq + 101);
    twin_client_init(&t->client, &client_config);
    twin_upload_begin(&t->upload, &t->client, &t->config);
}

static void make(struct transfer *t)
{
    memset(t, 0, sizeof(*t));
    t->device = device_make();
    device_update_hashes(t->device, t->sha, t->hash);
    t->config = (struct twin_upload_config){.len = t->device->world.new.len,
                                            .sha = t->sha,
                                            .image_hash = {t->hash, sizeof(t->hash)},
                                            .packet_max = 65533,
                                            .frame_bytes = 4,
                                            .read = read_image,
                                            .ctx = &t->device->world.new};
    begin(t);
}

static twin_err_t run(struct transfer *t)
{
    return device_run(t->device, &t->upload.job, 0);
}

static void unmake(struct transfer *t)
{
    device_free(t->device);
}

/* The file is there, whole, and the job says so. */
static void check_complete(struct transfer *t)
{
    CHECK_EQ(run(t), TWIN_OK);
    CHECK_EQ(t->upload.status.done, t->config.len);
    CHECK(device_has_update(t->device));
}

/* ---- Speed ---- */

static uint64_t free_us; /* a loss-free transfer at 115200 baud */

/* Parts end where flash can be written up to. */
static bool check_part(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    const struct transfer *t = ctx;
    struct twin_cbor_reader r = {.buf = packet + TWIN_SMP_HEADER_LEN,
                                 .len = len - TWIN_SMP_HEADER_LEN};
    struct twin_image_upload_req req;

    (void)index;
    if (packet[5] == TWIN_GRP_IMAGE && packet[7] == TWIN_IMAGE_UPLOAD) {
        twin_msg_decode(&r, &twin_image_upload_req_msg, &req);
        const uint32_t end = req.off + (uint32_t)req.data.len;
        CHECK(!r.failed && (end % 8 == 0 || end == t->config.len));
        CHECK(req.off == 0 ? req.sha.len == 32 && req.len == t->config.len : req.sha.len == 0);
        CHECK(len <= t->upload.status.packet_max);
    }
    return true;
}

/* With a device that answers 5 ms late, the line is never idle and carries what it can. */
static void check_line(uint32_t baud, uint16_t buf_size)
{
    struct transfer t;

    make(&t);
    t.device->baud = baud;
    t.device->srv_config.buf_size = buf_size;
    t.device->packet_limit = buf_size - 4u;
    t.device->request_filter = check_part;
    t.device->ctx = &t;
    CHECK_EQ(device_run(t.device, &t.upload.job, 3), TWIN_E_BUSY); /* past the lone first part */
    const uint64_t from_us = t.device->now_us, from_bytes = t.device->line_bytes;
    const uint32_t from_done = t.upload.status.done;
    t.device->idle_from_us = from_us;
    check_complete(&t);
    CHECK_EQ(t.upload.status.window, 3);
    CHECK_EQ(t.upload.status.losses, 0);
    CHECK(t.upload.status.has_matched);
    CHECK_EQ(t.device->idle_us, 0);

    /* Data per byte on the line, against a packet filled to the last byte: 26 bytes of head. */
    const uint32_t packet = buf_size - 4u;
    const double limit = (double)(packet - 26) / TWIN_CONSOLE_ENCODED_MAX(packet);
    const double good =
        (double)(t.config.len - from_done) / (double)(t.device->line_bytes - from_bytes);
    CHECK(good >= 0.99 * limit);
    if (baud == 115200 && buf_size == 384) {
        free_us = t.device->now_us;
    }
    printf("%u baud, %u bytes: %.3f of the line, limit %.3f, %.1f s\n", (unsigned)baud,
           (unsigned)buf_size, good, limit, (double)t.device->now_us / 1e6);
    unmake(&t);
}

/* ---- Losses ---- */

struct losses {
    uint32_t every; /* 0: none */
    uint32_t shift; /* index of the first, from 1 */
    uint32_t seed;  /* not 0: by chance, one in `every` */
    uint32_t only;  /* not 0: just this one */
};

static bool pass(struct losses *losses, uint32_t index)
{
    bool is_lost = losses->only == index;

    if (losses->only == 0 && losses->every != 0) {
        is_lost = losses->seed != 0 ? (sim_random(&losses->seed) >> 12) % losses->every == 0
                                    : index % losses->every == losses->shift % losses->every;
    }
    return !is_lost;
}

static struct losses request_losses, reply_losses;

static bool lose_request(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)packet;
    (void)len;
    return pass(&request_losses, index);
}

static bool lose_reply(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)packet;
    (void)len;
    return pass(&reply_losses, index);
}

static void make_lossy(struct transfer *t, struct losses requests, struct losses replies)
{
    make(t);
    request_losses = requests;
    reply_losses = replies;
    t->device->request_filter = lose_request;
    t->device->reply_filter = lose_reply;
}

/* Within 1.5 times the loss-free time and the time that the repeats need on the line. */
static void check_within_bound(struct transfer *t)
{
    check_complete(t);
    const uint32_t parts = t->config.len / 352 + 2;
    const uint32_t repeats =
        t->upload.status.packets > parts ? t->upload.status.packets - parts : 0;
    const uint64_t repeat_us = (uint64_t)repeats * 527 * 10 * 1000000 / t->device->baud;
    CHECK(t->device->now_us <= free_us * 3 / 2 + repeat_us);
}

static void check_losses(void)
{
    struct transfer t;

    for (uint32_t shift = 0; shift < 7; shift++) {
        make_lossy(&t, (struct losses){.every = 7, .shift = shift}, (struct losses){0});
        check_within_bound(&t);
        unmake(&t);
        make_lossy(&t, (struct losses){0}, (struct losses){.every = 7, .shift = shift});
        check_within_bound(&t);
        CHECK(t.upload.status.losses <= 2); /* answers are cumulative: nothing to repeat */
        unmake(&t);
    }
}

static void check_random_losses(void)
{
    struct transfer t;

    for (uint32_t seed = 1; seed <= 12; seed++) {
        make_lossy(&t, (struct losses){.every = 7, .seed = seed},
                   (struct losses){.every = 7, .seed = seed + 1000});
        check_complete(&t);
        CHECK(t.device->now_us <= free_us * 3);
        unmake(&t);
    }
}

/* The very last answer is lost: the device has forgotten the transfer when asked again. */
static void check_last_reply_lost(void)
{
    struct transfer t;

    make(&t);
    check_complete(&t);
    const uint32_t last = t.device->replies;
    unmake(&t);

    make_lossy(&t, (struct losses){0}, (struct losses){.only = last});
    check_complete(&t);
    CHECK_EQ(t.upload.status.packets, last - 1 + 1); /* one part was repeated */
    unmake(&t);

    make_lossy(&t, (struct losses){0}, (struct losses){.only = last});
    t.config.image_hash.len = 0; /* without it, the first part with its SHA-256 finds out */
    begin(&t);
    check_complete(&t);
    CHECK(t.upload.status.has_matched);
    unmake(&t);
}

static void check_duplicates(void)
{
    struct transfer t;

    make(&t);
    t.device->doubles = true;
    t.device->queue_limit = 100;
    t.device->latency_us = 0;
    check_complete(&t);
    unmake(&t);
}

/* Sectors that have to be erased before the update can be written. */
static void used_flash(struct device *device)
{
    static const uint8_t used[100 * 1024];
    const struct twin_slots *slots = &device->world.config.slots;

    sim_put(&device->world.sim, slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots),
            used, sizeof(used));
}

/* Late answers: the device takes longer than the client believes, so parts are sent twice. */
static void check_slow_device(void)
{
    struct transfer t;

    make(&t);
    used_flash(t.device);
    t.device->erase_us = 2000000;
    check_complete(&t);
    CHECK(t.upload.status.packets < 343 + 25 * 5);
    CHECK(t.device->now_us < free_us + 26 * 2000000u); /* no time is lost besides */
    unmake(&t);
}

/* ---- Damage ---- */

static bool flip_bits(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    uint32_t *seed = ctx;

    (void)index;
    if (sim_random(seed) % 10 == 0) {
        packet[sim_random(seed) % len] ^= (uint8_t)(1u << sim_random(seed) % 8);
    }
    return true;
}

/* On a link without checksum anything may come of it, but never a wrong "done". */
static void check_damage(void)
{
    struct transfer t;
    unsigned complete = 0;

    for (uint32_t seed = 1; seed <= 40; seed++) {
        uint32_t state = seed;
        make(&t);
        t.device->ctx = &state;
        t.device->reply_filter = flip_bits;
        if (seed % 2 == 0) {
            t.device->request_filter = flip_bits;
        }
        const twin_err_t err = run(&t);
        if (err == TWIN_OK && t.upload.status.has_matched) {
            CHECK(device_has_update(t.device));
            complete++;
        }
        unmake(&t);
    }
    CHECK(complete > 0);
}

/* An offset behind the end of the file, once: as good as no answer. */
static bool offset_too_large(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    if (index == 300) {
        CHECK_EQ(packet[len - 5], 0x1a);
        packet[len - 4] = 0x70;
    }
    return true;
}

static void check_impossible_offset(void)
{
    struct transfer t;

    make(&t);
    t.device->reply_filter = offset_too_large;
    check_complete(&t);
    unmake(&t);
}

/* ---- Silence, resume ---- */

static void check_silence(void)
{
    struct transfer t;

    for (uint32_t after = 0; after < 20; after += 1 + after / 2) {
        make(&t);
        if (after > 0) {
            CHECK_EQ(device_run(t.device, &t.upload.job, after), TWIN_E_BUSY);
        }
        t.device->is_deaf = true;
        const uint32_t requests = t.device->requests;
        const uint64_t since_us = t.device->now_us;
        CHECK_EQ(run(&t), TWIN_E_TIMEOUT);
        CHECK(t.device->requests - requests <= 16);
        CHECK(t.device->now_us - since_us <= 60000000);
        unmake(&t);
    }
}

static void check_resume(void)
{
    struct transfer t;

    make(&t);
    CHECK_EQ(device_run(t.device, &t.upload.job, 150), TWIN_E_BUSY); /* the cable is pulled */
    t.device->priv.count = 0;
    begin(&t);
    check_complete(&t);
    CHECK(t.upload.status.resumed_from > 140 * 300);
    CHECK(t.upload.status.packets < 250);
    begin(&t); /* all of it is there: one part shows that */
    check_complete(&t);
    CHECK_EQ(t.upload.status.packets, 1);
    CHECK_EQ(t.upload.status.resumed_from, t.config.len);
    unmake(&t);
}

static void check_device_reset(void)
{
    struct transfer t;

    make(&t);
    CHECK_EQ(device_run(t.device, &t.upload.job, 100), TWIN_E_BUSY);
    device_restart(t.device);
    check_complete(&t);
    unmake(&t);
}

/* ---- Devices with flaws ---- */

/* Answers params (os 6) with "not supported". */
static bool no_params(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    if (packet[5] == TWIN_GRP_OS) {
        packet[7] = 99; /* no such command: the server itself refuses */
    }
    return true;
}

static bool restore_id(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)len;
    if (packet[7] == 99) {
        packet[7] = TWIN_OS_PARAMS;
    }
    return true;
}

static void check_no_params(uint32_t packet_limit)
{
    struct transfer t;

    make(&t);
    t.device->request_filter = no_params;
    t.device->reply_filter = restore_id;
    t.device->packet_limit = packet_limit;
    check_complete(&t);
    CHECK_EQ(t.upload.status.window, 1);
    CHECK(t.upload.status.packet_max <= 380);
    unmake(&t);
}

/* It says 2048 bytes and loses all above 380 without a word. */
static void check_boastful(void)
{
    struct transfer t;

    make(&t);
    t.device->srv_config.buf_size = 2048;
    check_complete(&t);
    CHECK(t.upload.status.packet_max <= 380);
    unmake(&t);
}

/* It says 4 buffers and has one: what arrives while it works is lost. */
static void check_overrun(void)
{
    struct transfer t;

    make(&t);
    t.device->queue_limit = 1;
    t.device->latency_us = 60000; /* longer than a part takes on the line */
    check_complete(&t);
    CHECK_EQ(t.upload.status.window, 1);
    CHECK(t.upload.status.losses < 30);
    unmake(&t);
}

/* Two-byte offsets are always told as 288. */
static bool stuck_reply(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    if (packet[5] == TWIN_GRP_IMAGE && packet[len - 3] == 0x19) {
        packet[len - 2] = 0x01;
        packet[len - 1] = 0x20;
    }
    return true;
}

static void check_stuck(void)
{
    struct transfer t;

    make(&t);
    t.device->reply_filter = stuck_reply;
    CHECK_EQ(run(&t), TWIN_E_IO);
    CHECK(t.upload.status.packets < 100);
    unmake(&t);
}

static bool restart_often(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)packet;
    (void)len;
    if (index % 5 == 0) {
        device_restart(ctx);
    }
    return true;
}

static void check_forgetful(void)
{
    struct transfer t;

    make(&t);
    t.device->request_filter = restart_often;
    t.device->ctx = t.device;
    CHECK_EQ(run(&t), TWIN_E_STATE);
    CHECK(t.upload.status.packets < 50);
    unmake(&t);
}

/* ---- Refusals ---- */

static bool refuse(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    (void)ctx;
    (void)question;
    *reason = "infusion running";
    return false;
}

static void check_refused(void)
{
    struct transfer t;

    make(&t);
    t.device->srv_config.ask = refuse;
    CHECK_EQ(run(&t), TWIN_E_REFUSED);
    CHECK(!t.client.refusal.is_group);
    CHECK_EQ(t.client.refusal.rc, TWIN_RC_BUSY);
    CHECK(strcmp(t.client.refusal.reason, "infusion running") == 0);
    CHECK_EQ(t.upload.status.packets, 1);
    unmake(&t);

    make(&t);
    t.device->world.new.bytes[0] ^= 1; /* no image any more */
    CHECK_EQ(run(&t), TWIN_E_REFUSED);
    CHECK(t.client.refusal.is_group);
    CHECK_EQ(t.client.refusal.rc, TWIN_IMAGE_RC_BAD_MAGIC);
    CHECK_EQ(t.upload.status.packets, 1);
    t.device->world.new.bytes[0] ^= 1;
    unmake(&t);
}

/* What the device stored is not what the SHA-256 was made of. */
static void check_mismatch(void)
{
    struct transfer t;

    make(&t);
    t.sha[5] ^= 1;
    CHECK_EQ(run(&t), TWIN_E_VERIFY);
    CHECK(!t.upload.status.has_matched);
    unmake(&t);
}

static twin_err_t read_nothing(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    (void)len;
    (void)data;
    return off == 0 ? read_image(ctx, off, len, data) : TWIN_E_IO;
}

static void check_arguments(void)
{
    struct transfer t;

    make(&t);
    t.config.len = 31;
    begin(&t);
    CHECK_EQ(run(&t), TWIN_E_ARG);
    CHECK_EQ(t.device->requests, 0);
    t.config.len = t.device->world.new.len;
    t.config.packet_max = 60;
    begin(&t);
    CHECK_EQ(run(&t), TWIN_E_SPACE);
    t.config.packet_max = 90; /* no room for the SHA-256, but enough to work */
    begin(&t);
    check_complete(&t);
    t.config.packet_max = 65533;
    t.config.read = read_nothing;
    t.sha[0] ^= 1;
    begin(&t);
    CHECK_EQ(run(&t), TWIN_E_IO);
    unmake(&t);
}

int main(void)
{
    check_line(115200, 384);
    check_line(115200, 2048);
    check_line(1000000, 384);
    check_line(1000000, 1024);
    check_losses();
    check_random_losses();
    check_last_reply_lost();
    check_duplicates();
    check_slow_device();
    check_damage();
    check_impossible_offset();
    check_silence();
    check_resume();
    check_device_reset();
    check_no_params(380);
    check_no_params(252);
    check_no_params(124);
    check_boastful();
    check_overrun();
    check_stuck();
    check_forgetful();
    check_refused();
    check_mismatch();
    check_arguments();
    return check_report();
}
