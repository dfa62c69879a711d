/*
 * twin/cbor.h - CBOR (RFC 8949) reader and writer over caller-owned buffers.
 *
 * Both are sticky: after the first fault every call does nothing, so check `failed` once, at the
 * end. Writers make the canonical subset that SMP needs: numbers in their shortest form, strings,
 * arrays and maps of known length, booleans and null. Readers take whatever is well-formed: numbers
 * of any width, containers without a length, tags (which are passed over: what follows is the
 * item). Two things a caller has to expect by itself: floats (twin_cbor_get_number) and strings in
 * pieces (twin_cbor_join). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"
#include <stdbool.h>

TWIN_C_BEGIN

enum twin_cbor_major {
    TWIN_CBOR_UINT = 0,
    TWIN_CBOR_NINT = 1, /* value v stands for -1 - v */
    TWIN_CBOR_BSTR = 2,
    TWIN_CBOR_TSTR = 3,
    TWIN_CBOR_ARRAY = 4,
    TWIN_CBOR_MAP = 5,
    TWIN_CBOR_TAG = 6,
    TWIN_CBOR_SIMPLE = 7
};

/* Values of SIMPLE. OTHER: a float, or a simple value that is written in two bytes. */
#define TWIN_CBOR_FALSE 20u
#define TWIN_CBOR_TRUE  21u
#define TWIN_CBOR_NULL  22u
#define TWIN_CBOR_OTHER UINT32_MAX

/* As the count of an array or map: a break byte marks its end. As the length of a string: it comes
 * in pieces, each a string of its own, up to a break byte. */
#define TWIN_CBOR_INDEFINITE UINT32_MAX

struct twin_cbor_writer {
    uint8_t *buf;
    size_t cap; /* bytes of room in buf */
    size_t len; /* bytes written so far */
    bool failed;
};

struct twin_cbor_reader {
    const uint8_t *buf;
    size_t len; /* bytes in buf, below 2^31 */
    size_t off; /* of the next item */
    bool failed;
};

void twin_cbor_put_head(struct twin_cbor_writer *w, enum twin_cbor_major major, uint64_t value);
void twin_cbor_put_bytes(struct twin_cbor_writer *w, enum twin_cbor_major major,
                         struct twin_span s);
void twin_cbor_put_text(struct twin_cbor_writer *w, const char *text); /* a C string as TSTR */

/* Append bytes as they are: items encoded before, or the content of a string whose head was put
 * with the full length. */
void twin_cbor_put_raw(struct twin_cbor_writer *w, struct twin_span s);
void twin_cbor_put_bool(struct twin_cbor_writer *w, bool value);

/*
 * Read the next head, behind any tags.
 *
 * value  out: the number; the bytes of a string, which follow; the count of an array or map (of
 *        pairs), whose items follow; which SIMPLE. A length or a count is never above the bytes
 *        that are left, or it is TWIN_CBOR_INDEFINITE.
 *
 * On a fault, or at the end, sets failed and returns SIMPLE with value 0.
 */
enum twin_cbor_major twin_cbor_get_head(struct twin_cbor_reader *r, uint64_t *value);

/* Read a string of the given major type (BSTR or TSTR), not in pieces; points into buf. */
struct twin_span twin_cbor_get_bytes(struct twin_cbor_reader *r, enum twin_cbor_major major);

/*
 * Go through a container: is there another item (of a map: another key)?
 *
 * left  set to the container's count before the first call; kept by the caller between calls.
 *
 * False at the end, whose break byte it consumes, and after a fault. Every item takes at least a
 * byte, so a loop over this ends.
 */
bool twin_cbor_next(struct twin_cbor_reader *r, uint32_t *left);

/* Pass over one item, whatever it is; nesting up to 16 levels, deeper fails. */
void twin_cbor_skip(struct twin_cbor_reader *r);

/* ---- For what others wrote (lib/core/cbor_foreign.c) ---- */

/* A whole number; is_negative: it is -1 - magnitude. */
struct twin_cbor_number {
    bool is_negative;
    uint64_t magnitude;
};

/*
 * Read a number, however it is written: an integer, a float (its fraction is cut off), a
 * big number of up to 8 bytes, true and false as 1 and 0.
 *
 * Returns false if the next item is none of these, or needs more than 64 bits; what the reader then
 * points at is not defined.
 */
TWIN_MUST_CHECK bool twin_cbor_get_number(struct twin_cbor_reader *r,
                                          struct twin_cbor_number *number);

/*
 * Put every string that comes in pieces together, in place: it only gets shorter.
 *
 * buf  one item, and perhaps more behind it.
 * len  in: bytes in buf; out: bytes of the item, without what was behind it.
 *
 * Returns TWIN_OK; TWIN_E_FORMAT if the bytes are not well-formed, cut or nested too deep: buf is
 * then of no use.
 */
TWIN_MUST_CHECK twin_err_t twin_cbor_join(uint8_t *buf, size_t *len);

TWIN_C_END
