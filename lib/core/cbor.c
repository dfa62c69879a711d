/*
 * cbor.c - CBOR heads, strings and skipping. lib/smp/msg.c knows what the items mean.
 * Spec: RFC 8949 section 3. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/cbor.h"
#include <string.h>

#define BREAK       0xffu
#define NESTING_MAX 16

/* The low five bits of a head: the value itself, or how many bytes of value follow. */
enum { INFO_DIRECT_MAX = 23, INFO_1_BYTE = 24, INFO_8_BYTES = 27, INFO_INDEFINITE = 31 };

void twin_cbor_put_raw(struct twin_cbor_writer *w, struct twin_span s)
{
    if (w->failed || s.len > w->cap - w->len) {
        w->failed = true;
        return;
    }
    if (s.len != 0) {
        memcpy(&w->buf[w->len], s.ptr, s.len);
        w->len += s.len;
    }
}

void twin_cbor_put_head(struct twin_cbor_writer *w, enum twin_cbor_major major, uint64_t value)
{
    /* The shortest form: log2 of the bytes that the value needs behind the first. */
    const uint32_t low = (uint32_t)value;
    unsigned size = value != low ? 3 : low > UINT16_MAX ? 2 : low > UINT8_MAX ? 1 : 0;
    unsigned info = INFO_1_BYTE + size;
    size_t extra = (size_t)1 << size;
    uint8_t head[9];

    if (size == 0 && low <= INFO_DIRECT_MAX) {
        info = low;
        extra = 0;
    }
    head[0] = (uint8_t)((unsigned)major << 5 | info);
    for (size_t i = extra; i > 0; i--) {
        head[i] = (uint8_t)value;
        value >>= 8;
    }
    twin_cbor_put_raw(w, (struct twin_span){head, 1 + extra});
}

void twin_cbor_put_bytes(struct twin_cbor_writer *w, enum twin_cbor_major major, struct twin_span s)
{
    twin_cbor_put_head(w, major, s.len);
    twin_cbor_put_raw(w, s);
}

void twin_cbor_put_text(struct twin_cbor_writer *w, const char *text)
{
    twin_cbor_put_bytes(w, TWIN_CBOR_TSTR, twin_span_text(text));
}

void twin_cbor_put_bool(struct twin_cbor_writer *w, bool value)
{
    twin_cbor_put_head(w, TWIN_CBOR_SIMPLE, value ? TWIN_CBOR_TRUE : TWIN_CBOR_FALSE);
}

static bool is_string(enum twin_cbor_major major)
{
    return major == TWIN_CBOR_BSTR || major == TWIN_CBOR_TSTR;
}

/* Does the value of such a head say how much follows? */
static bool has_length(enum twin_cbor_major major)
{
    return is_string(major) || major == TWIN_CBOR_ARRAY || major == TWIN_CBOR_MAP;
}

/* Read the value of a head whose first byte has been consumed. */
static uint64_t get_value(struct twin_cbor_reader *r, unsigned info)
{
    uint64_t value = 0;

    if (info <= INFO_DIRECT_MAX) {
        return info;
    }
    size_t extra = info <= INFO_8_BYTES ? (size_t)1 << (info - INFO_1_BYTE) : SIZE_MAX;
    if (extra > r->len - r->off) {
        r->failed = true;
        return 0;
    }
    const uint8_t *bytes = &r->buf[r->off];
    r->off += extra;
    for (size_t i = 0; i < extra; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static enum twin_cbor_major get_any_head(struct twin_cbor_reader *r, uint64_t *value)
{
    if (r->failed || r->off >= r->len) {
        r->failed = true;
        return TWIN_CBOR_SIMPLE;
    }
    enum twin_cbor_major major = (enum twin_cbor_major)(r->buf[r->off] >> 5);
    unsigned info = r->buf[r->off] & 31u;
    r->off++;
    if (info == INFO_INDEFINITE && has_length(major)) {
        *value = TWIN_CBOR_INDEFINITE;
        return major;
    }
    const uint64_t number = get_value(r, info);
    if (has_length(major) && number > r->len - r->off) {
        r->failed = true; /* each of them takes a byte at least */
    }
    *value = major == TWIN_CBOR_SIMPLE && info > INFO_DIRECT_MAX ? TWIN_CBOR_OTHER : number;
    return major;
}

enum twin_cbor_major twin_cbor_get_head(struct twin_cbor_reader *r, uint64_t *value)
{
    enum twin_cbor_major major;

    do {
        major = get_any_head(r, value);
    } while (major == TWIN_CBOR_TAG);
    if (r->failed) {
        *value = 0;
        return TWIN_CBOR_SIMPLE;
    }
    return major;
}

struct twin_span twin_cbor_get_bytes(struct twin_cbor_reader *r, enum twin_cbor_major major)
{
    struct twin_span s = {NULL, 0};
    uint64_t len;

    if (twin_cbor_get_head(r, &len) != major || len == TWIN_CBOR_INDEFINITE) {
        r->failed = true;
    }
    if (!r->failed) {
        s = (struct twin_span){&r->buf[r->off], (size_t)len};
        r->off += s.len;
    }
    return s;
}

bool twin_cbor_next(struct twin_cbor_reader *r, uint32_t *left)
{
    if (r->failed || *left == 0) {
        return false;
    }
    if (*left != TWIN_CBOR_INDEFINITE) {
        (*left)--;
        return true;
    }
    if (r->off < r->len && r->buf[r->off] == BREAK) {
        r->off++;
        return false;
    }
    return true;
}

void twin_cbor_skip(struct twin_cbor_reader *r)
{
    uint32_t left[NESTING_MAX] = {1}; /* items still to pass over, for each open container */
    size_t depth = 0;

    while (!r->failed) {
        uint64_t value;
        if (!twin_cbor_next(r, &left[depth])) {
            if (depth == 0) {
                return;
            }
            depth--;
            continue;
        }
        enum twin_cbor_major major = twin_cbor_get_head(r, &value);
        const uint32_t len = (uint32_t)value; /* of what has one */
        if (is_string(major) && len != TWIN_CBOR_INDEFINITE) {
            r->off += len;
        } else if (has_length(major) && ++depth == NESTING_MAX) {
            r->failed = true;
        } else if (has_length(major)) { /* a map's keys and values count separately */
            left[depth] = len;
            if (major == TWIN_CBOR_MAP && len != TWIN_CBOR_INDEFINITE) {
                left[depth] *= 2;
            }
        }
    }
}
