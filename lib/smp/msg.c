/*
 * msg.c - structs to CBOR and back, as the tables say: all of the writing, and the reading of
 * requests. Answers are read in msg_read.c, which a device does not link.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_priv.h"

/* ---- Writing ---- */

static bool is_sent(const struct twin_msg *msg, unsigned i, uint32_t present)
{
    return msg->fields[i].required || (present >> i & 1u) != 0;
}

static void encode_i64(struct twin_cbor_writer *w, int64_t value)
{
    if (value < 0) {
        twin_cbor_put_head(w, TWIN_CBOR_NINT, (uint64_t)(-1 - value));
    } else {
        twin_cbor_put_head(w, TWIN_CBOR_UINT, (uint64_t)value);
    }
}

static void encode_value(struct twin_cbor_writer *w, const struct twin_field *f, const void *p)
{
    switch ((enum twin_field_type)f->type) {
    case TWIN_F_U32:
        twin_cbor_put_head(w, TWIN_CBOR_UINT, *(const uint32_t *)p);
        break;
    case TWIN_F_U64:
        twin_cbor_put_head(w, TWIN_CBOR_UINT, *(const uint64_t *)p);
        break;
    case TWIN_F_I64:
        encode_i64(w, *(const int64_t *)p);
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
    case TWIN_F_MAP:
        twin_cbor_put_raw(w, *(const struct twin_span *)p);
        break;
    }
}

void twin_msg_encode(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in)
{
    uint32_t present = *(const uint32_t *)in;
    uint32_t count = 0;

    for (unsigned i = 0; i < msg->field_count; i++) {
        count += is_sent(msg, i, present);
    }
    twin_cbor_put_head(w, TWIN_CBOR_MAP, count);
    for (unsigned i = 0; i < msg->field_count; i++) {
        if (is_sent(msg, i, present)) {
            twin_cbor_put_text(w, msg->fields[i].key);
            encode_value(w, &msg->fields[i], (const uint8_t *)in + msg->fields[i].offset);
        }
    }
}

void twin_msg_begin_list(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in,
                         uint32_t count)
{
    const struct twin_field *f = msg->fields;

    twin_cbor_put_head(w, TWIN_CBOR_MAP, msg->field_count);
    for (; f->type != TWIN_F_LIST && f->type != TWIN_F_MAP; f++) {
        twin_cbor_put_text(w, f->key);
        encode_value(w, f, (const uint8_t *)in + f->offset);
    }
    twin_cbor_put_text(w, f->key);
    twin_cbor_put_head(w, f->type == TWIN_F_MAP ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY, count);
}

/* ---- Reading ---- */

/* Pass over a key and give the index of its field; field_count if the message has none. */
static unsigned get_key(struct twin_cbor_reader *r, const struct twin_msg *msg)
{
    struct twin_cbor_reader key = *r;
    unsigned i = 0;
    uint64_t len;

    twin_cbor_skip(r);
    if (r->failed || twin_cbor_get_head(&key, &len) != TWIN_CBOR_TSTR) {
        return msg->field_count;
    }
    while (i < msg->field_count &&
           (strlen(msg->fields[i].key) != len ||
            memcmp(msg->fields[i].key, &key.buf[key.off], (size_t)len) != 0)) {
        i++;
    }
    return i;
}

void twin_msg_walk(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                   twin_msg_take_fn take, bool all_vital)
{
    uint32_t present = 0;
    uint64_t count;

    memset(out, 0, msg->size);
    r->failed |= twin_cbor_get_head(r, &count) != TWIN_CBOR_MAP;
    uint32_t left = (uint32_t)count;
    while (twin_cbor_next(r, &left)) {
        unsigned i = get_key(r, msg);
        struct twin_cbor_reader value = *r;
        twin_cbor_skip(r);
        if (r->failed || i == msg->field_count) {
            continue; /* newer peers may add keys */
        }
        const struct twin_field *f = &msg->fields[i];
        if (take(&value, f, (uint8_t *)out + f->offset)) {
            present |= UINT32_C(1) << i;
        } else {
            r->failed |= all_vital || f->vital;
        }
    }
    for (unsigned i = 0; i < msg->field_count; i++) {
        r->failed |= msg->fields[i].required && (present >> i & 1u) == 0;
    }
    *(uint32_t *)out = present;
}

static bool take_bool(enum twin_cbor_major major, uint64_t value, bool *out)
{
    bool is_true = major == TWIN_CBOR_SIMPLE && value == TWIN_CBOR_TRUE;
    bool is_false = major == TWIN_CBOR_SIMPLE && value == TWIN_CBOR_FALSE;

    *out = is_true || (major == TWIN_CBOR_UINT && value != 0);
    return is_true || is_false || major == TWIN_CBOR_UINT;
}

/* Take a field of a request: exactly what the table says. */
static bool take_exact(struct twin_cbor_reader *r, const struct twin_field *f, void *p)
{
    uint64_t value;
    enum twin_cbor_major major = twin_cbor_get_head(r, &value);

    switch ((enum twin_field_type)f->type) {
    case TWIN_F_U32:
        *(uint32_t *)p = (uint32_t)value;
        return major == TWIN_CBOR_UINT && value <= UINT32_MAX;
    case TWIN_F_BOOL:
        return take_bool(major, value, p);
    case TWIN_F_TSTR:
    case TWIN_F_BSTR:
        if (f->type == TWIN_F_BSTR && major == TWIN_CBOR_SIMPLE && value == TWIN_CBOR_NULL) {
            *(struct twin_span *)p = (struct twin_span){NULL, 0};
            return true;
        }
        *(struct twin_span *)p = (struct twin_span){&r->buf[r->off], (size_t)value};
        return major == (f->type == TWIN_F_BSTR ? TWIN_CBOR_BSTR : TWIN_CBOR_TSTR) &&
               value != TWIN_CBOR_INDEFINITE;
    case TWIN_F_U64:
    case TWIN_F_I64:
    case TWIN_F_LIST:
    case TWIN_F_MAP:
        break;
    }
    return false;
}

void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out)
{
    twin_msg_walk(r, msg, out, take_exact, true);
}
