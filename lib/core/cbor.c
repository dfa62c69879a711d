/*
 * cbor.c - CBOR heads, strings and skipping. What the items mean is for lib/smp/msg.c.
 * Spec: RFC 8949 section 3. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/cbor.h"
#include <string.h>

#define BREAK       0xffu
#define NESTING_MAX 8

/* The low five bits of a head: the value itself, or how many bytes of value follow. */
enum { INFO_DIRECT_MAX = 23, INFO_1_BYTE = 24, INFO_8_BYTES = 27, INFO_INDEFINITE = 31 };
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21 };

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
    uint8_t head[9];
    unsigned info = (unsigned)value;
    size_t extra = 0; /* value bytes after the first: 0, 1, 2, 4 or 8 */

    if (value > INFO_DIRECT_MAX) {
        info = INFO_1_BYTE;
        extra = 1;
        while (extra < 8 && value >> (8 * extra) != 0) {
            info++;
            extra *= 2;
        }
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
    twin_cbor_put_head(w, TWIN_CBOR_SIMPLE, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

enum twin_cbor_major twin_cbor_peek(struct twin_cbor_reader *r)
{
    if (r->failed || r->off >= r->len) {
        r->failed = true;
        return TWIN_CBOR_SIMPLE;
    }
    return (enum twin_cbor_major)(r->buf[r->off] >> 5);
}

static bool is_container(enum twin_cbor_major major)
{
    return major == TWIN_CBOR_ARRAY || major == TWIN_CBOR_MAP;
}

/* Read the value of a head whose first byte has been consumed. */
static uint64_t get_value(struct twin_cbor_reader *r, unsigned info, bool container)
{
    uint64_t value = 0;

    if (info <= INFO_DIRECT_MAX) {
        return info;
    }
    if (info == INFO_INDEFINITE && container) {
        return TWIN_CBOR_INDEFINITE;
    }
    size_t extra = info <= INFO_8_BYTES ? (size_t)1 << (info - INFO_1_BYTE) : SIZE_MAX;
    if (extra > r->len - r->off) {
        r->failed = true;
        return 0;
    }
    for (size_t i = 0; i < extra; i++) {
        value = value << 8 | r->buf[r->off + i];
    }
    r->off += extra;
    if (container && value == TWIN_CBOR_INDEFINITE) {
        r->failed = true; /* a count that no buffer can hold must not pass for "indefinite" */
    }
    return value;
}

enum twin_cbor_major twin_cbor_get_head(struct twin_cbor_reader *r, uint64_t *value)
{
    enum twin_cbor_major major = twin_cbor_peek(r);

    *value = 0;
    if (!r->failed) {
        unsigned info = r->buf[r->off] & 31u;
        r->off++;
        *value = get_value(r, info, is_container(major));
    }
    if (r->failed) {
        *value = 0;
        return TWIN_CBOR_SIMPLE;
    }
    return major;
}

/* Pass over len bytes of a string's content and return them. */
static struct twin_span take(struct twin_cbor_reader *r, uint64_t len)
{
    struct twin_span s = {NULL, 0};

    if (r->failed || len > r->len - r->off) {
        r->failed = true;
        return s;
    }
    s.ptr = &r->buf[r->off];
    s.len = (size_t)len;
    r->off += s.len;
    return s;
}

struct twin_span twin_cbor_get_bytes(struct twin_cbor_reader *r, enum twin_cbor_major major)
{
    uint64_t len;

    if (twin_cbor_get_head(r, &len) != major) {
        r->failed = true;
    }
    return take(r, len);
}

bool twin_cbor_at_break(struct twin_cbor_reader *r)
{
    if (r->failed || r->off >= r->len || r->buf[r->off] != BREAK) {
        return false;
    }
    r->off++;
    return true;
}

/* Items that a container holds; a map's keys and values count separately. */
static uint64_t items_of(struct twin_cbor_reader *r, enum twin_cbor_major major, uint64_t count)
{
    if (count == TWIN_CBOR_INDEFINITE) {
        return count;
    }
    if (count > r->len) {
        r->failed = true; /* an item takes at least a byte */
        return 0;
    }
    return major == TWIN_CBOR_MAP ? 2 * count : count;
}

void twin_cbor_skip(struct twin_cbor_reader *r)
{
    uint64_t left[NESTING_MAX] = {1}; /* items still to pass over, for each open container */
    size_t depth = 0;

    while (!r->failed) {
        bool indefinite = left[depth] == TWIN_CBOR_INDEFINITE;
        if (left[depth] == 0 || (indefinite && twin_cbor_at_break(r))) {
            if (depth == 0) {
                return;
            }
            depth--;
            continue;
        }
        uint64_t value;
        enum twin_cbor_major major = twin_cbor_get_head(r, &value);
        if (major == TWIN_CBOR_TAG) {
            continue; /* what is tagged follows and is the item */
        }
        left[depth] -= indefinite ? 0 : 1;
        if (major == TWIN_CBOR_BSTR || major == TWIN_CBOR_TSTR) {
            take(r, value);
        } else if (is_container(major) && ++depth == NESTING_MAX) {
            r->failed = true;
        } else if (is_container(major)) {
            left[depth] = items_of(r, major, value);
        }
    }
}
