/*
 * way.c - see way.h. SPDX-License-Identifier: Apache-2.0
 */
#include "way.h"
#include <string.h>
#include <unistd.h>

#define FIRST_MARKER 0x06 /* begins the first line of a packet (twin/console.h) */

void way_init(struct way *way, const struct line_config *config, unsigned loss)
{
    line_init(&way->line, config);
    way->loss.every = loss;
}

bool way_has_room(const struct way *way)
{
    return line_room(&way->line) > 0;
}

void way_receive(struct way *way, uint64_t now_ns)
{
    uint8_t bytes[WAY_PIECE];
    size_t room = line_room(&way->line);
    ssize_t len = read(way->from, bytes, room < sizeof(bytes) ? room : sizeof(bytes));

    if (len > 0) {
        line_put(&way->line, bytes, (size_t)len, now_ns);
    }
}

/* Take out each Nth packet: all from its first line to the next packet's. They took their time on
 * the line, as packets do that a receiver misses. */
static void lose_packets(struct way *way)
{
    size_t kept = 0;

    for (size_t i = 0; i < way->arrived_len; i++) {
        uint8_t byte = way->arrived[i];
        if (!way->loss.in_line && byte == FIRST_MARKER) {
            way->loss.losing = ++way->loss.count % way->loss.every == 0;
        }
        way->loss.in_line = byte != '\n';
        if (!way->loss.losing) {
            way->arrived[kept++] = byte;
        }
    }
    way->arrived_len = kept;
}

static void hand_over(struct way *way)
{
    ssize_t sent = write(way->to, way->arrived, way->arrived_len);

    if (way->lossy) {
        way->arrived_len = 0;
    } else if (sent > 0) {
        way->arrived_len -= (size_t)sent;
        memmove(way->arrived, way->arrived + sent, way->arrived_len);
    }
}

void way_deliver(struct way *way, uint64_t now_ns)
{
    if (way->arrived_len == 0) {
        way->arrived_len = line_peek(&way->line, way->arrived, sizeof(way->arrived), now_ns);
        line_take(&way->line, way->arrived_len);
        if (way->loss.every != 0) {
            lose_packets(way);
        }
    }
    if (way->arrived_len != 0) {
        hand_over(way);
    }
}

bool way_is_blocked(const struct way *way)
{
    return way->arrived_len != 0;
}

uint64_t way_due_ns(const struct way *way)
{
    return way_is_blocked(way) ? UINT64_MAX : line_due_ns(&way->line);
}
