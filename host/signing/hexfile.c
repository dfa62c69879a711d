/*
 * hexfile.c - Intel HEX in memory. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/hexfile.h"
#include "base/hex.h"
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX   (255 + 5) /* bytes: length, address, type, data, checksum */
#define WRITE_LEN    16        /* data bytes of a record that we write */
#define NO_BASE_STEP 0x10000u

enum record_type { DATA = 0, END = 1, SEGMENT = 2, START = 3, LINEAR = 4, START_LINEAR = 5 };

static const char too_wide[] = "this address is more than 256 MiB above the lowest one; does the "
                               "file hold more than the image (settings, other memories)?";

const char *const twin_hexfile_fault_text[] = {
    [TWIN_HEXFILE_OK] = "no fault",
    [TWIN_HEXFILE_SYNTAX] = "not an Intel HEX record",
    [TWIN_HEXFILE_CHECKSUM] = "the checksum is wrong",
    [TWIN_HEXFILE_RECORD] = "unknown record type, or wrong length for it",
    [TWIN_HEXFILE_OVERLAP] = "data for an address that has some already from a line before",
    [TWIN_HEXFILE_NO_END] = "the end record is missing; was the file cut?",
    [TWIN_HEXFILE_EMPTY] = "the file holds no data",
    [TWIN_HEXFILE_TOO_WIDE] = too_wide,
    [TWIN_HEXFILE_TOO_HIGH] = "the data reaches beyond the last address, 0xffffffff",
    [TWIN_HEXFILE_NO_MEMORY] = "out of memory",
};

/* A data record as found, kept until all are known. */
struct piece {
    uint32_t addr;
    uint32_t off; /* in the reader's data */
    uint32_t len;
    unsigned line;
};

static uint64_t end_of(const struct piece *piece)
{
    return (uint64_t)piece->addr + piece->len;
}

struct reader {
    struct twin_buf data;   /* of all data records, in file order */
    struct twin_buf pieces; /* array of struct piece */
    uint32_t base;          /* set by the records SEGMENT and LINEAR */
    unsigned line;          /* being read */
    bool ended;
};

/* One line without its end to the bytes of a record. */
static enum twin_hexfile_fault decode_line(struct twin_span line, uint8_t record[RECORD_MAX])
{
    size_t len = (line.len - 1) / 2;
    uint8_t sum = 0;

    if (line.ptr[0] != ':' || line.len % 2 == 0 || len < 5 || len > RECORD_MAX) {
        return TWIN_HEXFILE_SYNTAX;
    }
    if (!twin_hex_bytes((const char *)line.ptr + 1, 2 * len, record) || record[0] != len - 5) {
        return TWIN_HEXFILE_SYNTAX;
    }
    for (size_t i = 0; i < len; i++) {
        sum = (uint8_t)(sum + record[i]);
    }
    return sum == 0 ? TWIN_HEXFILE_OK : TWIN_HEXFILE_CHECKSUM;
}

static enum twin_hexfile_fault take_data(struct reader *reader, const uint8_t *record)
{
    struct piece piece = {.addr = reader->base + twin_get_be16(record + 1),
                          .off = (uint32_t)reader->data.len,
                          .len = record[0],
                          .line = reader->line};

    if (end_of(&piece) > (uint64_t)UINT32_MAX + 1) {
        return TWIN_HEXFILE_TOO_HIGH;
    }
    if (piece.len > 0) {
        twin_buf_add(&reader->data, record + 4, piece.len);
        twin_buf_add(&reader->pieces, &piece, sizeof(piece));
    }
    return TWIN_HEXFILE_OK;
}

static enum twin_hexfile_fault take_record(struct reader *reader, const uint8_t *record)
{
    static const uint8_t lengths[] = {
        [END] = 0, [SEGMENT] = 2, [START] = 4, [LINEAR] = 2, [START_LINEAR] = 4};
    uint8_t type = record[3];

    if (type > START_LINEAR || (type != DATA && record[0] != lengths[type])) {
        return TWIN_HEXFILE_RECORD;
    }
    if (type == DATA) {
        return take_data(reader, record);
    }
    if (type == SEGMENT) {
        reader->base = (uint32_t)twin_get_be16(record + 4) << 4;
    } else if (type == LINEAR) {
        reader->base = (uint32_t)twin_get_be16(record + 4) << 16;
    }
    reader->ended = reader->ended || type == END;
    return TWIN_HEXFILE_OK;
}

static bool is_blank(uint8_t c)
{
    return c == '\r' || c == ' ' || c == '\t';
}

static enum twin_hexfile_fault read_lines(struct reader *reader, struct twin_span text)
{
    uint8_t record[RECORD_MAX];

    for (reader->line = 1; text.len > 0 && !reader->ended; reader->line++) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.ptr) : text.len;
        struct twin_span line = {text.ptr, len};
        text.ptr += len + (end != NULL);
        text.len -= len + (end != NULL);
        while (line.len > 0 && is_blank(line.ptr[line.len - 1])) {
            line.len--;
        }
        if (line.len == 0) {
            continue;
        }
        enum twin_hexfile_fault fault = decode_line(line, record);
        fault = fault == TWIN_HEXFILE_OK ? take_record(reader, record) : fault;
        if (fault != TWIN_HEXFILE_OK) {
            return fault;
        }
    }
    return reader->ended ? TWIN_HEXFILE_OK : TWIN_HEXFILE_NO_END;
}

static int by_addr(const void *a_, const void *b_)
{
    const struct piece *a = a_, *b = b_;

    return a->addr < b->addr ? -1 : a->addr > b->addr;
}

/* Sorts by address the first `count` pieces in file order. Do two of them overlap? */
static bool overlap(const struct reader *reader, size_t count, struct twin_buf *sorted)
{
    sorted->len = 0;
    twin_buf_add(sorted, reader->pieces.data, count * sizeof(struct piece));
    struct piece *pieces = (void *)sorted->data;
    qsort(pieces, count, sizeof(*pieces), by_addr);
    for (size_t i = 1; i < count; i++) {
        if (pieces[i].addr < end_of(&pieces[i - 1])) {
            return true;
        }
    }
    return false;
}

/* The line of the first record that overlaps one before it: the least count that has two such. */
static unsigned find_overlap(const struct reader *reader, struct twin_buf *sorted)
{
    size_t free_of_it = 1, has_it = reader->pieces.len / sizeof(struct piece);

    while (has_it - free_of_it > 1) {
        size_t middle = free_of_it + (has_it - free_of_it) / 2;
        if (overlap(reader, middle, sorted)) {
            has_it = middle;
        } else {
            free_of_it = middle;
        }
    }
    return ((const struct piece *)(const void *)reader->pieces.data)[has_it - 1].line;
}

/* The line of the first record that is too far above the lowest address; 0 if none is. */
static unsigned find_far(const struct piece *pieces, size_t count)
{
    unsigned line = 0;

    for (size_t i = 0; i < count; i++) {
        bool far = end_of(&pieces[i]) - pieces[0].addr > TWIN_HEXFILE_SPAN_MAX;
        line = far && (line == 0 || pieces[i].line < line) ? pieces[i].line : line;
    }
    return line;
}

/* Pieces, sorted and free of overlaps, into one. */
static enum twin_hexfile_fault join(struct reader *reader, const struct piece *pieces, size_t count,
                                    struct twin_buf *out)
{
    const struct piece *last = &pieces[count - 1];
    uint64_t at = pieces[0].addr;

    if (end_of(last) - at > TWIN_HEXFILE_SPAN_MAX) {
        reader->line = find_far(pieces, count);
        return TWIN_HEXFILE_TOO_WIDE;
    }
    twin_buf_reserve(out, out->len + (size_t)(end_of(last) - at));
    for (size_t i = 0; i < count; i++) {
        twin_buf_fill(out, 0xff, (size_t)(pieces[i].addr - at));
        twin_buf_add(out, reader->data.data + pieces[i].off, pieces[i].len);
        at = end_of(&pieces[i]);
    }
    return TWIN_HEXFILE_OK;
}

static enum twin_hexfile_fault lay_out(struct reader *reader, struct twin_buf *out, uint32_t *addr)
{
    size_t count = reader->pieces.len / sizeof(struct piece);
    struct twin_buf sorted = {0};
    enum twin_hexfile_fault fault;

    if (count == 0) {
        return TWIN_HEXFILE_EMPTY;
    }
    twin_buf_reserve(&sorted, reader->pieces.len);
    if (sorted.failed || reader->pieces.failed || reader->data.failed) {
        twin_buf_free(&sorted);
        return TWIN_HEXFILE_NO_MEMORY;
    }
    if (overlap(reader, count, &sorted)) {
        reader->line = find_overlap(reader, &sorted);
        fault = TWIN_HEXFILE_OVERLAP;
    } else {
        const struct piece *pieces = (const void *)sorted.data;
        *addr = pieces[0].addr;
        fault = join(reader, pieces, count, out);
    }
    twin_buf_free(&sorted);
    return fault;
}

enum twin_hexfile_fault twin_hexfile_read(struct twin_span text, struct twin_buf *out,
                                          uint32_t *addr, unsigned *line)
{
    struct reader reader = {0};
    enum twin_hexfile_fault fault = read_lines(&reader, text);

    if (fault == TWIN_HEXFILE_OK) {
        fault = lay_out(&reader, out, addr);
    }
    *line = reader.line;
    twin_buf_free(&reader.data);
    twin_buf_free(&reader.pieces);
    return fault;
}

static void write_record(struct twin_buf *out, uint16_t addr, enum record_type type,
                         const uint8_t *data, uint8_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t record[RECORD_MAX] = {len, (uint8_t)(addr >> 8), (uint8_t)addr, (uint8_t)type};
    char text[2 * RECORD_MAX + 2];
    uint8_t sum = 0;
    size_t at = 0;

    if (len > 0) {
        memcpy(record + 4, data, len);
    }
    for (int i = 0; i < len + 4; i++) {
        sum = (uint8_t)(sum + record[i]);
    }
    record[len + 4] = (uint8_t)-sum;
    text[at++] = ':';
    for (int i = 0; i < len + 5; i++) {
        text[at++] = digits[record[i] >> 4];
        text[at++] = digits[record[i] & 15];
    }
    text[at++] = '\n';
    twin_buf_add(out, text, at);
}

/* The data record being filled. Segments that touch share records. */
struct writer {
    struct twin_buf *out;
    uint64_t addr;  /* of its first byte */
    uint32_t upper; /* upper half of the address that is in force */
    uint8_t len;
    uint8_t data[WRITE_LEN];
};

static void flush(struct writer *writer)
{
    uint32_t addr = (uint32_t)writer->addr;
    uint8_t upper[2];

    if (writer->len == 0) {
        return;
    }
    if (writer->upper != addr >> 16) {
        writer->upper = addr >> 16;
        twin_put_be16(upper, (uint16_t)writer->upper);
        write_record(writer->out, 0, LINEAR, upper, sizeof(upper));
    }
    write_record(writer->out, (uint16_t)addr, DATA, writer->data, writer->len);
    writer->len = 0;
}

static void put(struct writer *writer, uint64_t addr, uint8_t byte)
{
    bool follows = addr == writer->addr + writer->len;

    if (!follows || writer->len == WRITE_LEN || addr % NO_BASE_STEP == 0) {
        flush(writer);
    }
    if (writer->len == 0) {
        writer->addr = addr;
    }
    writer->data[writer->len++] = byte;
}

void twin_hexfile_write(struct twin_buf *out, const struct twin_hexfile_segment *segments,
                        size_t count)
{
    const struct twin_hexfile_segment *last = &segments[count - 1];
    /* A file that stays below 64 KiB needs no base address; others begin with one, even if 0. */
    bool low = last->addr + last->bytes.len <= NO_BASE_STEP;
    struct writer writer = {.out = out, .upper = low ? 0 : UINT32_MAX};

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < segments[i].bytes.len; j++) {
            put(&writer, segments[i].addr + j, segments[i].bytes.ptr[j]);
        }
    }
    flush(&writer);
    write_record(out, 0, END, NULL, 0);
}
