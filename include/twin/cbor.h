/*
 * twin/cbor.h - CBOR (RFC 8949) reader and writer over caller-owned buffers.
 *
 * Both are sticky: after the first fault every call does nothing, so check `failed` once, at the
 * end. The subset is what SMP needs: integers, byte and text strings, arrays, maps, booleans and
 * null; definite and indefinite containers are read, definite ones are written.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"
#include <stdbool.h>

enum twin_cbor_major {
    TWIN_CBOR_UINT = 0,
    TWIN_CBOR_NINT = 1, /* value v stands for -1 - v */
    TWIN_CBOR_BSTR = 2,
    TWIN_CBOR_TSTR = 3,
    TWIN_CBOR_ARRAY = 4,
    TWIN_CBOR_MAP = 5,
    TWIN_CBOR_TAG = 6,
    TWIN_CBOR_SIMPLE = 7 /* 20 false, 21 true, 22 null */
};

/* As the count of an array or a map: its end is marked by a break byte. */
#define TWIN_CBOR_INDEFINITE UINT32_MAX

/* As the value of a SIMPLE: a float, or a number above 32 bits; good only for being passed over. */
#define TWIN_CBOR_OTHER UINT32_MAX

struct twin_cbor_writer {
    uint8_t *buf;
    size_t cap; /* bytes of room in buf */
    size_t len; /* bytes written so far */
    bool failed;
};

struct twin_cbor_reader {
    const uint8_t *buf;
    size_t len; /* bytes in buf */
    size_t off; /* of the next item */
    bool failed;
};

void twin_cbor_put_head(struct twin_cbor_writer *w, enum twin_cbor_major major, uint32_t value);
void twin_cbor_put_bytes(struct twin_cbor_writer *w, enum twin_cbor_major major,
                         struct twin_span s);
void twin_cbor_put_text(struct twin_cbor_writer *w, const char *text); /* a C string as TSTR */

/* Append bytes as they are: the content of a string whose head was put with the full length. */
void twin_cbor_put_raw(struct twin_cbor_writer *w, struct twin_span s);
void twin_cbor_put_bool(struct twin_cbor_writer *w, bool value);

/* Look at the next head without consuming it: its major type; SIMPLE with failed set at the end. */
enum twin_cbor_major twin_cbor_peek(struct twin_cbor_reader *r);

/*
 * Read the next head. On a fault, or at the end, sets failed and returns SIMPLE with value 0.
 * A number above 32 bits is no fault: it is returned as SIMPLE with value TWIN_CBOR_OTHER.
 */
enum twin_cbor_major twin_cbor_get_head(struct twin_cbor_reader *r, uint32_t *value);

/* Read a definite-length string of the given major type (BSTR or TSTR); points into buf. */
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

/* Pass over one item, whatever it is; nesting up to 8 levels, deeper fails. */
void twin_cbor_skip(struct twin_cbor_reader *r);
