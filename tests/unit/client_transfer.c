/*
 * client_transfer.c - an upload to a simulated device. SPDX-License-Identifier: Apache-2.0
 */
#include "unit/client_transfer.h"
#include "check.h"

twin_err_t transfer_read_image(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct test_image *image = ctx;

    CHECK(off + len <= image->len);
    *data = image->bytes + off;
    return TWIN_OK;
}

void transfer_begin(struct transfer *t)
{
    static uint8_t seq = 17;
    const struct twin_client_config client_config = {
        .timeout_ms = 1000, .tries = 4, .version = TWIN_SMP_V2, .seq = seq};

    seq = (uint8_t)(seq + 101);
    twin_client_init(&t->client, &client_config);
    twin_upload_begin(&t->upload, &t->client, &t->config);
}

void transfer_make(struct transfer *t)
{
    memset(t, 0, sizeof(*t));
    t->device = device_make();
    device_update_hashes(t->device, t->sha, t->hash);
    t->config = (struct twin_upload_config){.len = t->device->rig.new.len,
                                            .sha = t->sha,
                                            .image_hash = {t->hash, sizeof(t->hash)},
                                            .packet_max = 65533,
                                            .frame_bytes = 4,
                                            .piece_bytes = 93,
                                            .read = transfer_read_image,
                                            .ctx = &t->device->rig.new};
    transfer_begin(t);
}

twin_err_t transfer_run(struct transfer *t)
{
    return device_run(t->device, &t->upload.job, 0);
}

void transfer_completes(struct transfer *t)
{
    CHECK_EQ(transfer_run(t), TWIN_OK);
    CHECK_EQ(t->upload.status.done, t->config.len);
    CHECK(device_has_update(t->device));
}

void transfer_unmake(struct transfer *t)
{
    device_free(t->device);
}
