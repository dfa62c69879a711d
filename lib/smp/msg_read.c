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
    *out = twin_msg_item_span(r);
    return true;
}

/* Take a field of an answer: whatever can be understood as what the table says. */
static bool take_foreign(struct twin_cbor_reader *r, const struct twin_field *f, void *p)
{
    switch (f->type) {
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
    case TWIN_F_RAW:
        *(struct twin_span *)p = twin_msg_item_span(r);
        return true;
    default:
        return f->type >= TWIN_F_LIST && take_container(r, f->type >= TWIN_F_MAP, p);
    }
}

/* A message may want to be seen as a whole, too. */
static void take_whole(const struct twin_msg *msg, struct twin_span whole, void *out)
{
    for (unsigned i = 0; i < msg->field_count; i++) {
        if (msg->fields[i].type == TWIN_F_WHOLE) {
            *(struct twin_span *)(void *)((uint8_t *)out + msg->fields[i].offset) = whole;
            *(uint32_t *)out |= UINT32_C(1) << i;
        }
    }
}

void twin_msg_read(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    static const struct twin_msg_rules lenient = {take_foreign, TWIN_VITAL};
    const size_t start = r->off;

    twin_msg_walk(r, msg, out, &lenient);
    if (!r->failed) {
        take_whole(msg, (struct twin_span){&r->buf[start], r->off - start}, out);
    }
}

bool twin_msg_next(struct twin_items *items, const struct twin_msg *item, void *out)
{
    struct twin_cbor_reader value;
    const bool is_there = twin_msg_step(items, &value);

    if (is_there) {
        twin_msg_read(&value, item, out);
    }
    return is_there;
}

bool twin_msg_next_value(struct twin_items *items, enum twin_field_type type, void *out)
{
    const struct twin_field item = {.type = (uint8_t)type};
    struct twin_cbor_reader value;

    while (twin_msg_step(items, &value)) {
        if (take_foreign(&value, &item, out)) {
            return true;
        }
    }
    return false;
}
