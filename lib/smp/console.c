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

static const uint8_t first_marker[2] = {0x06, 0x09};
static const uint8_t next_marker[2] = {0x04, 0x14};

_Static_assert(2 + TWIN_BASE64_LEN(TWIN_CONSOLE_PIECE) + 1 == TWIN_CONSOLE_LINE_MAX,
               "a full line is marker, piece and newline");
_Static_assert(LENGTH_BYTES + CRC_BYTES == TWIN_CONSOLE_OVERHEAD, "what framing adds");

/* Write one line; returns its length. */
static size_t put_line(uint8_t *out, const uint8_t marker[2], const uint8_t *piece, size_t len)
{
    out[0] = marker[0];
    out[1] = marker[1];
    size_t chars = twin_base64_encode(piece, len, (char *)&out[2]);
    out[2 + chars] = '\n';
    return 2 + chars + 1;
}

/*
 * Length, packet and CRC are put at the end of out and encoded towards it. What is still to be
 * encoded is never overtaken, because the lines are longer than what they carry.
 */
twin_err_t twin_console_encode(struct twin_span packet, uint8_t *out, size_t cap, size_t *out_len)
{
    const uint8_t *marker = first_marker;
    size_t written = 0;

    *out_len = 0;
    if (packet.len == 0 || packet.len > PACKET_MAX) {
        return TWIN_E_ARG;
    }
    size_t end = TWIN_CONSOLE_ENCODED_MAX(packet.len);
    if (cap < end) {
        return TWIN_E_SPACE;
    }
    uint8_t *raw = &out[end - packet.len - TWIN_CONSOLE_OVERHEAD];
    twin_put_be16(raw, (uint16_t)(packet.len + CRC_BYTES));
    memcpy(&raw[LENGTH_BYTES], packet.ptr, packet.len);
    twin_put_be16(&out[end - CRC_BYTES], twin_crc16(0, packet.ptr, packet.len));
    while (raw < &out[end]) {
        size_t left = (size_t)(&out[end] - raw);
        size_t len = left < TWIN_CONSOLE_PIECE ? left : TWIN_CONSOLE_PIECE;
        written += put_line(&out[written], marker, raw, len);
        raw += len;
        marker = next_marker;
    }
    *out_len = written;
    return TWIN_OK;
}

#define GROUP 4 /* base64 characters that belong together */
_Static_assert(256 % GROUP == 0, "counting them modulo 256 does not hurt");

/* What the present line is. */
enum line {
    LINE_TEXT,   /* no marker so far */
    LINE_BASE64, /* after a marker */
    LINE_PADDED, /* after '=': at most one more may follow */
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

/* A marker ends whatever was before it on the line: what got lost there shows in the CRC. */
static enum twin_console_event start_line(struct twin_console_decoder *d, bool is_first)
{
    bool was_open = d->priv.is_open;

    d->priv.count = 0;
    d->priv.line = was_open || is_first ? LINE_BASE64 : LINE_IGNORED;
    if (is_first) {
        d->priv.is_open = true;
        d->priv.got = 0;
    }
    return was_open && is_first ? TWIN_CONSOLE_DROPPED : TWIN_CONSOLE_NONE;
}

/*
 * Four characters are complete: is the packet? It is not made to wait for the end of its line,
 * which may be lost, or have a prompt before it. What still comes on that line means nothing.
 */
static enum twin_console_event end_group(struct twin_console_decoder *d)
{
    const uint8_t *body = &d->priv.buf[LENGTH_BYTES];

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
    d->priv.line = LINE_IGNORED;
    d->packet = (struct twin_span){body, total - CRC_BYTES};
    return TWIN_CONSOLE_PACKET;
}

static enum twin_console_event end_line(struct twin_console_decoder *d)
{
    enum twin_console_event event = TWIN_CONSOLE_NONE;

    if ((d->priv.line == LINE_BASE64 || d->priv.line == LINE_PADDED) &&
        d->priv.count % GROUP != 0) {
        event = drop(d);
    } else if (d->priv.line == LINE_TEXT && d->priv.count != 0) {
        d->text = (struct twin_span){(const uint8_t *)d->priv.text, d->priv.count};
        event = TWIN_CONSOLE_TEXT;
    }
    d->priv.line = LINE_TEXT;
    d->priv.count = 0;
    return event;
}

static enum twin_console_event take_text(struct twin_console_decoder *d, uint8_t byte)
{
    d->priv.text[d->priv.count] = (char)byte;
    d->priv.count++;
    return d->priv.count == sizeof(d->priv.text) ? end_line(d) : TWIN_CONSOLE_NONE;
}

/* Every character but the first of four completes a byte, and every fourth may complete a packet.
 */
static enum twin_console_event take_base64(struct twin_console_decoder *d, char c)
{
    unsigned place = d->priv.count % GROUP;
    int value = twin_base64_value(c);

    d->priv.count++;
    if (c == '=' && place >= 2) {
        d->priv.line = LINE_PADDED;
        return place == GROUP - 1 ? end_group(d) : TWIN_CONSOLE_NONE;
    }
    if (value < 0 || d->priv.line == LINE_PADDED) {
        return drop(d);
    }
    d->priv.bits = d->priv.bits << 6 | (uint32_t)value;
    if (place == 0) {
        return TWIN_CONSOLE_NONE;
    }
    if (d->priv.got == d->priv.cap) {
        return drop(d);
    }
    d->priv.buf[d->priv.got] = (uint8_t)(d->priv.bits >> (6 - 2 * place));
    d->priv.got++;
    return place == GROUP - 1 ? end_group(d) : TWIN_CONSOLE_NONE;
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
    if (d->priv.line == LINE_TEXT) {
        return take_text(d, byte);
    }
    return d->priv.line == LINE_IGNORED ? TWIN_CONSOLE_NONE : take_base64(d, (char)byte);
}
