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

void twin_cbor_put_head(struct twin_cbor_writer *w, enum twin_cbor_major major, uint32_t value)
{
    /* The shortest form: log2 of the bytes that the value needs behind the first. */
    unsigned size = value > UINT16_MAX ? 2 : value > UINT8_MAX ? 1 : 0;
    unsigned info = INFO_1_BYTE + size;
    size_t extra = (size_t)1 << size;
    uint8_t head[5];

    if (value <= INFO_DIRECT_MAX) {
        info = value;
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
    w->failed |= s.len > UINT32_MAX;
    twin_cbor_put_head(w, major, (uint32_t)s.len);
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

/*
 * Read the value of a head whose first byte has been consumed. Sets *wide if it needs more than 32
 * bits.
 */
static uint32_t get_value(struct twin_cbor_reader *r, unsigned info, bool *wide)
{
    uint32_t value = 0;

    *wide = false;
    if (info <= INFO_DIRECT_MAX) {
        return info;
    }
    size_t extra = info <= INFO_8_BYTES ? (size_t)1 << (info - INFO_1_BYTE) : SIZE_MAX;
    if (extra > r->len - r->off) {
        r->failed = true;
        return 0;
    }
    for (size_t i = 0; i < extra; i++) {
        *wide |= value >> 24 != 0;
        value = value << 8 | r->buf[r->off];
        r->off++;
    }
    return value;
}

enum twin_cbor_major twin_cbor_get_head(struct twin_cbor_reader *r, uint32_t *value)
{
    enum twin_cbor_major major = twin_cbor_peek(r);
    bool wide;

    *value = 0;
    if (r->failed) {
        return TWIN_CBOR_SIMPLE;
    }
    unsigned info = r->buf[r->off] & 31u;
    r->off++;
    if (info == INFO_INDEFINITE && is_container(major)) {
        *value = TWIN_CBOR_INDEFINITE;
        return major;
    }
    *value = get_value(r, info, &wide);
    bool is_number = major == TWIN_CBOR_UINT || major == TWIN_CBOR_NINT;
    if ((is_number && wide) || (major == TWIN_CBOR_SIMPLE && info > INFO_DIRECT_MAX)) {
        *value = TWIN_CBOR_OTHER;
        return TWIN_CBOR_SIMPLE;
    }
    /* Lengths and counts that no buffer can hold; a count must not pass for "indefinite" either. */
    if (!is_number && (wide || *value == UINT32_MAX)) {
        r->failed = true;
        *value = 0;
    }
    return r->failed ? TWIN_CBOR_SIMPLE : major;
}

/* Pass over len bytes of a string's content and return them. */
static struct twin_span take(struct twin_cbor_reader *r, size_t len)
{
    struct twin_span s = {NULL, 0};

    if (r->failed || len > r->len - r->off) {
        r->failed = true;
        return s;
    }
    s.ptr = &r->buf[r->off];
    s.len = len;
    r->off += len;
    return s;
}

struct twin_span twin_cbor_get_bytes(struct twin_cbor_reader *r, enum twin_cbor_major major)
{
    uint32_t len;

    if (twin_cbor_get_head(r, &len) != major) {
        r->failed = true;
    }
    return take(r, len);
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

/* Items that a container holds; a map's keys and values count separately. */
static uint32_t items_of(struct twin_cbor_reader *r, enum twin_cbor_major major, uint32_t count)
{
    if (count == TWIN_CBOR_INDEFINITE || major == TWIN_CBOR_ARRAY) {
        return count;
    }
    if (count > r->len) {
        r->failed = true; /* an item takes at least a byte */
        return 0;
    }
    return 2 * count;
}

void twin_cbor_skip(struct twin_cbor_reader *r)
{
    uint32_t left[NESTING_MAX] = {1}; /* items still to pass over, for each open container */
    size_t depth = 0;

    while (!r->failed) {
        enum twin_cbor_major major;
        uint32_t value;
        if (!twin_cbor_next(r, &left[depth])) {
            if (depth == 0) {
                return;
            }
            depth--;
            continue;
        }
        do { /* what is tagged follows the tag and is the item */
            major = twin_cbor_get_head(r, &value);
        } while (major == TWIN_CBOR_TAG);
        if (major == TWIN_CBOR_BSTR || major == TWIN_CBOR_TSTR) {
            take(r, value);
        } else if (is_container(major) && ++depth == NESTING_MAX) {
            r->failed = true;
        } else if (is_container(major)) {
            left[depth] = items_of(r, major, value);
        }
    }
}
