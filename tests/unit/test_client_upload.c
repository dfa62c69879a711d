/*
 * test_client_upload.c - the windowed upload against the real server over a simulated line: speed,
 * losses, repeats, damage, silence, resets. Devices that are not as good as ours have a file of
 * their own: test_client_upload_odd.c.
 *
 * Time is the simulated line's, so the bounds hold on any machine.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_transfer.h"
#include "twin/console.h"
#include "twin/upload.h"

/* ---- Speed ---- */

static uint64_t free_us;       /* a loss-free transfer at 115200 baud */
static uint32_t part_unit = 8; /* bytes that parts end on multiples of, with these buffers */

/* Parts end where flash can be written up to. */
static bool check_part(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    const struct transfer *t = ctx;
    struct twin_cbor_reader r = {.buf = packet + TWIN_SMP_HEADER_LEN,
                                 .len = len - TWIN_SMP_HEADER_LEN};
    struct twin_image_upload_req req;

    (void)index;
    if (packet[5] == TWIN_GRP_IMAGE && packet[7] == twin_image_upload_cmd.id) {
        twin_msg_decode(&r, twin_image_upload_cmd.req, &req);
        const uint32_t end = req.off + (uint32_t)req.data.len;
        const uint32_t unit = req.off == 0 ? 8 : part_unit; /* the first part is a small one */
        CHECK(!r.failed && (end % unit == 0 || end == t->config.len));
        CHECK(req.off == 0 ? req.sha.len == 32 && req.len == t->config.len : req.sha.len == 0);
        CHECK(len <= t->upload.status.packet_max);
    }
    return true;
}

/* With a device that answers 5 ms late, the line is never idle and carries what it can. */
static void check_line(uint32_t baud, uint16_t buf_size)
{
    struct transfer t;

    transfer_make(&t);
    t.device->baud = baud;
    t.device->srv_config.buf_size = buf_size;
    t.device->packet_limit = buf_size - 4u;
    t.device->request_filter = check_part;
    t.device->ctx = &t;
    CHECK_EQ(device_run(t.device, &t.upload.job, 3), TWIN_E_BUSY); /* past the lone first part */
    const uint64_t from_us = t.device->now_us, from_bytes = t.device->line_bytes;
    const uint32_t from_done = t.upload.status.done;
    t.device->idle_from_us = from_us;
    transfer_completes(&t);
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
    transfer_unmake(&t);
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
    transfer_make(t);
    request_losses = requests;
    reply_losses = replies;
    t->device->request_filter = lose_request;
    t->device->reply_filter = lose_reply;
}

/* Within 1.5 times the loss-free time and the time that the repeats need on the line. */
static void check_within_bound(struct transfer *t)
{
    transfer_completes(t);
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
        transfer_unmake(&t);
        make_lossy(&t, (struct losses){0}, (struct losses){.every = 7, .shift = shift});
        check_within_bound(&t);
        CHECK(t.upload.status.losses <= 2); /* answers are cumulative: nothing to repeat */
        transfer_unmake(&t);
    }
}

static void check_random_losses(void)
{
    struct transfer t;

    for (uint32_t seed = 1; seed <= 12; seed++) {
        make_lossy(&t, (struct losses){.every = 7, .seed = seed},
                   (struct losses){.every = 7, .seed = seed + 1000});
        transfer_completes(&t);
        CHECK(t.device->now_us <= free_us * 3);
        transfer_unmake(&t);
    }
}

/* The very last answer is lost: the device has forgotten the transfer when asked again. */
static void check_last_reply_lost(void)
{
    struct transfer t;

    transfer_make(&t);
    transfer_completes(&t);
    const uint32_t last = t.device->replies;
    transfer_unmake(&t);

    make_lossy(&t, (struct losses){0}, (struct losses){.only = last});
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.packets, last - 1 + 1); /* one part was repeated */
    transfer_unmake(&t);

    make_lossy(&t, (struct losses){0}, (struct losses){.only = last});
    t.config.image_hash.len = 0; /* without it, the first part with its SHA-256 finds out */
    transfer_begin(&t);
    transfer_completes(&t);
    CHECK(t.upload.status.has_matched);
    transfer_unmake(&t);
}

/* A list that has the hash, but not as an image that was stored and does not run. */
enum lie {
    LIE_NONE,
    LIE_ACTIVE,
    LIE_SHORT,
    LIE_NO_HASH,
    LIE_OTHER,
    LIE_EMPTY,
    LIES,
    LIE_SILENCE, /* no list comes at all, */
    LIE_GARBAGE  /* or one that cannot be read */
};
struct liar {
    struct transfer *t;
    uint32_t last;
    enum lie lie;
};

static bool lie_in_list(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    const struct liar *liar = ctx;
    uint8_t payload[120];
    struct twin_cbor_writer w = {.buf = payload, .cap = sizeof(payload)};
    struct twin_span hash = {liar->t->hash, liar->lie == LIE_SHORT ? 20 : 32};
    uint8_t other[32];

    (void)len;
    if (packet[5] != TWIN_GRP_IMAGE || packet[7] != twin_image_state_cmd.id) {
        return index != liar->last;
    }
    if (liar->lie == LIE_SILENCE) {
        return false;
    }
    if (liar->lie == LIE_GARBAGE) {
        return DEVICE_SAYS(liar->t->device, packet, "\x01");
    }
    memcpy(other, liar->t->hash, sizeof(other));
    other[31] ^= 1;
    hash.ptr = liar->lie == LIE_OTHER ? other : hash.ptr;
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 1);
    twin_cbor_put_text(&w, "images");
    twin_cbor_put_head(&w, TWIN_CBOR_ARRAY, liar->lie == LIE_EMPTY ? 0 : 1);
    if (liar->lie != LIE_EMPTY) {
        twin_cbor_put_head(&w, TWIN_CBOR_MAP, liar->lie == LIE_NO_HASH ? 2 : 3);
        twin_cbor_put_text(&w, "slot");
        twin_cbor_put_head(&w, TWIN_CBOR_UINT, 1);
        if (liar->lie != LIE_NO_HASH) {
            twin_cbor_put_text(&w, "hash");
            twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, hash);
        }
        twin_cbor_put_text(&w, "active");
        twin_cbor_put_bool(&w, liar->lie == LIE_ACTIVE);
    }
    CHECK(!w.failed);
    return device_says(liar->t->device, packet, (const char *)payload, w.len);
}

/* Then the upload is not taken for done: the first part, with its SHA-256, finds out. */
static void check_lying_list(void)
{
    struct transfer t;

    transfer_make(&t);
    transfer_completes(&t);
    struct liar liar = {.t = &t, .last = t.device->replies};
    const uint32_t packets = t.upload.status.packets;
    transfer_unmake(&t);
    for (liar.lie = LIE_NONE; liar.lie < LIES; liar.lie++) {
        transfer_make(&t);
        t.device->ctx = &liar;
        t.device->reply_filter = lie_in_list;
        transfer_completes(&t);
        CHECK_EQ(t.upload.status.has_matched, liar.lie != LIE_NONE);
        CHECK_EQ(t.upload.status.packets, packets + (liar.lie == LIE_NONE ? 1 : 2));
        transfer_unmake(&t);
    }
    for (liar.lie = LIE_SILENCE; liar.lie <= LIE_GARBAGE; liar.lie++) {
        transfer_make(&t);
        t.device->ctx = &liar;
        t.device->reply_filter = lie_in_list;
        CHECK_EQ(transfer_run(&t), liar.lie == LIE_SILENCE ? TWIN_E_TIMEOUT : TWIN_E_FORMAT);
        CHECK_EQ(t.upload.status.packets, packets + 1); /* nothing is sent on a guess */
        transfer_unmake(&t);
    }
}

/* What the first part says beside the file: what was asked for, and nothing else. */
static struct twin_image_upload_req first_req;

static bool keep_first(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    struct twin_cbor_reader r = {.buf = packet + TWIN_SMP_HEADER_LEN,
                                 .len = len - TWIN_SMP_HEADER_LEN};

    (void)ctx;
    (void)index;
    if (packet[5] == TWIN_GRP_IMAGE && packet[7] == twin_image_upload_cmd.id &&
        first_req.len == 0) {
        twin_msg_decode(&r, twin_image_upload_cmd.req, &first_req);
        CHECK(!r.failed);
    }
    return true;
}

static void check_first_request(void)
{
    struct transfer t;

    for (unsigned wish = 0; wish < 4; wish++) {
        transfer_make(&t);
        t.device->request_filter = keep_first;
        t.config.upgrade = (wish & 1) != 0;
        t.config.image = wish & 2;
        memset(&first_req, 0, sizeof(first_req));
        transfer_begin(&t);
        (void)transfer_run(&t); /* our device has no image 2 */
        CHECK_EQ(first_req.upgrade, t.config.upgrade);
        CHECK_EQ((first_req.present & TWIN_IMAGE_UPLOAD_REQ_UPGRADE) != 0, t.config.upgrade);
        CHECK_EQ(first_req.image, t.config.image);
        CHECK_EQ((first_req.present & TWIN_IMAGE_UPLOAD_REQ_IMAGE) != 0, t.config.image != 0);
        transfer_unmake(&t);
    }
}

static void check_duplicates(void)
{
    struct transfer t;

    transfer_make(&t);
    t.device->doubles = true;
    t.device->queue_limit = 100;
    t.device->latency_us = 0;
    transfer_completes(&t);
    transfer_unmake(&t);
}

/* Sectors that have to be erased before the update can be written. */
static void used_flash(struct device *device)
{
    static const uint8_t used[100 * 1024];
    const struct twin_slots *slots = &device->rig.slots;

    sim_put(&device->rig.sim, slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots), used,
            sizeof(used));
}

/* Late answers: the device takes longer than the client believes, so parts are sent twice. */
static void check_slow_device(void)
{
    struct transfer t;

    transfer_make(&t);
    used_flash(t.device);
    t.device->erase_us = 2000000;
    transfer_completes(&t);
    CHECK(t.upload.status.packets < 343 + 25 * 5);
    CHECK(t.device->now_us < free_us + 26 * 2000000u); /* no time is lost besides */
    transfer_unmake(&t);
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
        transfer_make(&t);
        t.device->ctx = &state;
        t.device->reply_filter = flip_bits;
        if (seed % 2 == 0) {
            t.device->request_filter = flip_bits;
        }
        const twin_err_t err = transfer_run(&t);
        if (err == TWIN_OK && t.upload.status.has_matched) {
            CHECK(device_has_update(t.device));
            complete++;
        }
        transfer_unmake(&t);
    }
    CHECK(complete > 0);
}

/* ---- Silence, resume ---- */

static void check_silence(void)
{
    struct transfer t;

    for (uint32_t after = 0; after < 20; after += 1 + after / 2) {
        transfer_make(&t);
        if (after > 0) {
            CHECK_EQ(device_run(t.device, &t.upload.job, after), TWIN_E_BUSY);
        }
        t.device->is_deaf = true;
        const uint32_t requests = t.device->requests;
        const uint64_t since_us = t.device->now_us;
        CHECK_EQ(transfer_run(&t), TWIN_E_TIMEOUT);
        CHECK(t.device->requests - requests <= 16);
        CHECK(t.device->now_us - since_us <= 60000000);
        transfer_unmake(&t);
    }
}

static void check_resume(void)
{
    struct transfer t;

    transfer_make(&t);
    CHECK_EQ(device_run(t.device, &t.upload.job, 150), TWIN_E_BUSY); /* the cable is pulled */
    t.device->priv.count = 0;
    transfer_begin(&t);
    transfer_completes(&t);
    CHECK(t.upload.status.resumed_from > 140 * 300);
    CHECK(t.upload.status.packets < 250);
    transfer_begin(&t); /* all of it is there: one part shows that */
    transfer_completes(&t);
    CHECK_EQ(t.upload.status.packets, 1);
    CHECK_EQ(t.upload.status.resumed_from, t.config.len);
    transfer_unmake(&t);
}

static void check_device_reset(void)
{
    struct transfer t;

    transfer_make(&t);
    CHECK_EQ(device_run(t.device, &t.upload.job, 100), TWIN_E_BUSY);
    device_restart(t.device);
    transfer_completes(&t);
    transfer_unmake(&t);
}

static twin_err_t read_nothing(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    (void)len;
    (void)data;
    return off == 0 ? transfer_read_image(ctx, off, len, data) : TWIN_E_IO;
}

static bool check_size(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    const struct transfer *t = ctx;

    (void)index;
    CHECK(!device_is_part(packet) || len <= t->config.packet_max);
    return true;
}

/* However small the packets have to be: none is larger, and none is sent that holds nothing. */
static void check_small_packets(void)
{
    struct transfer t;

    for (uint32_t packet_max = 40; packet_max < 130; packet_max++) {
        transfer_make(&t);
        t.config.packet_max = packet_max;
        t.device->request_filter = check_size;
        t.device->ctx = &t;
        transfer_begin(&t);
        const twin_err_t err = device_run(t.device, &t.upload.job, 40);
        CHECK_EQ(err, packet_max < 63 ? TWIN_E_SPACE : TWIN_E_BUSY); /* an image's header in it */
        transfer_unmake(&t);
    }
}

static void check_arguments(void)
{
    struct transfer t;

    transfer_make(&t);
    CHECK_EQ(t.upload.status.total, t.config.len);
    t.config.len = 31;
    transfer_begin(&t);
    CHECK_EQ(transfer_run(&t), TWIN_E_ARG);
    CHECK_EQ(t.device->requests, 0);
    t.config.len = 32; /* an image header: the device will judge it */
    transfer_begin(&t);
    CHECK(transfer_run(&t) != TWIN_E_ARG);
    t.config.len = t.device->rig.new.len;
    t.config.packet_max = 60;
    transfer_begin(&t);
    CHECK_EQ(transfer_run(&t), TWIN_E_SPACE);
    t.config.packet_max = 90; /* no room for the SHA-256, but enough to work */
    transfer_begin(&t);
    transfer_completes(&t);
    t.config.packet_max = 65533;
    t.config.read = read_nothing;
    t.sha[0] ^= 1;
    transfer_begin(&t);
    CHECK_EQ(transfer_run(&t), TWIN_E_IO);
    transfer_unmake(&t);
}

int main(void)
{
    check_line(115200, 384);
    check_line(115200, 2048);
    check_line(1000000, 384);
    check_line(1000000, 1024);
    check_line(115200, 392); /* where 16 would cost too much */
    part_unit = 16;
    check_line(115200, 2044); /* where 32 would */
    part_unit = 8;
    check_first_request();
    check_losses();
    check_random_losses();
    check_last_reply_lost();
    check_lying_list();
    check_duplicates();
    check_slow_device();
    check_damage();
    check_silence();
    check_resume();
    check_device_reset();
    check_small_packets();
    check_arguments();
    return check_report();
}
