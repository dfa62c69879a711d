/*
 * lzma2.h - LZMA2, one symbol at a time: what is next in the stream, and never a dictionary. Who
 * calls it has what came out before. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/unpack.h"

#define LZMA2_SYMBOL_MAX 20 /* bytes of the stream that one symbol takes at most */
#define LZMA2_CODE_LEN   5  /* bytes in front of the symbols of a chunk */

/* What a stream comes to behind a byte of control. */
enum lzma2_part {
    LZMA2_CONTROL, /* another byte of control */
    LZMA2_COPY,    /* `unpacked` bytes as they are */
    LZMA2_CODED,   /* `packed` bytes: LZMA2_CODE_LEN for twin_lzma2_start(), and symbols */
    LZMA2_END,
    LZMA2_BROKEN
};

struct lzma2_chunk {
    uint32_t packed, unpacked;
};

/* A literal; or bytes that are repeated from `distance` bytes ago, 1 is the last one. */
struct lzma2_symbol {
    uint32_t taken; /* bytes of the stream */
    uint32_t len;   /* 0: a literal */
    uint32_t distance;
    uint8_t literal;
};

/* Begin a stream. dictionary: the code of its size. Returns TWIN_E_FORMAT if there is no such. */
twin_err_t twin_lzma2_begin(struct twin_unpack_ram *ram, uint8_t dictionary);

/* Take a byte of control. chunk: out, with LZMA2_COPY and LZMA2_CODED. */
enum lzma2_part twin_lzma2_control(struct twin_unpack_ram *ram, uint8_t byte,
                                   struct lzma2_chunk *chunk);

/* Begin a coded chunk. Returns TWIN_E_FORMAT if that cannot be its beginning. */
twin_err_t twin_lzma2_start(struct twin_unpack_ram *ram, const uint8_t code[LZMA2_CODE_LEN]);

/* The byte at this distance is needed for the next symbol; 0: none is. */
uint32_t twin_lzma2_wants(const struct twin_unpack_ram *ram);

/*
 * Take a symbol.
 *
 * in      LZMA2_SYMBOL_MAX bytes; behind the end of the stream anything.
 * last    the last byte that came out.
 * wanted  the one that twin_lzma2_wants() asked for.
 *
 * Returns TWIN_E_FORMAT if it refers to what is not there.
 */
twin_err_t twin_lzma2_symbol(struct twin_unpack_ram *ram, const uint8_t *in, uint8_t last,
                             uint8_t wanted, struct lzma2_symbol *symbol);

/* May the coded chunk end here? */
bool twin_lzma2_may_end(const struct twin_unpack_ram *ram);

/* These bytes came out of a copy: the same for the whole of its chunk. */
void twin_lzma2_copied(struct twin_unpack_ram *ram, uint32_t len);

/* The filter for Thumb code, over bytes that stand `at` behind the start of the payload. Buffer and
 * `at` are even. A branch at the edges that is not there as a whole stays as it is. */
void twin_thumb_unfilter(uint8_t *buf, uint32_t len, uint32_t at);
void twin_thumb_filter(uint8_t *buf, uint32_t len, uint32_t at);
