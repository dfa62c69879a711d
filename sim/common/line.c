/*
 * line.c - see line.h. SPDX-License-Identifier: Apache-2.0
 */
#include "line.h"
#include <stdio.h>
#include <string.h>

#define NS_PER_MS   1000000ull
#define NS_PER_S    1000000000ull
#define BITS_A_BYTE 10u
#define GROUP       8u /* bytes worth waking up for, as a serial chip's FIFO does */
#define NOISE_LEN   64u
#define GROWTH      (2 + NOISE_LEN) /* what a line of one byte becomes, doubled and with noise */

void line_init(struct line *line, const struct line_config *config)
{
    memset(line, 0, sizeof(*line));
    line->config = *config;
}

static bool has_faults(const struct line_config *config)
{
    return config->drop != 0 || config->twice != 0 || config->garble != 0 || config->noise != 0;
}

size_t line_room(const struct line *line)
{
    size_t room = LINE_CAP - (size_t)(line->put - line->taken);

    if (!has_faults(&line->config)) {
        return room;
    }
    /* The line that is still coming in needs room as well. */
    return room / GROWTH > LINE_TEXT_CAP ? room / GROWTH - LINE_TEXT_CAP : 0;
}

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void send(struct line *line, const char *bytes, size_t len, uint64_t now_ns)
{
    unsigned baud = line->config.baud;
    uint64_t byte_ns = baud == 0 ? 0 : BITS_A_BYTE * NS_PER_S / baud;

    for (size_t i = 0; i < len && line->put - line->taken < LINE_CAP; i++) {
        line->free_ns = max(line->free_ns, now_ns) + byte_ns;
        line->queue[line->put % LINE_CAP].byte = (uint8_t)bytes[i];
        line->queue[line->put % LINE_CAP].due_ns =
            line->free_ns + line->config.latency_ms * NS_PER_MS;
        line->put++;
    }
}

static bool is_nth(unsigned count, unsigned n)
{
    return n != 0 && count % n == 0;
}

/* A whole line is there: let it suffer what its number says. */
static void send_text(struct line *line, uint64_t now_ns)
{
    const struct line_config *config = &line->config;
    unsigned count = ++line->count;

    if (is_nth(count, config->noise)) {
        char noise[NOISE_LEN];
        int len = snprintf(noise, sizeof(noise), "log: line %u, all is well\n", count);
        send(line, noise, (size_t)len, now_ns);
    }
    if (is_nth(count, config->garble) && line->text_len > 2) {
        line->text[line->text_len / 2] ^= 1;
    }
    unsigned times = is_nth(count, config->drop) ? 0 : is_nth(count, config->twice) ? 2 : 1;
    for (unsigned i = 0; i < times; i++) {
        send(line, line->text, line->text_len, now_ns);
    }
    line->text_len = 0;
}

void line_put(struct line *line, const uint8_t *bytes, size_t len, uint64_t now_ns)
{
    if (!has_faults(&line->config)) {
        send(line, (const char *)bytes, len, now_ns);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        line->text[line->text_len++] = (char)bytes[i];
        if (bytes[i] == '\n' || line->text_len == LINE_TEXT_CAP) {
            send_text(line, now_ns);
        }
    }
}

size_t line_peek(const struct line *line, uint8_t *bytes, size_t cap, uint64_t now_ns)
{
    size_t len = 0;

    while (len < cap && line->taken + len != line->put &&
           line->queue[(line->taken + len) % LINE_CAP].due_ns <= now_ns) {
        bytes[len] = line->queue[(line->taken + len) % LINE_CAP].byte;
        len++;
    }
    return len;
}

void line_take(struct line *line, size_t len)
{
    line->taken += len;
}

uint64_t line_due_ns(const struct line *line)
{
    uint64_t waiting = line->put - line->taken;

    if (waiting == 0) {
        return UINT64_MAX;
    }
    uint64_t last = line->taken + (waiting < GROUP ? waiting : GROUP) - 1;
    return line->queue[last % LINE_CAP].due_ns;
}
