/*
 * client_transfer.h - an upload to a simulated device (client_device.h), for tests.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/upload.h"
#include "unit/client_device.h"

struct transfer {
    struct device *device;
    struct twin_client client;
    struct twin_upload_config config;
    struct twin_upload upload;
    uint8_t sha[32], hash[32];
};

/* A new device, a client that waits 1 s for an answer, 4 times, and an upload of the new image. To
 * change the device or t->config, do so afterwards; t->config needs another transfer_begin. */
void transfer_make(struct transfer *t);

/* Begin (again) with a client that knows nothing of the device. */
void transfer_begin(struct transfer *t);

twin_err_t transfer_run(struct transfer *t);

/* Run, and check that the file is there, whole, and that the job says so. */
void transfer_completes(struct transfer *t);

void transfer_unmake(struct transfer *t);

/* The config's read function; ctx is the test image. */
twin_err_t transfer_read_image(void *ctx, uint32_t off, size_t len, const uint8_t **data);
