/*
 * wire.c - see wire.h. SPDX-License-Identifier: Apache-2.0
 */
#include "wire.h"
#include <string.h>
#include <unistd.h>

#define FIRST_MARKER 0x06 /* begins the first line of a packet (twin/console.h) */

void wire_init(struct wire *wire, const struct line_config *config, unsigned loss)
{
    line_init(&wire->line, config);
    wire->loss.every = loss;
}

bool wire_has_room(const struct wire *wire)
{
    return line_room(&wire->line) > 0;
}

void wire_receive(struct wire *wire, uint64_t now_ns)
{
    uint8_t bytes[WIRE_PIECE];
    size_t room = line_room(&wire->line);
    ssize_t len = read(wire->from, bytes, room < sizeof(bytes) ? room : sizeof(bytes));

    if (len > 0) {
        line_put(&wire->line, bytes, (size_t)len, now_ns);
    }
}

/* Take out each Nth packet: all from its first line to the next packet's. They took their time on
 * the line, as packets do that a receiver misses. */
static void lose_packets(struct wire *wire)
{
    size_t kept = 0;

    for (size_t i = 0; i < wire->arrived_len; i++) {
        uint8_t byte = wire->arrived[i];
        if (!wire->loss.in_line && byte == FIRST_MARKER) {
            wire->loss.losing = ++wire->loss.count % wire->loss.every == 0;
        }
        wire->loss.in_line = byte != '\n';
        if (!wire->loss.losing) {
            wire->arrived[kept++] = byte;
        }
    }
    wire->arrived_len = kept;
}

static void hand_over(struct wire *wire)
{
    ssize_t sent = write(wire->to, wire->arrived, wire->arrived_len);

    if (wire->lossy) {
        wire->arrived_len = 0;
    } else if (sent > 0) {
        wire->arrived_len -= (size_t)sent;
        memmove(wire->arrived, wire->arrived + sent, wire->arrived_len);
    }
}

void wire_deliver(struct wire *wire, uint64_t now_ns)
{
    if (wire->arrived_len == 0) {
        wire->arrived_len = line_peek(&wire->line, wire->arrived, sizeof(wire->arrived), now_ns);
        line_take(&wire->line, wire->arrived_len);
        if (wire->loss.every != 0) {
            lose_packets(wire);
        }
    }
    if (wire->arrived_len != 0) {
        hand_over(wire);
    }
}

bool wire_is_blocked(const struct wire *wire)
{
    return wire->arrived_len != 0;
}

uint64_t wire_due_ns(const struct wire *wire)
{
    return wire_is_blocked(wire) ? UINT64_MAX : line_due_ns(&wire->line);
}
