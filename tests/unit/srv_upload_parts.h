/*
 * srv_upload_parts.h - a device and the parts of an upload to it, for the tests of the server's
 * upload command. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "server_device.h"

static struct device device;
static uint8_t sha_of_new[TWIN_SHA256_LEN]; /* of the whole file */

static inline const struct twin_slots *slots(void)
{
    return &device.rig.slots;
}

static inline const struct test_image *new_image(void)
{
    return &device.rig.new;
}

/* The first part of the new image, with everything that it may have. */
static inline struct twin_image_upload_req first_part(uint32_t len)
{
    return (struct twin_image_upload_req){
        .present = TWIN_IMAGE_UPLOAD_REQ_LEN | TWIN_IMAGE_UPLOAD_REQ_SHA,
        .len = new_image()->len,
        .sha = {sha_of_new, sizeof(sha_of_new)},
        .data = {new_image()->bytes, len},
    };
}

static inline struct twin_image_upload_req next_part(uint32_t off, uint32_t len)
{
    uint32_t left = new_image()->len - off;

    return (struct twin_image_upload_req){
        .off = off, .data = {new_image()->bytes + off, len < left ? len : left}};
}

/* Send a part that must succeed; returns the offset that the device wants next. */
static inline struct twin_image_upload_rsp send(const struct twin_image_upload_req *req)
{
    struct twin_image_upload_rsp rsp = {0};

    CHECK(device_upload(&device, req, &rsp));
    CHECK(rsp.present & TWIN_IMAGE_UPLOAD_RSP_OFF);
    return rsp;
}

/* Send a part that must be refused with this code of the group, and nothing beside it. */
static inline void refuse(const struct twin_image_upload_req *req, uint32_t group_rc)
{
    struct twin_image_upload_rsp rsp;

    CHECK(!device_upload(&device, req, &rsp));
    CHECK_EQ(device.group_rc, group_rc);
    CHECK(device.rc == 0 && device.rsn[0] == '\0');
}

/* The same towards a v1 client, who is told the reason; only where a refusal changes nothing. */
static inline void refuse_twice(const struct twin_image_upload_req *req, uint32_t group_rc,
                                enum twin_smp_rc rc, const char *rsn)
{
    struct twin_image_upload_rsp rsp;

    refuse(req, group_rc);
    device.version = TWIN_SMP_V1;
    CHECK(!device_upload(&device, req, &rsp));
    CHECK_EQ(device.rc, rc);
    CHECK_EQ(device.group_rc, 0);
    CHECK(strcmp(device.rsn, rsn) == 0);
    device.version = TWIN_SMP_V2;
}

static inline struct twin_image_upload_rsp upload_rest(uint32_t off, uint32_t part)
{
    struct twin_image_upload_rsp rsp = {.off = off};

    while (rsp.off < new_image()->len) {
        struct twin_image_upload_req req = next_part(rsp.off, part);
        uint32_t want = rsp.off + (uint32_t)req.data.len;
        rsp = send(&req);
        CHECK_EQ(rsp.off, want);
        if (rsp.off != want) {
            break;
        }
    }
    return rsp;
}

static inline struct twin_image_upload_rsp upload_all(uint32_t part)
{
    struct twin_image_upload_req req = first_part(part < 32 ? 32 : part);
    struct twin_image_upload_rsp rsp = send(&req);

    return upload_rest(rsp.off, part);
}

static inline bool is_stored(void)
{
    return rig_slot_holds(&device.rig, TWIN_SECONDARY, twin_slots_update_off(slots()), new_image());
}

/* Behind the image, to the end of the slot. */
static inline bool rest_is_erased(void)
{
    uint32_t end = twin_slots_update_off(slots()) + new_image()->len;

    return twin_flash_is_erased(&device.rig.sim.flash, device_slot(&device, TWIN_SECONDARY) + end,
                                slots()->area[TWIN_SECONDARY].len - end);
}

/* A device with an old image, an empty secondary and no power lost. */
static inline void fresh(void)
{
    rig_reset(&device.rig);
    memset(device.rig.sim.mem + slots()->area[TWIN_SECONDARY].addr, device.rig.sim.flash.erased,
           slots()->area[TWIN_SECONDARY].len);
    device.refuses = false;
    device.version = TWIN_SMP_V2;
    device_start(&device);
}

static inline void make(const struct rig_shape *shape)
{
    struct twin_sha256 ctx;

    device_make(&device, shape);
    twin_sha256_init(&ctx);
    twin_sha256_update(&ctx, new_image()->bytes, new_image()->len);
    twin_sha256_final(&ctx, sha_of_new);
    fresh();
}

/* ---- An image that was in the slot before ---- */

#define PRIOR 3 /* its major version */

static struct test_image prior;

/* A fresh device with it where updates go. */
static inline void put_prior(void)
{
    fresh();
    sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots()),
            prior.bytes, prior.len);
    sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
}

static inline void make_prior(uint32_t payload_len)
{
    test_image_make(&prior, &device.rig.key, PRIOR, payload_len, 0);
    put_prior();
}

static inline bool slot_holds(const struct test_image *image)
{
    return rig_slot_holds(&device.rig, TWIN_SECONDARY, twin_slots_update_off(slots()), image);
}
