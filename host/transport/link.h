/*
 * transport/link.h - links to devices on a host: open one from a text, send and receive packets.
 *
 * Nothing here blocks but opening, so that one thread serves any number of links: a link says what
 * it waits for, and whoever owns it calls poll(2) for all of them (session/session.h does):
 *
 *     struct twin_error error;
 *     const struct twin_transport *kind = twin_transport_find("serial");
 *     struct twin_link *link = twin_link_open(kind, "dev=/dev/ttyACM0,baud=115200", &error);
 *     if (link == NULL) { complain(error.why, error.hint); }
 *     ...
 *     twin_link_send(link, packet, &error);
 *     for (;;) {
 *         poll(&link->wait, 1, ...until link->wake_ms...);
 *         while (twin_link_receive(link, &packet, &error) == TWIN_LINK_PACKET) { ... }
 *     }
 *
 * Packets are whole SMP packets; framing is the transport's business. A transport is one file and
 * one row of the table in link.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "twin/bytes.h"
#include <poll.h>
#include <stdbool.h>

#define TWIN_LINK_NEVER INT64_MAX

enum twin_link_event {
    TWIN_LINK_NONE,   /* nothing more for now: wait for what the link waits for */
    TWIN_LINK_PACKET, /* *packet is a packet; there may be more */
    TWIN_LINK_BROKEN  /* the link is gone; *error tells. Only closing it makes sense now */
};

struct twin_link;

/* One kind of link. */
struct twin_transport {
    const char *name;       /* as in --conntype */
    const char *connstring; /* the form of its connstring, for help */
    uint32_t frame_bytes;   /* of a device's buffer that the framing takes */
    struct twin_link *(*open)(const char *connstring, struct twin_error *error);
    enum twin_error_code (*send)(struct twin_link *link, struct twin_span packet,
                                 struct twin_error *error);
    enum twin_link_event (*receive)(struct twin_link *link, struct twin_span *packet,
                                    struct twin_error *error);
    void (*close)(struct twin_link *link);
};

/* An open link; the first member of each transport's own struct. */
struct twin_link {
    const struct twin_transport *kind;
    uint32_t packet_max;   /* bytes of the largest packet that the link carries */
    uint32_t packet_guess; /* what the user said about packets ("mtu"); 0: nothing */

    /* What it waits for; to be read again after each call. */
    struct pollfd wait; /* fd is -1 while only time has to pass */
    int64_t wake_ms;    /* when to call it whatever poll() says; TWIN_LINK_NEVER */
    bool is_sending;    /* the packet to send is not out yet: it takes no other */

    /* Set by the owner. */
    uint32_t send_limit_ms; /* that the link may take for a packet to send; 10000 at first */
    bool is_stale; /* an answer did not come: the device may have the beginning of a line only */
    /* Gets each line of text that the device prints between packets; or NULL. */
    void (*on_text)(void *ctx, struct twin_span line);
    void *ctx;
};

/* All transports; ends with NULL. */
extern const struct twin_transport *const twin_transports[];

/* The transport of this name, or NULL. */
const struct twin_transport *twin_transport_find(const char *name);

/*
 * Open a link. Looking up a host's name may block for seconds, and so may looking for whoever has
 * a serial port in use; addresses and ports that are there do not.
 *
 * connstring  as the transport's connstring member says.
 * error       out: why it did not work.
 *
 * Returns the link, to be closed with twin_link_close(); NULL if it did not work: TWIN_ERROR_USAGE
 * if the connstring is at fault, TWIN_ERROR_REFUSED without memory, else TWIN_ERROR_LINK.
 */
static inline struct twin_link *twin_link_open(const struct twin_transport *kind,
                                               const char *connstring, struct twin_error *error)
{
    return kind->open(connstring, error);
}

/*
 * Send one packet: what the system takes at once goes out now, the rest in twin_link_receive().
 * Not while is_sending. After a silence (is_stale) a link of lines first ends the one that the
 * device may be in, waits 20 ms, and then sends line by line.
 *
 * packet  copied.
 *
 * Returns TWIN_ERROR_NONE; TWIN_ERROR_LINK if the link is broken, or cannot carry the packet.
 */
static inline enum twin_error_code twin_link_send(struct twin_link *link, struct twin_span packet,
                                                  struct twin_error *error)
{
    return link->kind->send(link, packet, error);
}

/*
 * Go on: with sending while is_sending, else take what has arrived. One call reads once at most,
 * so that a device that never stops does not keep the caller from others. The packet stays valid
 * until twin_link_receive() is called again.
 *
 * TWIN_LINK_BROKEN also if the link does not take a packet within send_limit_ms, or what a slow
 * line needs for it.
 */
static inline enum twin_link_event
twin_link_receive(struct twin_link *link, struct twin_span *packet, struct twin_error *error)
{
    return link->kind->receive(link, packet, error);
}

/* Close a link and leave a port as it was found. NULL is allowed. */
static inline void twin_link_close(struct twin_link *link)
{
    if (link != NULL) {
        link->kind->close(link);
    }
}

/* Milliseconds of the clock of wake_ms, which only goes forward. */
int64_t twin_link_now_ms(void);
