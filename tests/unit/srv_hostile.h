/*
 * srv_hostile.h - what nobody should send, for every command that a device has: the tables of its
 * groups say which there are and what they take. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "server_device.h"

/* Send it: every reply is a whole packet with a result that can be read. */
static inline void hostile_send(struct device *device, const uint8_t *packet, size_t len)
{
    struct twin_span reply = {device->reply, device_handle(device, packet, len)};

    while (reply.len != 0) {
        struct twin_smp_header header = {0};
        CHECK_EQ(twin_smp_header_read(reply, &header), TWIN_OK);
        if (header.len > reply.len - TWIN_SMP_HEADER_LEN) {
            CHECK(header.len <= reply.len - TWIN_SMP_HEADER_LEN);
            return;
        }
        device_read_result(device, (struct twin_span){reply.ptr + TWIN_SMP_HEADER_LEN, header.len});
        reply.ptr += TWIN_SMP_HEADER_LEN + header.len;
        reply.len -= TWIN_SMP_HEADER_LEN + header.len;
    }
}

static inline const struct twin_cmd *hostile_cmd(const struct device *device)
{
    const struct twin_srv_config *config = &device->config;
    const struct twin_srv_group *group =
        config->groups[(unsigned)rand() % config->group_count].group;

    return group->cmds[(unsigned)rand() % group->cmd_count].cmd;
}

/* A value that a field of this type can have; one time in eight of some other type. */
static inline void hostile_value(struct twin_cbor_writer *w, uint8_t type)
{
    static const uint8_t types[] = {TWIN_F_U32, TWIN_F_BOOL, TWIN_F_BSTR, TWIN_F_TSTR};
    const unsigned count = (unsigned)rand() % 3;
    const uint32_t number = rand() % 2 != 0 ? (uint32_t)rand() % 4 : (uint32_t)rand() << 1;
    uint8_t bytes[48] = {0};

    type = rand() % 8 == 0 ? types[(unsigned)rand() % TWIN_COUNT(types)] : type;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(type == TWIN_F_TSTR ? 'a' + rand() % 26 : rand());
    }
    if (type >= TWIN_F_LIST) {
        twin_cbor_put_head(w, type >= TWIN_F_MAP ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY, count);
        for (unsigned i = 0; i < count; i++) {
            if (type >= TWIN_F_MAP) {
                twin_cbor_put_text(w, i == 0 ? "" : "key");
            }
            hostile_value(w, type % TWIN_F_LIST);
        }
    } else if (type == TWIN_F_BSTR || type == TWIN_F_TSTR) {
        twin_cbor_put_bytes(w, type == TWIN_F_BSTR ? TWIN_CBOR_BSTR : TWIN_CBOR_TSTR,
                            (struct twin_span){bytes, (size_t)rand() % sizeof(bytes)});
    } else if (type == TWIN_F_BOOL) {
        twin_cbor_put_bool(w, rand() % 2 != 0);
    } else {
        twin_cbor_put_head(w, TWIN_CBOR_UINT, number);
    }
}

/* One request: most of its fields, then perhaps cut, or a bit of it flipped. */
static inline void hostile_request(struct device *device, const struct twin_cmd *cmd)
{
    uint8_t packet[512];
    struct twin_cbor_writer w = {.buf = packet, .cap = sizeof(packet), .len = TWIN_SMP_HEADER_LEN};
    const uint32_t chosen = (uint32_t)rand() | (uint32_t)rand();
    struct twin_smp_header header = {.op = (enum twin_smp_op)cmd->op,
                                     .version = (enum twin_smp_version)(rand() % 2),
                                     .group = cmd->group,
                                     .id = cmd->id};
    uint32_t count = 0;

    for (unsigned i = 0; i < cmd->req->field_count; i++) {
        count += chosen >> i & 1;
    }
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, count);
    for (unsigned i = 0; i < cmd->req->field_count; i++) {
        if (chosen >> i & 1) {
            twin_cbor_put_text(&w, cmd->req->fields[i].key);
            hostile_value(&w, cmd->req->fields[i].type);
        }
    }
    CHECK(!w.failed);
    if (rand() % 4 == 0) {
        w.len = TWIN_SMP_HEADER_LEN + (size_t)rand() % (w.len - TWIN_SMP_HEADER_LEN + 1);
    }
    header.len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN);
    twin_smp_header_write(packet, &header);
    if (rand() % 4 == 0) {
        packet[(size_t)rand() % w.len] ^= (uint8_t)(1u << rand() % 8);
    }
    hostile_send(device, packet, w.len);
}

/* Requests of all commands, and packets of random bytes. */
static inline void hostile_requests(struct device *device, unsigned rounds)
{
    uint8_t packet[128];

    srand(5);
    for (unsigned round = 0; round < rounds; round++) {
        hostile_request(device, hostile_cmd(device));
        const size_t len = (size_t)rand() % sizeof(packet);
        for (size_t i = 0; i < len; i++) {
            packet[i] = (uint8_t)rand();
        }
        hostile_send(device, packet, len);
    }
}
