/*
 * line.h - one direction of an imperfect serial line: bytes go in, and come out later, more slowly,
 * or wrong. No I/O and no clock: the caller moves the bytes and says what time it is.
 *
 * Faults fall on whole lines of text, which is what a console loses, and always on the same ones.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every Nth line suffers; 0: none does. */
struct line_config {
    unsigned drop, twice, garble;
    unsigned noise;      /* before every Nth line comes a line of log text */
    unsigned baud;       /* 10 bits per byte; 0: no limit */
    unsigned latency_ms; /* from end to end, besides the time on the wire */
};

#define LINE_CAP      65536 /* bytes on their way; a power of two */
#define LINE_TEXT_CAP 512   /* a longer line is treated as several */

struct line {
    struct line_config config;
    struct {
        uint8_t byte;
        uint64_t due_ns;
    } queue[LINE_CAP];
    uint64_t put, taken; /* free-running: put - taken bytes are on their way */
    uint64_t free_ns;    /* when the wire has sent its last byte */
    unsigned count;      /* lines seen */
    char text[LINE_TEXT_CAP];
    size_t text_len; /* of the line that is still coming in; only used with faults */
};

void line_init(struct line *line, const struct line_config *config);

/* Bytes that line_put() surely takes now. */
size_t line_room(const struct line *line);

/* A sender hands over bytes, at most line_room() of them. */
void line_put(struct line *line, const uint8_t *bytes, size_t len, uint64_t now_ns);

/* Copy out bytes that have arrived, up to cap; they stay until line_take() removes them. */
size_t line_peek(const struct line *line, uint8_t *bytes, size_t cap, uint64_t now_ns);
void line_take(struct line *line, size_t len);

/* When to look again: the time a small group of bytes will have arrived; UINT64_MAX: never. */
uint64_t line_due_ns(const struct line *line);
