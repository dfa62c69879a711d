/*
 * client_device.c - a simulated line with a real device at its end.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "unit/client_device.h"
#include "check.h"
#include "twin/console.h"
#include <stdlib.h>

static const struct rig_shape shape = {4096, 34, 4, 128, 8, 0xff, 9000, 120000};

/* Keys take long to make, so one device serves all tests of a program, one after the other. */
static struct device *the_device;

struct device *device_make(void)
{
    if (the_device == NULL) {
        the_device = calloc(1, sizeof(*the_device));
        rig_make(&the_device->rig, &shape);
    }
    struct device *d = the_device;
    memset((uint8_t *)d + sizeof(d->rig), 0, sizeof(*d) - sizeof(d->rig));
    rig_reset(&d->rig);
    const struct twin_area *update = &d->rig.slots.area[TWIN_SECONDARY];
    CHECK_EQ(twin_area_erase(update, 0, update->len), TWIN_OK);
    d->srv_config = (struct twin_srv_config){.buf_size = 384, .buf_count = 4, .ctx = d};
    served_make(&d->served, &d->srv_config, &d->rig.slots);
    d->baud = 115200;
    d->latency_us = 5000;
    d->packet_limit = 380;
    d->queue_limit = 4;
    d->boot_ms = 2000;
    d->idle_from_us = UINT64_MAX;
    device_restart(d);
    return d;
}

void device_free(struct device *d)
{
    CHECK_EQ(d->rig.sim.violations, 0);
}

void device_restart(struct device *d)
{
    CHECK_EQ(twin_srv_init(&d->srv, &d->srv_config), TWIN_OK);
}

uint32_t device_now_ms(const struct device *d)
{
    return (uint32_t)(d->now_us / 1000);
}

/* How long a packet keeps the line busy. */
static uint64_t line_us(const struct device *d, size_t len)
{
    return TWIN_CONSOLE_ENCODED_MAX(len) * 10u * 1000000u / d->baud;
}

static void queue_reply(struct device *d, uint64_t at_us, const uint8_t *bytes, size_t len)
{
    CHECK(d->priv.count < DEVICE_QUEUE);
    if (d->priv.count < DEVICE_QUEUE && len <= DEVICE_PACKET) {
        d->priv.queue[d->priv.count].at_us = at_us;
        d->priv.queue[d->priv.count].len = len;
        memcpy(d->priv.queue[d->priv.count++].bytes, bytes, len);
    }
}

static void send_reply(struct device *d, uint8_t *reply, size_t len)
{
    const uint64_t begin =
        d->priv.cpu_free_us > d->priv.rx_free_us ? d->priv.cpu_free_us : d->priv.rx_free_us;

    d->priv.rx_free_us = begin + line_us(d, len);
    d->replies++;
    if (d->reply_filter != NULL && !d->reply_filter(d->ctx, d->replies, reply, len)) {
        return;
    }
    for (int i = 0; i <= d->doubles; i++) {
        queue_reply(d, d->priv.rx_free_us, reply, len);
    }
}

bool device_says(struct device *d, const uint8_t *reply, const char *payload, size_t len)
{
    uint8_t packet[128];

    CHECK(TWIN_SMP_HEADER_LEN + len <= sizeof(packet));
    memcpy(packet, reply, TWIN_SMP_HEADER_LEN);
    packet[2] = 0;
    packet[3] = (uint8_t)len;
    memcpy(packet + TWIN_SMP_HEADER_LEN, payload, len);
    queue_reply(d, d->priv.rx_free_us, packet, TWIN_SMP_HEADER_LEN + len);
    return false;
}

bool device_is_part(const uint8_t *packet)
{
    return packet[5] == TWIN_GRP_IMAGE && packet[7] == twin_image_upload_cmd.id;
}

static void reset(struct device *d)
{
    CHECK_EQ(rig_boot(&d->rig).status, TWIN_BOOT_START);
    device_restart(d);
    d->boots++;
    d->priv.cpu_free_us += (uint64_t)d->boot_ms * 1000;
}

/* Requests that the device still has at this time. */
static unsigned in_work(const struct device *d, uint64_t at_us)
{
    unsigned count = 0;

    for (unsigned i = 0; i < DEVICE_QUEUE; i++) {
        count += d->priv.working_until_us[i] > at_us;
    }
    return count;
}

static void at_device(struct device *d, uint64_t at_us, const uint8_t *packet, size_t len)
{
    uint8_t reply[DEVICE_PACKET];
    const uint32_t erases = d->rig.sim.erases;
    const bool is_down = d->boots > 0 && d->priv.cpu_free_us > at_us + 1000000u;

    if (is_down || len > d->packet_limit || in_work(d, at_us) >= d->queue_limit) {
        return;
    }
    struct twin_span request = {packet, len};
    const size_t reply_len = twin_srv_handle(&d->srv, &request, reply, d->srv_config.buf_size);
    const uint64_t begin = at_us > d->priv.cpu_free_us ? at_us : d->priv.cpu_free_us;
    d->priv.cpu_free_us =
        begin + d->latency_us + (uint64_t)(d->rig.sim.erases - erases) * d->erase_us;
    d->priv.working_until_us[d->requests % DEVICE_QUEUE] = d->priv.cpu_free_us;
    if (reply_len > 0) {
        send_reply(d, reply, reply_len);
    }
    if (d->srv.reset_requested) {
        reset(d);
    }
}

static void host_sends(struct device *d, uint8_t *packet, size_t len)
{
    const bool is_idle = d->priv.tx_free_us < d->now_us;

    if (is_idle && d->now_us > d->idle_from_us) {
        d->idle_us += d->now_us -
                      (d->priv.tx_free_us > d->idle_from_us ? d->priv.tx_free_us : d->idle_from_us);
    }
    d->priv.tx_free_us = (is_idle ? d->now_us : d->priv.tx_free_us) + line_us(d, len);
    d->line_bytes += TWIN_CONSOLE_ENCODED_MAX(len);
    d->requests++;
    if (d->is_deaf ||
        (d->request_filter != NULL && !d->request_filter(d->ctx, d->requests, packet, len))) {
        return;
    }
    for (int i = 0; i <= d->doubles; i++) {
        at_device(d, d->priv.tx_free_us, packet, len);
    }
}

static void host_waits(struct device *d, struct twin_job *job)
{
    const int32_t wait_ms = (int32_t)(job->wake_ms - device_now_ms(d)); /* the job's clock wraps */
    const uint64_t wake_us = wait_ms > 0 ? (d->now_us / 1000 + (uint32_t)wait_ms) * 1000 : 0;
    const size_t len = d->priv.queue[0].len;

    if (d->priv.count == 0 || d->priv.queue[0].at_us > wake_us) {
        d->now_us = wake_us > d->now_us ? wake_us : d->now_us;
        return;
    }
    d->now_us = d->priv.queue[0].at_us > d->now_us ? d->priv.queue[0].at_us : d->now_us;
    memcpy(d->priv.at_host, d->priv.queue[0].bytes, len);
    d->priv.count--;
    memmove(&d->priv.queue[0], &d->priv.queue[1], d->priv.count * sizeof(d->priv.queue[0]));
    twin_job_receive(job, (struct twin_span){d->priv.at_host, len}, device_now_ms(d));
}

twin_err_t device_run(struct device *d, struct twin_job *job, uint32_t stop_after)
{
    static uint8_t buf[DEVICE_PACKET];
    const uint32_t end = d->requests + stop_after;
    size_t len;

    for (uint32_t steps = 0; steps < 200000; steps++) {
        switch (twin_job_poll(job, device_now_ms(d), buf, sizeof(buf), &len)) {
        case TWIN_STEP_SEND:
            host_sends(d, buf, len);
            break;
        case TWIN_STEP_WAIT:
            host_waits(d, job);
            break;
        case TWIN_STEP_DONE:
        default:
            return job->result;
        }
        if (stop_after != 0 && d->requests == end) {
            return TWIN_E_BUSY;
        }
    }
    CHECK(false); /* it does not end */
    return TWIN_E_BUSY;
}

bool device_has_update(const struct device *d)
{
    return rig_slot_holds(&d->rig, TWIN_SECONDARY, twin_slots_update_off(&d->rig.slots),
                          &d->rig.new);
}

void device_update_hashes(const struct device *d, uint8_t sha[32], uint8_t hash[32])
{
    const struct test_image *image = &d->rig.new;
    struct twin_sha256 ctx;
    struct twin_image_header header;

    twin_sha256_init(&ctx);
    twin_sha256_update(&ctx, image->bytes, image->len);
    twin_sha256_final(&ctx, sha);
    CHECK_EQ(twin_image_header_parse(image->bytes, &header), TWIN_OK);
    twin_sha256_init(&ctx);
    twin_sha256_update(&ctx, image->bytes,
                       header.hdr_size + header.img_size + header.protect_tlv_size);
    twin_sha256_final(&ctx, hash);
}
