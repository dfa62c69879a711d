/*
 * server_device.h - a device for tests of the SMP server: the rig of the bootloader tests with a
 * server in it, and a way to send it requests. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "check.h"
#include "support/rig.h"
#include "support/served.h"
#include <stdlib.h>

#define DEVICE_BUF 1024

struct device {
    struct rig rig;
    struct twin_srv_config config;
    struct served served;
    struct twin_srv srv;
    enum twin_smp_version version; /* of the requests sent */
    uint8_t seq;

    /* The application's side of questions. */
    bool refuses;
    const char *reason;
    bool marks;     /* when asked, the application itself asks for the swap, for good */
    unsigned asked; /* how often since device_start */
    const struct twin_cmd *asked_cmd;
    struct twin_srv_image_question question; /* of the image group */
    bool forced;                             /* of a reset */

    /* The last reply: 0 and 0, or a generic code, or the group's own. */
    uint32_t rc, group_rc;
    char rsn[64];
    uint8_t reply[DEVICE_BUF];
};

static bool device_ask(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    struct device *device = ctx;

    device->asked++;
    device->asked_cmd = question->cmd;
    if (question->cmd == &twin_os_reset_cmd) {
        device->forced = ((const struct twin_srv_os_question *)question->details)->forced;
    } else if (question->details != NULL) {
        device->question = *(const struct twin_srv_image_question *)question->details;
    }
    if (device->marks) {
        CHECK_EQ(twin_slots_request(&device->rig.slots, true), TWIN_OK);
    }
    if (device->refuses && device->reason != NULL) {
        *reason = device->reason;
    }
    return !device->refuses;
}

/* The application starts: whatever was only in memory is gone. */
static inline void device_start(struct device *device)
{
    device->config.ctx = device;
    device->config.ask = device_ask;
    device->asked = 0;
    memset(&device->srv, 0xa5, sizeof(device->srv)); /* as memory is before it is set up */
    CHECK_EQ(twin_srv_init(&device->srv, &device->config), TWIN_OK);
}

static inline void device_make(struct device *device, const struct rig_shape *shape)
{
    memset(device, 0, sizeof(*device));
    rig_make(&device->rig, shape);
    rig_reset(&device->rig);
    device->config = (struct twin_srv_config){.buf_size = DEVICE_BUF, .buf_count = 4};
    served_make(&device->served, &device->config, &device->rig.slots);
    device->version = TWIN_SMP_V2;
    device_start(device);
}

/* Boot, and if something starts, start the server of it. */
static inline struct rig_boot device_boot(struct device *device)
{
    struct rig_boot boot = rig_boot(&device->rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    device_start(device);
    return boot;
}

/* Let the server work on bytes in a buffer of their exact size. Returns the length of all replies.
 */
static inline size_t device_handle(struct device *device, const void *bytes, size_t len)
{
    static uint8_t *exact; /* freed by the next call: power may be lost in this one */

    free(exact);
    exact = malloc(len + 1);
    memcpy(exact + 1, bytes, len);
    struct twin_span packet = {exact + 1, len};
    size_t all = 0, one;
    while ((one = twin_srv_handle(&device->srv, &packet, device->reply + all,
                                  sizeof(device->reply) - all)) != 0) {
        all += one;
    }
    CHECK(all <= sizeof(device->reply));
    return all;
}

static inline void device_read_result(struct device *device, struct twin_span body)
{
    struct twin_cbor_reader r = {.buf = body.ptr, .len = body.len};
    struct twin_result result;
    struct twin_result_err err = {0};

    twin_msg_read(&r, &twin_result_msg, &result);
    CHECK(!r.failed && r.off == r.len);
    if (result.present & TWIN_RESULT_ERR) {
        struct twin_cbor_reader nested = {.buf = result.err.ptr, .len = result.err.len};
        twin_msg_read(&nested, &twin_result_err_msg, &err);
        CHECK(!nested.failed && (err.present & TWIN_RESULT_ERR_GROUP));
    }
    device->rc = (uint32_t)result.rc;
    device->group_rc = (uint32_t)err.rc;
    snprintf(device->rsn, sizeof(device->rsn), "%.*s", (int)result.rsn.len,
             (const char *)result.rsn.ptr);
}

/*
 * Send one request (req NULL: {}) and read the reply into rsp (NULL: result only). Returns true on
 * success; else rc, group_rc and rsn say why not.
 */
static inline bool device_call(struct device *device, const struct twin_cmd *cmd, const void *req,
                               void *rsp)
{
    uint8_t packet[DEVICE_BUF];
    struct twin_cbor_writer w = {.buf = packet, .cap = sizeof(packet), .len = TWIN_SMP_HEADER_LEN};
    struct twin_smp_header header = {.op = (enum twin_smp_op)cmd->op,
                                     .version = device->version,
                                     .group = cmd->group,
                                     .seq = ++device->seq,
                                     .id = cmd->id};
    const struct twin_empty none = {0};

    twin_msg_encode(&w, req != NULL ? cmd->req : &twin_empty_msg, req != NULL ? req : &none);
    CHECK(!w.failed);
    header.len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN);
    twin_smp_header_write(packet, &header);
    struct twin_span reply = {device->reply, device_handle(device, packet, w.len)};
    CHECK_EQ(twin_smp_header_read(reply, &header), TWIN_OK);
    CHECK_EQ(header.len + TWIN_SMP_HEADER_LEN, reply.len);
    CHECK(header.op == cmd->op + 1u && header.version == device->version);
    CHECK(header.group == cmd->group && header.seq == device->seq && header.id == cmd->id);

    struct twin_span body = {reply.ptr + TWIN_SMP_HEADER_LEN, header.len};
    device_read_result(device, body);
    bool ok = device->rc == 0 && device->group_rc == 0;
    if (ok && rsp != NULL) {
        struct twin_cbor_reader r = {.buf = body.ptr, .len = body.len};
        twin_msg_read(&r, cmd->rsp, rsp);
        CHECK(!r.failed && r.off == r.len);
    }
    return ok;
}

static inline bool device_list(struct device *device, struct twin_image_state_rsp *list)
{

    return device_call(device, &twin_image_state_cmd, NULL, list);
}

/* How many items a list or dictionary of a reply has. Number `index` goes to out, if it is there.
 */
static inline unsigned device_items(struct twin_span list, const struct twin_msg *item,
                                    unsigned index, void *out)
{
    struct twin_items items = twin_msg_items(list);
    uint64_t room[64]; /* for any item */
    unsigned count = 0;

    CHECK(item->size <= sizeof(room));
    for (; twin_msg_next(&items, item, room); count++) {
        if (out != NULL && count == index) {
            memcpy(out, room, item->size);
        }
    }
    return count;
}

static inline unsigned slot_count(const struct twin_image_state_rsp *list)
{
    return device_items(list->slots, &twin_image_slot_msg, UINT32_MAX, NULL);
}

static inline struct twin_image_slot slot_at(const struct twin_image_state_rsp *list,
                                             unsigned index)
{
    struct twin_image_slot slot = {0};

    CHECK(device_items(list->slots, &twin_image_slot_msg, index, &slot) > index);
    return slot;
}

static inline bool span_is(struct twin_span span, const void *bytes, size_t len)
{
    return span.len == len && span.ptr != NULL && memcmp(span.ptr, bytes, len) == 0;
}

/* The hash in the first TLV of a test image. */
static inline struct twin_span image_hash(const struct test_image *image)
{
    uint32_t body = TWIN_IMAGE_HEADER_LEN + twin_get_le32(image->bytes + 12);

    return (struct twin_span){image->bytes + body + 8, TWIN_SHA256_LEN};
}

/* A state write. image NULL: without a hash. */
static inline bool device_set(struct device *device, const struct test_image *image, bool confirm)
{
    struct twin_image_state_req req = {.present = TWIN_IMAGE_STATE_REQ_CONFIRM, .confirm = confirm};
    struct twin_image_state_rsp list;

    if (image != NULL) {
        req.present |= TWIN_IMAGE_STATE_REQ_HASH;
        req.hash = image_hash(image);
    }
    return device_call(device, &twin_image_state_write_cmd, &req, &list);
}

/* Erase one slot; negative: without saying which. */
static inline bool device_erase(struct device *device, int slot)
{
    struct twin_image_erase_req req = {.present = slot < 0 ? 0 : TWIN_IMAGE_ERASE_REQ_SLOT,
                                       .slot = (uint32_t)slot};

    return device_call(device, &twin_image_erase_cmd, &req, NULL);
}

static inline bool device_upload(struct device *device, const struct twin_image_upload_req *req,
                                 struct twin_image_upload_rsp *rsp)
{
    return device_call(device, &twin_image_upload_cmd, req, rsp);
}

/* What a slot of the simulated flash holds. */
static inline const uint8_t *device_slot(const struct device *device, enum twin_slot slot)
{
    return &device->rig.sim.mem[device->rig.slots.area[slot].addr];
}

static const struct rig_shape small_shape = {.sector_bytes = 1024,
                                             .sectors = 12,
                                             .write_bytes = 8,
                                             .max_sectors = 16,
                                             .max_align = 8,
                                             .erased = 0xff,
                                             .old_len = 5000,
                                             .new_len = 6003};
