/*
 * msg_decode_more.c - requests with fields that few of them have: 64-bit numbers, raw values, lists
 * and maps. A device links it only with a group that needs it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_priv.h"

static bool take_number(struct twin_cbor_reader *r, bool is_signed, uint64_t *out)
{
    uint64_t value;
    const enum twin_cbor_major major = twin_cbor_get_head(r, &value);

    *out = major == TWIN_CBOR_NINT ? ~value : value; /* two's complement, as int64_t has it */
    return major == TWIN_CBOR_UINT ? !is_signed || value <= INT64_MAX
                                   : is_signed && major == TWIN_CBOR_NINT && value <= INT64_MAX;
}

static bool take_more(struct twin_cbor_reader *r, const struct twin_field *f, void *p);

/* Is this the container, and everything in it what it is to hold, if the type says? */
static bool is_container(struct twin_cbor_reader r, uint8_t type)
{
    const bool is_map = type >= TWIN_F_MAP;
    const struct twin_field key = {.type = TWIN_F_TSTR}, item = {.type = type % TWIN_F_LIST};
    union twin_msg_value room;
    uint64_t count;
    bool ok = twin_cbor_get_head(&r, &count) == (is_map ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY);

    if (item.type == 0) {
        return ok;
    }
    for (uint32_t left = (uint32_t)count; ok && twin_cbor_next(&r, &left); twin_cbor_skip(&r)) {
        struct twin_cbor_reader value = r;
        if (is_map) {
            ok = twin_msg_take_exact(&value, &key, &room);
            twin_cbor_skip(&r);
            value = r;
        }
        ok = ok && take_more(&value, &item, &room);
    }
    return ok;
}

/* As twin_msg_take_exact. It calls itself for what a container holds, which is no container. */
static bool take_more(struct twin_cbor_reader *r, const struct twin_field *f, void *p)
{
    if (f->type == TWIN_F_U64 || f->type == TWIN_F_I64) {
        return take_number(r, f->type == TWIN_F_I64, p);
    }
    if (f->type != TWIN_F_RAW && f->type < TWIN_F_LIST) {
        return twin_msg_take_exact(r, f, p);
    }
    if (f->type != TWIN_F_RAW && !is_container(*r, f->type)) {
        return false;
    }
    *(struct twin_span *)p = twin_msg_item_span(r);
    return true;
}

void twin_msg_decode_more(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    static const struct twin_msg_rules exact = {take_more, TWIN_ALL_VITAL};

    twin_msg_walk(r, msg, out, &exact);
}

bool twin_msg_next_exact(struct twin_items *items, enum twin_field_type type, void *out)
{
    const struct twin_field item = {.type = (uint8_t)type};
    struct twin_cbor_reader value;

    return twin_msg_step(items, &value) && take_more(&value, &item, out);
}
