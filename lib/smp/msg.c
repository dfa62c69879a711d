/*
 * msg.c - structs to CBOR and back, as the tables say: all of the writing, and the reading of
 * requests. Answers are read in msg_read.c, which a device does not link; fields that few requests
 * have, in msg_decode_more.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_priv.h"

/* As what bytes and text, and numbers without a sign, are written. */
static enum twin_cbor_major major_of(const struct twin_field *f)
{
    return (enum twin_cbor_major)(f->type - 1);
}

/* ---- Writing ---- */

static void put_i64(struct twin_cbor_writer *w, int64_t value)
{
    const bool is_negative = value < 0;

    twin_cbor_put_head(w, is_negative ? TWIN_CBOR_NINT : TWIN_CBOR_UINT,
                       (uint64_t)(is_negative ? ~value : value));
}

static void put_field(struct twin_cbor_writer *w, const struct twin_field *f, const void *in)
{
    const void *p = (const uint8_t *)in + f->offset;

    twin_cbor_put_text(w, f->key);
    switch (f->type) {
    case TWIN_F_U32:
        twin_cbor_put_head(w, TWIN_CBOR_UINT, *(const uint32_t *)p);
        break;
    case TWIN_F_U64:
        twin_cbor_put_head(w, TWIN_CBOR_UINT, *(const uint64_t *)p);
        break;
    case TWIN_F_I64:
        put_i64(w, *(const int64_t *)p);
        break;
    case TWIN_F_BOOL:
        twin_cbor_put_bool(w, *(const bool *)p);
        break;
    case TWIN_F_BSTR:
    case TWIN_F_TSTR:
        twin_cbor_put_bytes(w, major_of(f), *(const struct twin_span *)p);
        break;
    default: /* RAW, LIST, MAP */
        twin_cbor_put_raw(w, *(const struct twin_span *)p);
        break;
    }
}

void twin_msg_encode(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in)
{
    const uint32_t present = *(const uint32_t *)in;
    const size_t head = w->len;
    unsigned count = 0;

    twin_cbor_put_head(w, TWIN_CBOR_MAP, 0);
    for (unsigned i = 0; i < msg->field_count; i++) {
        const struct twin_field *f = &msg->fields[i];
        if ((f->flags & TWIN_REQUIRED) != 0 || (present >> i & 1u) != 0) {
            put_field(w, f, in);
            count++;
        }
    }
    if (!w->failed) {
        w->buf[head] =
            (uint8_t)(w->buf[head] + count); /* there are no more than fit its low bits */
    }
}

/* ---- Reading ---- */

/* Pass over a key and give the index of its field; field_count if the message has none. */
static unsigned get_key(struct twin_cbor_reader *r, const struct twin_msg *msg)
{
    struct twin_cbor_reader key = *r;
    unsigned i = 0;
    uint64_t len;

    twin_cbor_skip(r);
    if (twin_cbor_get_head(&key, &len) != TWIN_CBOR_TSTR) {
        return msg->field_count;
    }
    while (i < msg->field_count &&
           (strlen(msg->fields[i].key) != (size_t)len ||
            memcmp(msg->fields[i].key, &key.buf[key.off], (size_t)len) != 0)) {
        i++;
    }
    return i;
}

void twin_msg_walk(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                   const struct twin_msg_rules *rules)
{
    uint32_t present = 0;
    uint64_t count;

    memset(out, 0, msg->size);
    if (twin_cbor_get_head(r, &count) != TWIN_CBOR_MAP) {
        r->failed = true;
    }
    uint32_t left = (uint32_t)count;
    while (twin_cbor_next(r, &left)) {
        unsigned i = get_key(r, msg);
        struct twin_cbor_reader value = *r;
        twin_cbor_skip(r);
        if (r->failed || i == msg->field_count) {
            continue; /* newer peers may add keys */
        }
        const struct twin_field *f = &msg->fields[i];
        if (rules->take(&value, f, (uint8_t *)out + f->offset)) {
            present |= UINT32_C(1) << i;
        } else if ((f->flags & rules->vital) != 0) {
            r->failed = true;
        }
    }
    for (unsigned i = 0; i < msg->field_count; i++) {
        if ((msg->fields[i].flags & TWIN_REQUIRED) != 0 && (present >> i & 1u) == 0) {
            r->failed = true;
        }
    }
    *(uint32_t *)out = present;
}

/*
 * A field of a request: exactly what the table says. Booleans and null become the number and the
 * string that they stand for first.
 */
bool twin_msg_take_exact(struct twin_cbor_reader *r, const struct twin_field *f, void *p)
{
    uint64_t wide;
    unsigned major = twin_cbor_get_head(r, &wide);
    uint32_t value = (uint32_t)wide;

    if (major == TWIN_CBOR_SIMPLE && f->type == TWIN_F_BOOL && value - TWIN_CBOR_FALSE <= 1) {
        major = TWIN_CBOR_UINT;
        wide = value - TWIN_CBOR_FALSE;
    }
    if (f->type == TWIN_F_BOOL) {
        *(bool *)p = wide != 0;
        return major == TWIN_CBOR_UINT;
    }
    if (major == TWIN_CBOR_SIMPLE && f->type == TWIN_F_BSTR && value == TWIN_CBOR_NULL) {
        major = TWIN_CBOR_BSTR;
        value = 0;
    }
    if (f->type == TWIN_F_U32) {
        *(uint32_t *)p = value;
        return major == TWIN_CBOR_UINT && wide == value;
    }
    if (f->type > TWIN_F_TSTR || major != major_of(f) || value == TWIN_CBOR_INDEFINITE) {
        return false;
    }
    *(struct twin_span *)p = (struct twin_span){&r->buf[r->off], value};
    return true;
}

void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    static const struct twin_msg_rules exact = {twin_msg_take_exact, TWIN_ALL_VITAL};

    twin_msg_walk(r, msg, out, &exact);
}
