/*
 * twin/console.h - SMP packets as lines of text on a serial console, both ways. No I/O.
 *
 * A packet is preceded by its length, followed by its CRC-16, cut into pieces, and each piece is
 * sent as one base64 line: 06 09 (first) or 04 14 (further), at most 127 bytes with the newline.
 * Other lines are log text and may stand between. Spec: docs/spec-smp.md section 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"
#include <stdbool.h>

TWIN_C_BEGIN

#define TWIN_CONSOLE_LINE_MAX 127 /* bytes of one line, marker and newline included */
#define TWIN_CONSOLE_PIECE    93  /* packet bytes that one full line carries */
#define TWIN_CONSOLE_OVERHEAD 4   /* length and CRC: a buffer of N bytes takes a packet of N - 4 */

/* Bytes that a packet of len bytes becomes on the line. The first newline is not counted. */
#define TWIN_CONSOLE_LINES(len) (((len) + TWIN_CONSOLE_OVERHEAD + 92) / 93)
#define TWIN_CONSOLE_ENCODED_MAX(len)                                                              \
    (((len) + TWIN_CONSOLE_OVERHEAD + 2) / 3 * 4 + 3 * TWIN_CONSOLE_LINES(len))

/*
 * Frame one packet.
 *
 * packet    1 to 65533 bytes; not changed.
 * out, cap  TWIN_CONSOLE_ENCODED_MAX(packet.len) bytes of room.
 * out_len   out: bytes written.
 *
 * Returns TWIN_OK; TWIN_E_ARG for an empty or too long packet; TWIN_E_SPACE if cap is short.
 */
TWIN_MUST_CHECK twin_err_t twin_console_encode(struct twin_span packet, uint8_t *out, size_t cap,
                                               size_t *out_len);

/* What one byte led to. */
enum twin_console_event {
    TWIN_CONSOLE_NONE,   /* nothing yet */
    TWIN_CONSOLE_PACKET, /* decoder.packet is a whole packet, its CRC is right */
    TWIN_CONSOLE_TEXT,   /* decoder.text is a line (or a full line buffer) that is not framing */
    TWIN_CONSOLE_DROPPED /* framing that does not hold: bad base64, length or CRC, or too large */
};

/* Reassembles one direction of one line. Set up with twin_console_decoder_init. */
struct twin_console_decoder {
    struct twin_span packet; /* valid after PACKET until the next byte is given */
    struct twin_span text;   /* valid after TEXT until the next byte is given; no newline */
    struct {
        uint8_t *buf;
        size_t cap;
        size_t got;    /* decoded bytes in buf, the leading length included */
        uint8_t line;  /* what the present line is: enum in console.c */
        uint8_t last;  /* the byte before this one: a marker has two */
        bool is_open;  /* a packet has begun and is not complete */
        uint8_t count; /* characters of the present line; if base64, modulo 256 */
        uint32_t bits; /* of the base64 characters so far, the last ones lowest */
        char text[TWIN_CONSOLE_LINE_MAX];
    } priv;
};

/*
 * Prepare a decoder.
 *
 * buf, cap  room for one packet plus TWIN_CONSOLE_OVERHEAD; must live as long as the decoder.
 */
void twin_console_decoder_init(struct twin_console_decoder *d, uint8_t *buf, size_t cap);

/*
 * Take one byte from the line.
 *
 * A marker is searched anywhere in a line, because prompts and log text without a newline may
 * precede it (the text before a marker is not reported). Lines with a marker may have any length.
 * A packet is given out with the last of its base64 characters, when its length and CRC fit: the
 * end of its line may be lost, or a prompt may stand before it. What follows on that line is
 * ignored. Carriage returns and empty lines are ignored. Lost and garbled lines only ever cost the
 * packet that they belong to.
 */
enum twin_console_event twin_console_decode(struct twin_console_decoder *d, uint8_t byte);

TWIN_C_END
