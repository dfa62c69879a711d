/*
 * stream.c - the payload, piece by piece: chunks, repetitions, and the filter for Thumb code.
 *
 * What is repeated is looked up where the image is written to. There it stands as the filter left
 * it, so it is filtered again on its way back. That needs no more than its neighbours: two
 * halfwords are a branch by their upper bits alone, which no filter changes, and those of a first
 * and of a second half differ, so branches never overlap. The last bytes that were written are kept
 * as they were before, because their other half may come only now.
 * Spec: docs/spec-image.md section 6. SPDX-License-Identifier: Apache-2.0
 */
#include "stream.h"
#include "lzma2.h"
#include <string.h>

#define PARAMETERS 2  /* bytes in front of the stream: size of the dictionary, and of tables */
#define EDGE       4u /* bytes kept of what was read, and looked ahead: a branch, wherever it is */
#define LOOK_BACK  64 /* bytes looked up at once */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- The stream ---- */

static uint32_t stream_end(const struct twin_unpack *unpack)
{
    const struct twin_image *packed = &unpack->priv.packed;

    return (uint32_t)packed->header.hdr_size + packed->header.img_size;
}

/* Go to a byte of the packed image. */
static void seek(struct twin_unpack *unpack, uint32_t off)
{
    unpack->priv.in_off = off;
    unpack->priv.in_at = unpack->priv.in_len = 0;
}

static uint32_t available(const struct twin_unpack *unpack)
{
    return unpack->priv.in_len - unpack->priv.in_at;
}

static const uint8_t *next_in(const struct twin_unpack *unpack)
{
    return &unpack->priv.in[unpack->priv.in_at];
}

/* Have enough for a symbol, or all that is left. */
static twin_err_t refill(struct twin_unpack *unpack)
{
    const struct twin_image *packed = &unpack->priv.packed;
    uint8_t *in = unpack->priv.in;
    const uint32_t kept = available(unpack);

    if (kept >= LZMA2_SYMBOL_MAX || unpack->priv.in_off == stream_end(unpack)) {
        return TWIN_OK;
    }
    const uint32_t more = least((uint32_t)sizeof(unpack->priv.in) - LZMA2_SYMBOL_MAX - kept,
                                stream_end(unpack) - unpack->priv.in_off);
    memmove(in, next_in(unpack), kept);
    TWIN_TRY(twin_area_read(packed->area, packed->off + unpack->priv.in_off, &in[kept], more));
    unpack->priv.in_at = 0;
    unpack->priv.in_len = kept + more;
    unpack->priv.in_off += more;
    return TWIN_OK;
}

/* Read control bytes up to the next chunk, or the end. */
static twin_err_t read_control(struct twin_unpack *unpack, enum lzma2_part *part)
{
    struct lzma2_chunk chunk = {0};

    do {
        TWIN_TRY(refill(unpack));
        if (available(unpack) == 0) {
            return TWIN_E_FORMAT;
        }
        *part = twin_lzma2_control(&unpack->priv.ram, *next_in(unpack), &chunk);
        unpack->priv.in_at++;
    } while (*part == LZMA2_CONTROL);
    unpack->priv.is_coded = *part == LZMA2_CODED;
    unpack->priv.packed_left = chunk.packed;
    unpack->priv.unpacked_left = chunk.unpacked;
    return *part == LZMA2_BROKEN ? TWIN_E_FORMAT : TWIN_OK;
}

static bool is_at_end(const struct twin_unpack *unpack)
{
    return available(unpack) == 0 && unpack->priv.in_off == stream_end(unpack);
}

static twin_err_t begin(struct twin_unpack *unpack)
{
    const struct twin_image *packed = &unpack->priv.packed;
    const uint32_t off = packed->header.hdr_size;
    uint8_t parameters[PARAMETERS];

    if (packed->header.img_size < sizeof(parameters)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_area_read(packed->area, packed->off + off, parameters, sizeof(parameters)));
    seek(unpack, off + PARAMETERS);
    unpack->priv.repeat = unpack->priv.done = unpack->priv.front = 0;
    unpack->priv.packed_left = unpack->priv.unpacked_left = 0;
    unpack->priv.is_coded = false;
    return twin_lzma2_begin(&unpack->priv.ram, parameters[0]);
}

twin_err_t twin_unpack_stream_check(struct twin_unpack *unpack)
{
    enum lzma2_part part;
    uint32_t left = unpack->priv.payload_len;

    TWIN_TRY(begin(unpack));
    for (;;) { /* each chunk takes some of the stream */
        TWIN_TRY(read_control(unpack, &part));
        if (part == LZMA2_END) {
            return left == 0 && is_at_end(unpack) ? TWIN_OK : TWIN_E_FORMAT;
        }
        const uint32_t here = unpack->priv.in_off - available(unpack);
        const uint32_t len =
            part == LZMA2_COPY ? unpack->priv.unpacked_left : unpack->priv.packed_left;
        if (unpack->priv.unpacked_left > left || len > stream_end(unpack) - here) {
            return TWIN_E_FORMAT;
        }
        left -= unpack->priv.unpacked_left;
        seek(unpack, here + len);
    }
}

/* ---- What came out before ---- */

static uint8_t *raw_at(struct twin_unpack *unpack, uint32_t at)
{
    return (uint8_t *)unpack->priv.raw + (EDGE + at - unpack->priv.front);
}

/* From here on it is in RAM. */
static uint32_t kept_from(const struct twin_unpack *unpack)
{
    return unpack->priv.front - least(unpack->priv.front, EDGE);
}

/* Bytes of the target that are not the last ones, as they were before the filter. */
static twin_err_t look_up(struct twin_unpack *unpack, uint32_t at, uint8_t *buf, uint32_t len)
{
    const struct twin_area *target = unpack->priv.target;
    const uint32_t payload = unpack->priv.packed.header.hdr_size;
    uint16_t words[(LOOK_BACK + 2 * EDGE) / 2];

    if (!unpack->priv.is_filtered) {
        return twin_area_read(target, payload + at, buf, len);
    }
    const uint32_t even = at - at % 2, from = even - least(even, 2);
    const uint32_t span = twin_align_up(at + len, 2) + 2 - from;
    TWIN_TRY(twin_area_read(target, payload + from, words, span));
    twin_thumb_filter((uint8_t *)words, span, from);
    memcpy(buf, (uint8_t *)words + (at - from), len);
    return TWIN_OK;
}

/* Copy up to len bytes from `distance` bytes ago to where the next one goes. */
static twin_err_t copy_back(struct twin_unpack *unpack, uint32_t distance, uint8_t *to,
                            uint32_t *len)
{
    const uint32_t at = unpack->priv.done - distance;

    *len = least(least(*len, distance), LOOK_BACK);
    if (at >= kept_from(unpack)) {
        memcpy(to, raw_at(unpack, at), *len);
        return TWIN_OK;
    }
    *len = least(*len, kept_from(unpack) - at);
    return look_up(unpack, at, to, *len);
}

/* ---- The payload before the filter ---- */

static void came_out(struct twin_unpack *unpack, uint32_t len)
{
    unpack->priv.done += len;
    unpack->priv.unpacked_left -= len;
}

static twin_err_t take_symbol(struct twin_unpack *unpack)
{
    const uint32_t distance = twin_lzma2_wants(&unpack->priv.ram), done = unpack->priv.done;
    uint8_t wanted = 0;
    uint32_t one = 1;
    struct lzma2_symbol symbol;

    if (distance > done) {
        return TWIN_E_FORMAT;
    }
    if (distance != 0) {
        TWIN_TRY(copy_back(unpack, distance, &wanted, &one));
    }
    TWIN_TRY(refill(unpack));
    TWIN_TRY(twin_lzma2_symbol(&unpack->priv.ram, next_in(unpack),
                               done == 0 ? 0 : *raw_at(unpack, done - 1), wanted, &symbol));
    if (symbol.taken > least(unpack->priv.packed_left, available(unpack)) ||
        symbol.len > unpack->priv.unpacked_left || (symbol.len != 0 && symbol.distance > done)) {
        return TWIN_E_FORMAT;
    }
    unpack->priv.in_at += symbol.taken;
    unpack->priv.packed_left -= symbol.taken;
    if (symbol.len == 0) {
        *raw_at(unpack, done) = symbol.literal;
        came_out(unpack, 1);
    }
    unpack->priv.repeat = symbol.len;
    unpack->priv.distance = symbol.distance;
    return TWIN_OK;
}

static twin_err_t take_repetition(struct twin_unpack *unpack, uint32_t most)
{
    uint32_t len = least(unpack->priv.repeat, most);

    TWIN_TRY(copy_back(unpack, unpack->priv.distance, raw_at(unpack, unpack->priv.done), &len));
    unpack->priv.repeat -= len;
    came_out(unpack, len);
    return TWIN_OK;
}

static twin_err_t take_copy(struct twin_unpack *unpack, uint32_t most)
{
    TWIN_TRY(refill(unpack));
    const uint32_t len = least(least(available(unpack), unpack->priv.unpacked_left), most);

    if (len == 0) {
        return TWIN_E_FORMAT;
    }
    memcpy(raw_at(unpack, unpack->priv.done), next_in(unpack), len);
    twin_lzma2_copied(&unpack->priv.ram, len);
    unpack->priv.in_at += len;
    came_out(unpack, len);
    return TWIN_OK;
}

/* Is the chunk at its end as it should be? */
static bool may_end(const struct twin_unpack *unpack)
{
    return !unpack->priv.is_coded ||
           (unpack->priv.packed_left == 0 && twin_lzma2_may_end(&unpack->priv.ram));
}

static twin_err_t take_chunk(struct twin_unpack *unpack)
{
    enum lzma2_part part;

    if (!may_end(unpack)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(read_control(unpack, &part));
    if (part != LZMA2_CODED) {
        return part == LZMA2_COPY ? TWIN_OK : TWIN_E_FORMAT;
    }
    TWIN_TRY(refill(unpack));
    if (least(unpack->priv.packed_left, available(unpack)) < LZMA2_CODE_LEN) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_lzma2_start(&unpack->priv.ram, next_in(unpack)));
    unpack->priv.in_at += LZMA2_CODE_LEN;
    unpack->priv.packed_left -= LZMA2_CODE_LEN;
    return TWIN_OK;
}

/* Have the payload up to `end`, which is not further than there is room for. */
static twin_err_t produce(struct twin_unpack *unpack, uint32_t end)
{
    while (unpack->priv.done < end) {
        const uint32_t most = end - unpack->priv.done;
        TWIN_TRY(unpack->priv.repeat != 0          ? take_repetition(unpack, most)
                 : unpack->priv.unpacked_left == 0 ? take_chunk(unpack)
                 : unpack->priv.is_coded           ? take_symbol(unpack)
                                                   : take_copy(unpack, most));
    }
    return TWIN_OK;
}

/* ---- The payload ---- */

/* Behind the last byte comes the end of the stream, and nothing else. */
static twin_err_t finish(struct twin_unpack *unpack)
{
    enum lzma2_part part;

    if (unpack->priv.unpacked_left != 0 || !may_end(unpack)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(read_control(unpack, &part));
    return part == LZMA2_END && is_at_end(unpack) ? TWIN_OK : TWIN_E_FORMAT;
}

/* What was produced comes through the filter and to its reader. */
static void hand_out(struct twin_unpack *unpack, uint8_t *buf, uint32_t len)
{
    uint8_t *raw = (uint8_t *)unpack->priv.raw, edge[2 * EDGE];
    const uint32_t from = kept_from(unpack);

    memcpy(edge, raw + len, sizeof(edge));
    if (unpack->priv.is_filtered) {
        twin_thumb_unfilter(raw_at(unpack, from), unpack->priv.done - from, from);
    }
    memcpy(buf, raw + EDGE, len);
    memcpy(raw, edge, sizeof(edge));
    unpack->priv.front += len;
}

static twin_err_t read_piece(struct twin_unpack *unpack, uint32_t at, uint8_t *buf, uint32_t len)
{
    const uint32_t end = at + len, all = unpack->priv.payload_len;

    if (at == 0) {
        TWIN_TRY(begin(unpack));
    }
    if (at != unpack->priv.front || len > TWIN_UNPACK_PIECE ||
        (unpack->priv.is_filtered && len % 2 != 0 && end != all)) {
        return TWIN_E_ARG;
    }
    TWIN_TRY(produce(unpack, least(unpack->priv.is_filtered ? end + EDGE : end, all)));
    if (end == all) {
        TWIN_TRY(finish(unpack));
    }
    hand_out(unpack, buf, len);
    return TWIN_OK;
}

twin_err_t twin_unpack_stream_read(struct twin_unpack *unpack, uint32_t at, uint8_t *buf,
                                   uint32_t len)
{
    if (at == 0 || unpack->priv.err == TWIN_OK) {
        unpack->priv.err = read_piece(unpack, at, buf, len);
    }
    return unpack->priv.err;
}
