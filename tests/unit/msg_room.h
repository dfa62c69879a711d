/*
 * msg_room.h - all message tables, and room for any message. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "check.h"
#include "twin/groups.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include <stdlib.h>

#define CAP 2048

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A message with a field of every type. */
struct any {
    uint32_t present;
    uint32_t u32;
    bool flag;
    uint64_t u64;
    int64_t i64;
    struct twin_span text, bytes, raw, texts, numbers, flags, counters, names, list, map;
};
static const struct twin_field any_fields[] = {
    TWIN_FIELD(any, u32, "u32", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(any, flag, "flag", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(any, u64, "u64", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(any, i64, "i64", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(any, text, "text", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(any, bytes, "bytes", TWIN_F_BSTR, TWIN_OPTIONAL),
    TWIN_FIELD(any, raw, "raw", TWIN_F_RAW, TWIN_OPTIONAL),
    TWIN_FIELD(any, texts, "texts", TWIN_F_LIST_OF(TWIN_F_TSTR), TWIN_OPTIONAL),
    TWIN_FIELD(any, numbers, "numbers", TWIN_F_LIST_OF(TWIN_F_I64), TWIN_OPTIONAL),
    TWIN_FIELD(any, flags, "flags", TWIN_F_MAP_OF(TWIN_F_BOOL), TWIN_OPTIONAL),
    TWIN_FIELD(any, counters, "counters", TWIN_F_MAP_OF(TWIN_F_U64), TWIN_OPTIONAL),
    TWIN_FIELD(any, names, "names", TWIN_F_MAP_OF(TWIN_F_TSTR), TWIN_OPTIONAL),
    TWIN_FIELD(any, list, "list", TWIN_F_LIST, TWIN_OPTIONAL),
    TWIN_FIELD(any, map, "map", TWIN_F_MAP, TWIN_OPTIONAL),
};
static const struct twin_msg any_msg = TWIN_MSG(any, any_fields);

/* Every message of every group, once collect() has walked their tables. */
static const struct twin_msg *requests[64] = {&twin_empty_msg, &any_msg};
static const struct twin_msg *answers[64] = {&twin_empty_msg, &twin_result_msg,
                                             &twin_result_err_msg, &any_msg};
static size_t request_count = 2, answer_count = 4;

static void add(const struct twin_msg **list, size_t *count, const struct twin_msg *msg)
{
    size_t i = 0;

    while (i < *count && list[i] != msg) {
        i++;
    }
    if (i == *count) {
        CHECK(i < COUNT(requests));
        list[i] = msg;
        (*count)++;
    }
}

static inline void collect(void)
{
    for (size_t i = 0; twin_groups[i] != NULL; i++) {
        const struct twin_group *group = twin_groups[i];
        for (size_t j = 0; j < group->cmd_count; j++) {
            add(requests, &request_count, group->cmds[j]->req);
            add(answers, &answer_count, group->cmds[j]->rsp);
        }
        for (size_t j = 0; j < group->nested_count; j++) {
            add(answers, &answer_count, group->nested[j].item);
        }
    }
}

/* Room for any message. */
static union room {
    uint32_t present;
    uint8_t bytes[256];
    struct any any;
    struct twin_result result;
    struct twin_result_err err;
    struct twin_os_echo_rsp echo;
    struct twin_os_taskstat_rsp tasks;
    struct twin_os_reset_req reset;
    struct twin_os_params_rsp params;
    struct twin_image_state_rsp list;
    struct twin_image_slot slot;
    struct twin_image_state_req state;
    struct twin_image_upload_req upload;
    struct twin_image_upload_rsp upload_rsp;
    struct twin_image_erase_req erase;
    struct twin_image_slot_info_rsp info;
    struct twin_image_slot_info_slot info_slot;
} out;

typedef void (*reading)(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);

/* What a device takes this request in with: the function that does, and costs least. */
static inline reading decode_of(const struct twin_msg *msg)
{
    bool is_plain = true;

    for (unsigned i = 0; i < msg->field_count; i++) {
        is_plain = is_plain && msg->fields[i].type <= TWIN_F_TSTR;
    }
    return is_plain ? twin_msg_decode : twin_msg_decode_more;
}

/* Take in from an allocation of exactly this size, so that reading beyond it is found. */
static bool take(reading how, const struct twin_msg *msg, const void *bytes, size_t len)
{
    static uint8_t *last;
    uint8_t *copy = malloc(len + 1);
    memcpy(copy + 1, bytes, len);
    free(last); /* which bytes may be a part of */
    last = copy;
    struct twin_cbor_reader r = {.buf = last + 1, .len = len};
    how(&r, msg, &out);
    CHECK(r.off <= r.len);
    return !r.failed;
}
