/*
 * console.c - packets to base64 lines and back. Spec: docs/spec-smp.md section 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/console.h"
#include "twin/base64.h"
#include "twin/crc16.h"

#define LENGTH_BYTES 2
#define CRC_BYTES    2
#define PACKET_MAX   (0xffff - CRC_BYTES) /* the length field counts the CRC too */
#define GROUP        4                    /* base64 characters that belong together */

static const uint8_t first_marker[2] = {0x06, 0x09};
static const uint8_t next_marker[2] = {0x04, 0x14};

_Static_assert(2 + TWIN_BASE64_LEN(TWIN_CONSOLE_PIECE) + 1 == TWIN_CONSOLE_LINE_MAX,
               "a full line is marker, piece and newline");
_Static_assert(LENGTH_BYTES + CRC_BYTES == TWIN_CONSOLE_OVERHEAD, "what framing adds");

/* Byte i of what goes over the line: length, packet, CRC. */
static uint8_t stream_byte(struct twin_span packet, uint16_t crc, size_t i)
{
    size_t total = packet.len + CRC_BYTES;

    if (i < LENGTH_BYTES) {
        return (uint8_t)(i == 0 ? total >> 8 : total);
    }
    i -= LENGTH_BYTES;
    if (i < packet.len) {
        return packet.ptr[i];
    }
    return (uint8_t)(i == packet.len ? crc >> 8 : crc);
}

static size_t put_line(uint8_t *out, const uint8_t marker[2], const uint8_t *piece, size_t len)
{
    out[0] = marker[0];
    out[1] = marker[1];
    size_t chars = twin_base64_encode(piece, len, (char *)&out[2]);
    out[2 + chars] = '\n';
    return 2 + chars + 1;
}

twin_err_t twin_console_encode(struct twin_span packet, uint8_t *out, size_t cap, size_t *out_len)
{
    uint8_t piece[TWIN_CONSOLE_PIECE];
    size_t len = 0, written = 0;

    *out_len = 0;
    if (packet.len == 0 || packet.len > PACKET_MAX) {
        return TWIN_E_ARG;
    }
    if (cap < TWIN_CONSOLE_ENCODED_MAX(packet.len)) {
        return TWIN_E_SPACE;
    }
    uint16_t crc = twin_crc16(0, packet.ptr, packet.len);
    size_t end = packet.len + TWIN_CONSOLE_OVERHEAD;
    for (size_t i = 0; i < end; i++) {
        piece[len] = stream_byte(packet, crc, i);
        len++;
        if (len == sizeof(piece) || i + 1 == end) {
            const uint8_t *marker = written == 0 ? first_marker : next_marker;
            written += put_line(&out[written], marker, piece, len);
            len = 0;
        }
    }
    *out_len = written;
    return TWIN_OK;
}

/* What the present line is. */
enum line {
    LINE_TEXT,   /* no marker so far */
    LINE_BASE64, /* after a marker */
    LINE_PADDED, /* after '=': nothing may follow */
    LINE_IGNORED /* framing that belongs to no packet */
};

void twin_console_decoder_init(struct twin_console_decoder *d, uint8_t *buf, size_t cap)
{
    memset(d, 0, sizeof(*d));
    d->priv.buf = buf;
    d->priv.cap = cap;
}

/* Give the packet up. The rest of its line means nothing any more. */
static enum twin_console_event drop(struct twin_console_decoder *d)
{
    d->priv.is_open = false;
    d->priv.line = LINE_IGNORED;
    return TWIN_CONSOLE_DROPPED;
}

static enum twin_console_event start_line(struct twin_console_decoder *d, bool is_first)
{
    /* The line before may have lost its newline: what it left half done is lost. */
    bool was_open = d->priv.is_open;
    bool torn = d->priv.line == LINE_BASE64 && d->priv.count != 0;

    d->priv.count = 0;
    if (is_first) {
        d->priv.is_open = true;
        d->priv.got = 0;
        d->priv.line = LINE_BASE64;
        return was_open ? TWIN_CONSOLE_DROPPED : TWIN_CONSOLE_NONE;
    }
    if (was_open && torn) {
        return drop(d);
    }
    d->priv.line = was_open ? LINE_BASE64 : LINE_IGNORED;
    return TWIN_CONSOLE_NONE;
}

/* A line of framing has ended: is the packet complete? */
static enum twin_console_event end_framing(struct twin_console_decoder *d, uint8_t chars)
{
    const uint8_t *body = &d->priv.buf[LENGTH_BYTES];

    if (chars != 0) {
        return drop(d);
    }
    if (d->priv.got < LENGTH_BYTES) {
        return TWIN_CONSOLE_NONE;
    }
    size_t got = d->priv.got - LENGTH_BYTES;
    size_t total = twin_get_be16(d->priv.buf);
    if (got < total) {
        return TWIN_CONSOLE_NONE;
    }
    if (got > total || total <= CRC_BYTES || twin_crc16(0, body, total) != 0) {
        return drop(d);
    }
    d->priv.is_open = false;
    d->packet = (struct twin_span){body, total - CRC_BYTES};
    return TWIN_CONSOLE_PACKET;
}

static enum twin_console_event end_line(struct twin_console_decoder *d)
{
    uint8_t line = d->priv.line, count = d->priv.count;
    enum twin_console_event event = TWIN_CONSOLE_NONE;

    d->priv.count = 0;
    if (line == LINE_BASE64 || line == LINE_PADDED) {
        event = end_framing(d, count);
    } else if (line == LINE_TEXT && count != 0) {
        d->text = (struct twin_span){(const uint8_t *)d->priv.chars, count};
        event = TWIN_CONSOLE_TEXT;
    }
    d->priv.line = LINE_TEXT;
    return event;
}

static enum twin_console_event take_text(struct twin_console_decoder *d, uint8_t byte)
{
    d->priv.chars[d->priv.count] = (char)byte;
    d->priv.count++;
    return d->priv.count == sizeof(d->priv.chars) ? end_line(d) : TWIN_CONSOLE_NONE;
}

static enum twin_console_event take_base64(struct twin_console_decoder *d, uint8_t byte)
{
    size_t len;

    d->priv.chars[d->priv.count] = (char)byte;
    d->priv.count++;
    if (d->priv.count < GROUP) {
        return TWIN_CONSOLE_NONE;
    }
    d->priv.count = 0;
    if (twin_base64_decode(d->priv.chars, GROUP, &d->priv.buf[d->priv.got],
                           d->priv.cap - d->priv.got, &len) != TWIN_OK) {
        return drop(d);
    }
    d->priv.got += len;
    d->priv.line = byte == '=' ? LINE_PADDED : LINE_BASE64;
    return TWIN_CONSOLE_NONE;
}

enum twin_console_event twin_console_decode(struct twin_console_decoder *d, uint8_t byte)
{
    uint8_t last = d->priv.last;

    if (byte == '\r') {
        return TWIN_CONSOLE_NONE;
    }
    d->priv.last = byte;
    if (byte == '\n') {
        return end_line(d);
    }
    if ((last == first_marker[0] && byte == first_marker[1]) ||
        (last == next_marker[0] && byte == next_marker[1])) {
        return start_line(d, byte == first_marker[1]);
    }
    if (byte == first_marker[0] || byte == next_marker[0]) {
        return TWIN_CONSOLE_NONE; /* half a marker: never content */
    }
    switch (d->priv.line) {
    case LINE_TEXT:
        return take_text(d, byte);
    case LINE_BASE64:
        return take_base64(d, byte);
    case LINE_PADDED:
        return drop(d);
    default:
        return TWIN_CONSOLE_NONE;
    }
}
