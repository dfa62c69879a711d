/*
 * way.h - one direction of a device's serial port, from one descriptor to another, with the speed
 * and the faults of a real line. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "line.h"

#define WAY_PIECE 4096 /* bytes moved at once */

struct way {
    struct line line;
    int from, to;
    bool lossy; /* nobody may be reading: what does not fit is lost, as on a real port */
    struct {
        unsigned every; /* Nth packet; 0: none */
        unsigned count;
        bool in_line, losing;
    } loss;
    uint8_t arrived[WAY_PIECE]; /* at the end of the line, not yet taken by the receiver */
    size_t arrived_len;
};

/* config: faults of lines; loss: of whole packets, every Nth; 0: none. */
void way_init(struct way *way, const struct line_config *config, unsigned loss);

/* Is there room to receive more? */
bool way_has_room(const struct way *way);

/* Take what the sender has sent. Only if there is room. */
void way_receive(struct way *way, uint64_t now_ns);

/* Hand over what has arrived. */
void way_deliver(struct way *way, uint64_t now_ns);

/* Does the receiver take nothing now? Then deliver again when it can be written to. */
bool way_is_blocked(const struct way *way);

/* When to deliver next; UINT64_MAX: when something was received or the receiver is free. */
uint64_t way_due_ns(const struct way *way);
