/*
 * link.h - links to devices on a host: open one from a text, send and receive packets.
 *
 * A transport is one file and one row of the table in link.c. Start here:
 *
 *     struct twin_error error;
 *     const struct twin_transport *kind = twin_transport_find("serial");
 *     struct twin_link *link = twin_link_open(kind, "dev=/dev/ttyACM0,baud=115200", &error);
 *     if (link == NULL) { complain(error.why, error.hint); }
 *
 * Packets are whole SMP packets; framing is the transport's business. Every wait has a limit.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "twin/bytes.h"
#include <stdbool.h>

enum twin_link_event {
    TWIN_LINK_PACKET,  /* *packet is a packet */
    TWIN_LINK_SILENCE, /* the time is over */
    TWIN_LINK_STOPPED, /* link->stop_fd became readable */
    TWIN_LINK_BROKEN   /* the link is gone; *error tells. Only closing it makes sense now */
};

struct twin_link;

/* One kind of link. */
struct twin_transport {
    const char *name;       /* as in --conntype */
    const char *connstring; /* the form of its connstring, for help */
    uint32_t frame_bytes;   /* of a device's buffer that the framing takes */
    struct twin_link *(*open)(const char *connstring, struct twin_error *error);
    bool (*send)(struct twin_link *link, struct twin_span packet, struct twin_error *error);
    enum twin_link_event (*receive)(struct twin_link *link, int timeout_ms,
                                    struct twin_span *packet, struct twin_error *error);
    void (*close)(struct twin_link *link);
};

/* An open link; the first member of each transport's own struct. */
struct twin_link {
    const struct twin_transport *kind;
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
extern const struct twin_transport *const twin_transports[];

/* The transport of this name, or NULL. */
const struct twin_transport *twin_transport_find(const char *name);

/*
 * Open a link.
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
 * Send one packet. After a silence the link may first clear a stale line, which takes 20 ms.
 *
 * Returns false if the link is broken, or does not take the packet within send_limit_ms (or what a
 * slow line needs for it); *error tells.
 */
static inline bool twin_link_send(struct twin_link *link, struct twin_span packet,
                                  struct twin_error *error)
{
    return link->kind->send(link, packet, error);
}

/*
 * Wait for a packet, not longer than timeout_ms whatever else arrives; 0 looks without waiting. The
 * packet stays valid until the next call.
 */
static inline enum twin_link_event twin_link_receive(struct twin_link *link, int timeout_ms,
                                                     struct twin_span *packet,
                                                     struct twin_error *error)
{
    return link->kind->receive(link, timeout_ms, packet, error);
}

/* Close a link and leave a port as it was found. NULL is allowed. */
static inline void twin_link_close(struct twin_link *link)
{
    if (link != NULL) {
        link->kind->close(link);
    }
}

/* ---- For the transports themselves ---- */

/* Milliseconds of a clock that only goes forward. */
int64_t twin_link_now_ms(void);

enum twin_link_ready { TWIN_LINK_READY, TWIN_LINK_NOT_YET, TWIN_LINK_STOP };

/* Wait until fd can be read (or written), the time `until_ms` has come, or stop_fd is readable. */
enum twin_link_ready twin_link_wait(const struct twin_link *link, int fd, bool to_write,
                                    int64_t until_ms);
