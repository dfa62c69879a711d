/*
 * msg_read.c - answers, as they come from servers of many makes: one odd field costs that field.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_priv.h"

static bool take_unsigned(struct twin_cbor_reader *r, uint64_t max, uint64_t *out)
{
    struct twin_cbor_number number;

    if (!twin_cbor_get_number(r, &number) || number.is_negative || number.magnitude > max) {
        return false;
    }
    *out = number.magnitude;
    return true;
}

static bool take_u32(struct twin_cbor_reader *r, uint32_t *out)
{
    uint64_t value;
    const bool is_taken = take_unsigned(r, UINT32_MAX, &value);

    if (is_taken) {
        *out = (uint32_t)value;
    }
    return is_taken;
}

static bool take_i64(struct twin_cbor_reader *r, int64_t *out)
{
    struct twin_cbor_number number;

    if (!twin_cbor_get_number(r, &number) || number.magnitude > INT64_MAX) {
        return false;
    }
    *out = number.is_negative ? -1 - (int64_t)number.magnitude : (int64_t)number.magnitude;
    return true;
}

static bool take_bool(struct twin_cbor_reader *r, bool *out)
{
    struct twin_cbor_number number;
    const bool is_taken = twin_cbor_get_number(r, &number);

    if (is_taken) {
        *out = number.is_negative || number.magnitude != 0;
    }
    return is_taken;
}

/* Text and bytes are told apart by those who write them only. Null: no bytes. */
static bool take_string(struct twin_cbor_reader *r, bool is_text, struct twin_span *out)
{
    uint64_t value;
    const enum twin_cbor_major major = twin_cbor_get_head(r, &value);
    const bool is_null = major == TWIN_CBOR_SIMPLE && value == TWIN_CBOR_NULL;
    const bool is_string = major == TWIN_CBOR_TSTR || major == TWIN_CBOR_BSTR;

    if (is_null && !is_text) {
        *out = (struct twin_span){NULL, 0};
        return true;
    }
    if (!is_string || value == TWIN_CBOR_INDEFINITE) {
        return false;
    }
    *out = (struct twin_span){&r->buf[r->off], (size_t)value};
    return true;
}

/* The whole container as it is, tags before it included. */
static bool take_container(struct twin_cbor_reader *r, bool is_map, struct twin_span *out)
{
    struct twin_cbor_reader head = *r;
    uint64_t count;

    if (twin_cbor_get_head(&head, &count) != (is_map ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY)) {
        return false;
    }
    const size_t start = r->off;
    twin_cbor_skip(r);
    *out = (struct twin_span){&r->buf[start], r->off - start};
    return true;
}

/* Take a field of an answer: whatever can be understood as what the table says. */
static bool take_foreign(struct twin_cbor_reader *r, const struct twin_field *f, void *p)
{
    switch ((enum twin_field_type)f->type) {
    case TWIN_F_U32:
        return take_u32(r, p);
    case TWIN_F_U64:
        return take_unsigned(r, UINT64_MAX, p);
    case TWIN_F_I64:
        return take_i64(r, p);
    case TWIN_F_BOOL:
        return take_bool(r, p);
    case TWIN_F_TSTR:
    case TWIN_F_BSTR:
        return take_string(r, f->type == TWIN_F_TSTR, p);
    case TWIN_F_LIST:
    case TWIN_F_MAP:
        return take_container(r, f->type == TWIN_F_MAP, p);
    }
    return false;
}

void twin_msg_read(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    twin_msg_walk(r, msg, out, take_foreign, false);
}

struct twin_msg_items twin_msg_items(struct twin_span list)
{
    struct twin_msg_items items = {.priv.r = {.buf = list.ptr, .len = list.len}};
    uint64_t count;

    items.priv.is_map = twin_cbor_get_head(&items.priv.r, &count) == TWIN_CBOR_MAP;
    items.priv.left = (uint32_t)count;
    return items;
}

bool twin_msg_next(struct twin_msg_items *items, const struct twin_msg *item, void *out)
{
    struct twin_cbor_reader *r = &items->priv.r;

    if (!twin_cbor_next(r, &items->priv.left)) {
        return false;
    }
    items->key = *r;
    if (items->priv.is_map) {
        twin_cbor_skip(r);
    }
    struct twin_cbor_reader value = *r;
    twin_cbor_skip(r);
    if (r->failed) {
        return false;
    }
    twin_msg_read(&value, item, out);
    return true;
}
