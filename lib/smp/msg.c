/*
 * msg.c - structs to CBOR and back, as the tables say. The only place that knows how a field type
 * looks on the wire. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/msg.h"

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

static bool is_sent(const struct twin_msg *msg, unsigned i, uint32_t present)
{
    return msg->fields[i].required || (present >> i & 1u) != 0;
}

static void encode_fields(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in,
                          unsigned first);

static void encode_i32(struct twin_cbor_writer *w, int32_t value)
{
    if (value < 0) {
        twin_cbor_put_head(w, TWIN_CBOR_NINT, (uint32_t)(-1 - value));
    } else {
        twin_cbor_put_head(w, TWIN_CBOR_UINT, (uint32_t)value);
    }
}

void twin_msg_encode_entry(struct twin_cbor_writer *w, const struct twin_msg *item, const void *in)
{
    const uint8_t *key = (const uint8_t *)in + item->fields[0].offset;

    twin_cbor_put_bytes(w, TWIN_CBOR_TSTR, *(const struct twin_span *)(const void *)key);
    encode_fields(w, item, in, 1);
}

static void encode_items(struct twin_cbor_writer *w, const struct twin_field *f, const uint8_t *in)
{
    uint32_t count = *(const uint32_t *)(const void *)(in + f->offset - sizeof(uint32_t));
    bool is_dict = f->type == TWIN_F_DICT;

    if (count > f->max) {
        w->failed = true;
        return;
    }
    twin_cbor_put_head(w, is_dict ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY, count);
    for (uint32_t i = 0; i < count; i++) {
        const void *item = in + f->offset + (size_t)i * f->item->size;
        if (is_dict) {
            twin_msg_encode_entry(w, f->item, item);
        } else {
            encode_fields(w, f->item, item, 0);
        }
    }
}

static void encode_value(struct twin_cbor_writer *w, const struct twin_field *f, const uint8_t *in)
{
    const void *p = in + f->offset;

    switch ((enum twin_field_type)f->type) {
    case TWIN_F_U32:
        twin_cbor_put_head(w, TWIN_CBOR_UINT, *(const uint32_t *)p);
        break;
    case TWIN_F_I32:
        encode_i32(w, *(const int32_t *)p);
        break;
    case TWIN_F_BOOL:
        twin_cbor_put_bool(w, *(const bool *)p);
        break;
    case TWIN_F_TSTR:
        twin_cbor_put_bytes(w, TWIN_CBOR_TSTR, *(const struct twin_span *)p);
        break;
    case TWIN_F_BSTR:
        twin_cbor_put_bytes(w, TWIN_CBOR_BSTR, *(const struct twin_span *)p);
        break;
    case TWIN_F_LIST:
    case TWIN_F_DICT:
        encode_items(w, f, in);
        break;
    case TWIN_F_MSG:
        encode_fields(w, f->item, p, 0);
        break;
    }
}

/* The map of the fields from `first` on. */
static void encode_fields(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in,
                          unsigned first)
{
    uint32_t present = *(const uint32_t *)in;
    uint32_t count = 0;

    for (unsigned i = first; i < msg->field_count; i++) {
        count += is_sent(msg, i, present);
    }
    twin_cbor_put_head(w, TWIN_CBOR_MAP, count);
    for (unsigned i = first; i < msg->field_count; i++) {
        if (is_sent(msg, i, present)) {
            twin_cbor_put_text(w, msg->fields[i].key);
            encode_value(w, &msg->fields[i], in);
        }
    }
}

void twin_msg_encode(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in)
{
    encode_fields(w, msg, in, 0);
}

/* Open a container and give the number of its items. */
static uint32_t open_items(struct twin_cbor_reader *r, enum twin_cbor_major major)
{
    uint32_t count;

    if (twin_cbor_get_head(r, &count) != major) {
        r->failed = true;
    }
    return count;
}

static void decode_fields(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                          unsigned first);

static uint32_t decode_u32(struct twin_cbor_reader *r)
{
    uint32_t value;

    if (twin_cbor_get_head(r, &value) != TWIN_CBOR_UINT) {
        r->failed = true;
    }
    return value;
}

static int32_t decode_i32(struct twin_cbor_reader *r)
{
    uint32_t value;
    enum twin_cbor_major major = twin_cbor_get_head(r, &value);

    if ((major != TWIN_CBOR_UINT && major != TWIN_CBOR_NINT) || value > INT32_MAX) {
        r->failed = true;
        return 0;
    }
    return major == TWIN_CBOR_NINT ? -1 - (int32_t)value : (int32_t)value;
}

static bool decode_bool(struct twin_cbor_reader *r)
{
    uint32_t value;
    enum twin_cbor_major major = twin_cbor_get_head(r, &value);

    if (major == TWIN_CBOR_UINT) {
        return value != 0;
    }
    if (major != TWIN_CBOR_SIMPLE || (value != SIMPLE_FALSE && value != SIMPLE_TRUE)) {
        r->failed = true;
    }
    return value == SIMPLE_TRUE;
}

static struct twin_span decode_bstr(struct twin_cbor_reader *r)
{
    size_t start = r->off;
    uint32_t value;

    if (twin_cbor_get_head(r, &value) == TWIN_CBOR_SIMPLE && value == SIMPLE_NULL) {
        return (struct twin_span){NULL, 0};
    }
    r->off = start;
    return twin_cbor_get_bytes(r, TWIN_CBOR_BSTR);
}

static void decode_items(struct twin_cbor_reader *r, const struct twin_field *f, uint8_t *out)
{
    bool is_dict = f->type == TWIN_F_DICT;
    uint32_t left = open_items(r, is_dict ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY);
    uint32_t got = 0;

    for (; twin_cbor_next(r, &left); got++) {
        uint8_t *item = out + f->offset + (size_t)got * f->item->size;
        if (got == f->max) {
            r->failed = true;
            break;
        }
        if (is_dict) {
            struct twin_span key = twin_cbor_get_bytes(r, TWIN_CBOR_TSTR);
            decode_fields(r, f->item, item, 1);
            *(struct twin_span *)(void *)(item + f->item->fields[0].offset) = key;
        } else {
            decode_fields(r, f->item, item, 0);
        }
    }
    *(uint32_t *)(void *)(out + f->offset - sizeof(uint32_t)) = got;
}

static void decode_value(struct twin_cbor_reader *r, const struct twin_field *f, uint8_t *out)
{
    void *p = out + f->offset;

    switch ((enum twin_field_type)f->type) {
    case TWIN_F_U32:
        *(uint32_t *)p = decode_u32(r);
        break;
    case TWIN_F_I32:
        *(int32_t *)p = decode_i32(r);
        break;
    case TWIN_F_BOOL:
        *(bool *)p = decode_bool(r);
        break;
    case TWIN_F_TSTR:
        *(struct twin_span *)p = twin_cbor_get_bytes(r, TWIN_CBOR_TSTR);
        break;
    case TWIN_F_BSTR:
        *(struct twin_span *)p = decode_bstr(r);
        break;
    case TWIN_F_LIST:
    case TWIN_F_DICT:
        decode_items(r, f, out);
        break;
    case TWIN_F_MSG:
        decode_fields(r, f->item, p, 0);
        break;
    }
}

/* Index of the field with this key; field_count if the message has none. */
static unsigned find_field(const struct twin_msg *msg, struct twin_span key, unsigned first)
{
    unsigned i = first;

    while (i < msg->field_count && (strlen(msg->fields[i].key) != key.len ||
                                    memcmp(msg->fields[i].key, key.ptr, key.len) != 0)) {
        i++;
    }
    return i;
}

/* Read a map into the fields from `first` on. */
static void decode_fields(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                          unsigned first)
{
    uint32_t left = open_items(r, TWIN_CBOR_MAP);
    uint32_t present = 0;

    memset(out, 0, msg->size);
    while (twin_cbor_next(r, &left)) {
        struct twin_span key = twin_cbor_get_bytes(r, TWIN_CBOR_TSTR);
        if (r->failed) {
            break;
        }
        unsigned i = find_field(msg, key, first);
        if (i == msg->field_count) {
            twin_cbor_skip(r); /* newer peers may add keys */
        } else {
            decode_value(r, &msg->fields[i], out);
            present |= UINT32_C(1) << i;
        }
    }
    for (unsigned i = first; i < msg->field_count; i++) {
        if (msg->fields[i].required && (present >> i & 1u) == 0) {
            r->failed = true;
        }
    }
    *(uint32_t *)out = present;
}

void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    decode_fields(r, msg, out, 0);
}
