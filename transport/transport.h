/*
 * transport.h - links to devices on a host: open one from a text, send and receive packets.
 *
 * A transport is one file and one row of the table in transport.c. Start here:
 *
 *     struct transport_problem problem;
 *     const struct transport *kind = transport_find("serial");
 *     struct transport_link *link = transport_open(kind, "dev=/dev/ttyACM0,baud=115200", &problem);
 *     if (link == NULL) { complain(problem.text, problem.hint); }
 *
 * Packets are whole SMP packets; framing is the transport's business. Every wait has a limit.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <stdbool.h>

/* What went wrong, for the user. */
struct transport_problem {
    char text[512]; /* what, where, why */
    char hint[512]; /* what to try, as sentences without the last full stop; "": nothing known */
    bool is_usage;  /* the connstring is at fault, not the link */
};

enum transport_event {
    TRANSPORT_PACKET,  /* *packet is a packet */
    TRANSPORT_SILENCE, /* the time is over */
    TRANSPORT_STOPPED, /* link->stop_fd became readable */
    TRANSPORT_BROKEN   /* the link is gone; *problem tells. Only closing it makes sense now */
};

struct transport_link;

/* One kind of link. */
struct transport {
    const char *name;       /* as in --conntype */
    const char *connstring; /* the form of its connstring, for help */
    uint32_t frame_bytes;   /* of a device's buffer that the framing takes */
    struct transport_link *(*open)(const char *connstring, struct transport_problem *problem);
    bool (*send)(struct transport_link *link, struct twin_span packet,
                 struct transport_problem *problem);
    enum transport_event (*receive)(struct transport_link *link, int timeout_ms,
                                    struct twin_span *packet, struct transport_problem *problem);
    void (*close)(struct transport_link *link);
};

/* An open link; the first member of each transport's own struct. */
struct transport_link {
    const struct transport *kind;
    uint32_t packet_max;   /* bytes of the largest packet that the link carries */
    uint32_t packet_guess; /* what the user said about packets ("mtu"); 0: nothing */
    int stop_fd;           /* set by the owner: readable = end any waiting; -1: never */
    /* Set by the owner: how long the link may take for a packet to send; else 10000. */
    uint32_t send_limit_ms;
    /* Set by the owner: gets each line of text that the device prints between packets; or NULL. */
    void (*on_text)(void *ctx, struct twin_span line);
    void *ctx;
};

/* All transports; ends with NULL. */
extern const struct transport *const transports[];

/* The transport of this name, or NULL. */
const struct transport *transport_find(const char *name);

/*
 * Open a link.
 *
 * connstring  as the transport's connstring member says.
 * problem     out: why it did not work.
 *
 * Returns the link, to be closed with transport_close(); NULL if it did not work.
 */
static inline struct transport_link *transport_open(const struct transport *kind,
                                                    const char *connstring,
                                                    struct transport_problem *problem)
{
    return kind->open(connstring, problem);
}

/*
 * Send one packet. After a silence the link may first clear a stale line, which takes 20 ms.
 *
 * Returns false if the link is broken, or does not take the packet within send_limit_ms (or what a
 * slow line needs for it); *problem tells.
 */
static inline bool transport_send(struct transport_link *link, struct twin_span packet,
                                  struct transport_problem *problem)
{
    return link->kind->send(link, packet, problem);
}

/*
 * Wait for a packet, not longer than timeout_ms whatever else arrives; 0 looks without waiting. The
 * packet stays valid until the next call.
 */
static inline enum transport_event transport_receive(struct transport_link *link, int timeout_ms,
                                                     struct twin_span *packet,
                                                     struct transport_problem *problem)
{
    return link->kind->receive(link, timeout_ms, packet, problem);
}

/* Close a link and leave a port as it was found. NULL is allowed. */
static inline void transport_close(struct transport_link *link)
{
    if (link != NULL) {
        link->kind->close(link);
    }
}

/* ---- For the transports themselves ---- */

/* Fill in a problem; no hint. */
void transport_explain(struct transport_problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Add its hint. */
void transport_hint(struct transport_problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Milliseconds of a clock that only goes forward. */
int64_t transport_now_ms(void);

enum transport_ready { TRANSPORT_READY, TRANSPORT_NOT_YET, TRANSPORT_STOP };

/* Wait until fd can be read (or written), the time `until_ms` has come, or stop_fd is readable. */
enum transport_ready transport_wait(const struct transport_link *link, int fd, bool to_write,
                                    int64_t until_ms);
