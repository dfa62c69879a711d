/*
 * client_device.h - a device at the end of a simulated line, for tests of the client: the real
 * server on simulated flash, the real bootloader at a reset, and a clock that costs no time.
 *
 * The line is a full-duplex UART with the console framing: a packet keeps it busy for as many bit
 * times as it has. What the line and the device do wrong is set in the members.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/rig.h"
#include "support/served.h"
#include "twin/client.h"

#define DEVICE_QUEUE  512
#define DEVICE_PACKET 2048

/* May this packet pass? It may also be changed in place. index counts from 1, each way. */
typedef bool (*device_filter)(void *ctx, uint32_t index, uint8_t *packet, size_t len);

struct device {
    struct rig rig; /* first: it is kept from one device to the next */
    struct twin_srv_config srv_config;
    struct served served;
    struct twin_srv srv;

    /* The line and the device; to be changed between device_make and the first packet. */
    uint32_t baud;
    uint32_t latency_us;   /* the device's, for each request */
    uint32_t erase_us;     /* for each page */
    uint32_t packet_limit; /* longer requests disappear */
    uint32_t queue_limit;  /* requests waiting or worked on; more disappear */
    uint32_t boot_ms;      /* from reset to the first request */
    bool doubles;          /* every packet arrives twice, both ways */
    bool is_deaf;          /* nothing arrives any more */
    device_filter request_filter, reply_filter;
    void *ctx;

    /* What happened. */
    uint64_t now_us;
    uint64_t line_bytes;   /* sent by the host, framing included */
    uint64_t idle_us;      /* the host's line had nothing to send, since idle_from_us */
    uint64_t idle_from_us; /* set by the test; UINT64_MAX: not counted */
    uint32_t requests, replies, boots;

    struct {
        uint64_t tx_free_us, rx_free_us, cpu_free_us;
        struct {
            uint64_t at_us;
            size_t len;
            uint8_t bytes[DEVICE_PACKET];
        } queue[DEVICE_QUEUE]; /* replies on their way, oldest first */
        unsigned count;
        uint64_t working_until_us[DEVICE_QUEUE]; /* of the last requests, by number */
        uint8_t at_host[DEVICE_PACKET];
    } priv;
};

/*
 * A device with the old image running and nothing where updates go. 115200 baud, buffers of 384
 * bytes, 4 of them, 5 ms for each request, no losses.
 */
struct device *device_make(void);

/* Done with it; there is one device at a time. Checks that flash was treated well. */
void device_free(struct device *device);

/* Restart the device's software, as after a reset, without the bootloader's work. */
void device_restart(struct device *device);

/* Drive a job to its end, or until stop_after requests were sent (0: no limit). */
twin_err_t device_run(struct device *device, struct twin_job *job, uint32_t stop_after);

/* For reply filters: let the device say this payload (up to 120 bytes) instead of what is in the
 * reply. Returns false, for the filter to return. */
bool device_says(struct device *device, const uint8_t *reply, const char *payload, size_t len);
#define DEVICE_SAYS(device, reply, text) device_says((device), (reply), (text), sizeof(text) - 1)

/* For filters: is it a part of an upload, or the answer to one? */
bool device_is_part(const uint8_t *packet);

uint32_t device_now_ms(const struct device *device);

/* Does the place where updates go hold exactly the new image? */
bool device_has_update(const struct device *device);

/* The new image: its file's SHA-256 and its hash TLV. */
void device_update_hashes(const struct device *device, uint8_t sha[32], uint8_t hash[32]);
