/*
 * wire.h - one direction of a device's serial port, from one descriptor to another, with the speed
 * and the faults of a real line. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "line.h"

#define WIRE_PIECE 4096 /* bytes moved at once */

struct wire {
    struct line line;
    int from, to;
    bool lossy; /* nobody may be reading: what does not fit is lost, as on a real port */
    struct {
        unsigned every; /* Nth packet; 0: none */
        unsigned count;
        bool in_line, losing;
    } loss;
    uint8_t arrived[WIRE_PIECE]; /* at the end of the line, not yet taken by the receiver */
    size_t arrived_len;
};

/* config: faults of lines; loss: of whole packets, every Nth; 0: none. */
void wire_init(struct wire *wire, const struct line_config *config, unsigned loss);

/* Is there room to receive more? */
bool wire_has_room(const struct wire *wire);

/* Take what the sender has sent. Only if there is room. */
void wire_receive(struct wire *wire, uint64_t now_ns);

/* Hand over what has arrived. */
void wire_deliver(struct wire *wire, uint64_t now_ns);

/* Does the receiver take nothing now? Then deliver again when it can be written to. */
bool wire_is_blocked(const struct wire *wire);

/* When to deliver next; UINT64_MAX: when something was received or the receiver is free. */
uint64_t wire_due_ns(const struct wire *wire);
