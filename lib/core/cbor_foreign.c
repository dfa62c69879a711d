/*
 * cbor_foreign.c - the forms of CBOR that we never write, and a device need not read:
 * numbers that are not integers, strings in pieces. Spec: RFC 8949 sections 3.2.3 and 3.3.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/cbor.h"
#include <string.h>

#define BREAK 0xffu

/* ---- Numbers ---- */

/* Where sign, exponent and fraction are in a float. */
struct float_form {
    uint8_t first; /* byte of its head */
    uint8_t exponent_bits, fraction_bits;
};

static const struct float_form forms[] = {{0xf9, 5, 10}, {0xfa, 8, 23}, {0xfb, 11, 52}};

/* The whole part of a float; false for one that needs more than 64 bits, infinity and NaN. */
static bool cut_float(const struct float_form *form, uint64_t bits, struct twin_cbor_number *number)
{
    const int exponent_max = (1 << form->exponent_bits) - 1; /* infinity and NaN */
    const int bias = exponent_max / 2;
    const uint64_t hidden = UINT64_C(1) << form->fraction_bits;
    const uint64_t fraction = (bits & (hidden - 1)) | hidden;
    const int exponent = (int)(bits >> form->fraction_bits) & exponent_max;
    const int shift = exponent - bias - form->fraction_bits;
    const bool is_negative = bits >> (form->fraction_bits + form->exponent_bits) & 1;
    uint64_t whole = 0;

    if (exponent == exponent_max || exponent > bias + 63) {
        return false;
    }
    if (shift >= 0) {
        whole = fraction << shift;
    } else if (exponent >= bias) {
        whole = fraction >> -shift;
    }
    number->is_negative = is_negative && whole != 0;
    number->magnitude = number->is_negative ? whole - 1 : whole;
    return true;
}

static uint64_t get_be(const uint8_t *bytes, size_t len)
{
    uint64_t value = 0;

    for (size_t i = 0; i < len; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static bool get_float(struct twin_cbor_reader *r, uint8_t first, struct twin_cbor_number *number)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const size_t len = (size_t)2 << i;
        if (forms[i].first == first) {
            return cut_float(&forms[i], get_be(&r->buf[r->off - len], len), number);
        }
    }
    return false;
}

/* Leading zeros are legal, and useless. */
static bool get_big(struct twin_span digits, struct twin_cbor_number *number)
{
    while (digits.len > sizeof(number->magnitude) && digits.ptr[0] == 0) {
        digits.ptr++;
        digits.len--;
    }
    number->magnitude = get_be(digits.ptr, digits.len);
    return digits.len <= sizeof(number->magnitude);
}

/* Pass over tags. tag, first: first byte of the last tag (0: there was none), and of the item. */
static void pass_tags(struct twin_cbor_reader *r, uint8_t *tag, uint8_t *first)
{
    *tag = 0;
    *first = 0;
    while (r->off < r->len) {
        *first = r->buf[r->off];
        const unsigned info = *first & 31u;
        if (*first >> 5 != TWIN_CBOR_TAG || info > 27) {
            return;
        }
        *tag = *first;
        r->off += 1 + (info < 24 ? 0 : (size_t)1 << (info - 24));
    }
    r->off = r->len;
}

bool twin_cbor_get_number(struct twin_cbor_reader *r, struct twin_cbor_number *number)
{
    enum { TAG_BIG = 0xc2, TAG_BIG_NEGATIVE = 0xc3 };
    uint8_t tag, first;
    uint64_t value;

    pass_tags(r, &tag, &first);
    const enum twin_cbor_major major = twin_cbor_get_head(r, &value);
    *number = (struct twin_cbor_number){.magnitude = value};
    if (r->failed) {
        return false;
    }
    if (major == TWIN_CBOR_UINT || major == TWIN_CBOR_NINT) {
        number->is_negative = major == TWIN_CBOR_NINT;
        return true;
    }
    if (major == TWIN_CBOR_BSTR && (tag == TAG_BIG || tag == TAG_BIG_NEGATIVE) &&
        value != TWIN_CBOR_INDEFINITE) {
        number->is_negative = tag == TAG_BIG_NEGATIVE;
        const struct twin_span digits = {&r->buf[r->off], (size_t)value};
        r->off += digits.len;
        return get_big(digits, number);
    }
    if (major == TWIN_CBOR_SIMPLE && (value == TWIN_CBOR_FALSE || value == TWIN_CBOR_TRUE)) {
        number->magnitude = value == TWIN_CBOR_TRUE;
        return true;
    }
    return major == TWIN_CBOR_SIMPLE && get_float(r, first, number);
}

/* ---- Strings in pieces ---- */

/*
 * Join the pieces of a string in the place of the first one. r is behind the head at first, and in
 * the end behind the break. Nothing is moved over bytes that are still to be read.
 */
static bool gather(struct twin_cbor_reader *r, uint8_t *buf, enum twin_cbor_major major,
                   size_t *start, size_t *len)
{
    uint32_t left = TWIN_CBOR_INDEFINITE;

    *start = r->off;
    *len = 0;
    while (twin_cbor_next(r, &left)) {
        const bool is_piece = r->off < r->len && r->buf[r->off] >> 5 == (unsigned)major;
        const struct twin_span piece = twin_cbor_get_bytes(r, major);
        if (r->failed || !is_piece) {
            return false;
        }
        memmove(&buf[*start + *len], piece.ptr, piece.len);
        *len += piece.len;
    }
    return !r->failed;
}

/*
 * Copy what follows a head: nothing, or a string. The joined string is never longer than its pieces
 * with their heads, so that w stays behind r.
 */
static bool copy_content(struct twin_cbor_writer *w, struct twin_cbor_reader *r, size_t head,
                         enum twin_cbor_major major, uint64_t value)
{
    const bool is_string = major == TWIN_CBOR_BSTR || major == TWIN_CBOR_TSTR;
    size_t start = r->off, len = 0;

    if (is_string && value == TWIN_CBOR_INDEFINITE) {
        uint8_t first[9];
        struct twin_cbor_writer joined = {.buf = first, .cap = sizeof(first)};
        if (!gather(r, w->buf, major, &start, &len)) {
            return false;
        }
        twin_cbor_put_head(&joined, major, len);
        memmove(&w->buf[w->len + joined.len], &w->buf[start], len);
        memcpy(&w->buf[w->len], first, joined.len);
        w->len += joined.len + len;
        return true;
    }
    if (is_string) {
        len = (size_t)value;
        r->off += len;
    }
    memmove(&w->buf[w->len], &w->buf[head], start - head + len);
    w->len += start - head + len;
    return true;
}

twin_err_t twin_cbor_join(uint8_t *buf, size_t *len)
{
    struct twin_cbor_reader r = {.buf = buf, .len = *len};
    struct twin_cbor_writer w = {.buf = buf, .cap = *len};

    twin_cbor_skip(&r);
    if (r.failed) {
        return TWIN_E_FORMAT;
    }
    r.len = r.off;
    r.off = 0;
    while (r.off < r.len) {
        const size_t head = r.off;
        uint64_t value;
        if (buf[head] == BREAK) {
            r.off++;
            buf[w.len++] = BREAK;
            continue;
        }
        const enum twin_cbor_major major = twin_cbor_get_head(&r, &value);
        if (r.failed || !copy_content(&w, &r, head, major, value)) {
            return TWIN_E_FORMAT;
        }
    }
    *len = w.len;
    return TWIN_OK;
}
