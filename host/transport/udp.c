/*
 * udp.c - SMP over UDP: one packet a datagram, IPv4 or IPv6. Spec: docs/spec-smp.md section 7.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "transport/kinds.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_PORT  "1337"
#define LETTERS       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS        "0123456789"
#define PACKET_MAX_V4 1472 /* what an Ethernet frame carries without fragments */
#define PACKET_MAX_V6 1452

struct udp_link {
    struct twin_link link;
    char where[300]; /* "host:port", for messages */
    uint8_t packet[65536];
};

struct address {
    char host[256];
    char port[32];
};

static struct udp_link *udp_of(struct twin_link *link)
{
    return (struct udp_link *)(void *)link; /* the link is the first member */
}

static bool is_port(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    const unsigned long port = strtoul(text, NULL, 10);

    return text[digits] == '\0' && digits >= 1 && digits <= 5 && port >= 1 && port <= 65535;
}

/* Names and IPv4 addresses; IPv6 ones, perhaps with %INTERFACE. Nothing of a serial connstring. */
static bool is_host(const char *text, bool is_v6)
{
    char address[256];
    struct in6_addr parsed;

    if (!is_v6) {
        return text[strspn(text, LETTERS DIGITS "-._")] == '\0' && *text != '\0';
    }
    snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "%"), text);
    return inet_pton(AF_INET6, address, &parsed) == 1;
}

/* "host", "host:port", "[v6]", "[v6]:port", or a bare v6 address. */
static bool split_address(const char *text, struct address *to)
{
    const char *host = text, *host_end, *port = DEFAULT_PORT;
    bool is_v6 = true;

    if (*text == '[') {
        host = text + 1;
        host_end = strchr(host, ']');
        if (host_end == NULL || (host_end[1] != '\0' && host_end[1] != ':')) {
            return false;
        }
        port = host_end[1] == ':' ? host_end + 2 : port;
    } else {
        const char *colon = strchr(text, ':');
        const bool has_port = colon != NULL && strchr(colon + 1, ':') == NULL;
        host_end = has_port ? colon : text + strlen(text);
        port = has_port ? colon + 1 : port;
        is_v6 = colon != NULL && !has_port;
    }
    const int host_len = (int)(host_end - host);
    if ((size_t)host_len >= sizeof(to->host) || !is_port(port)) {
        return false;
    }
    snprintf(to->host, sizeof(to->host), "%.*s", host_len, host);
    snprintf(to->port, sizeof(to->port), "%s", port);
    return is_host(to->host, is_v6);
}

/* The first address of the name that a socket can be connected to; -1 with an error. */
static int connect_to(const struct address *address, int *family, struct twin_error *error)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    int fd = -1;

    const int err = getaddrinfo(address->host, address->port, &hints, &found);
    if (err != 0) {
        twin_error_set(error, TWIN_ERROR_LINK, "there is no address for the host '%s': %s",
                       address->host, gai_strerror(err));
        return -1;
    }
    for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_DGRAM, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            const int why = errno;
            close(fd);
            fd = -1;
            errno = why;
        }
        *family = a->ai_family;
    }
    if (fd < 0) {
        twin_error_set(error, TWIN_ERROR_LINK, "UDP host '%s' port %s cannot be reached: %s",
                       address->host, address->port, strerror(errno));
    }
    freeaddrinfo(found);
    return fd;
}

static struct twin_link *udp_open(const char *connstring, struct twin_error *error)
{
    struct address address;
    int family;

    if (!split_address(connstring, &address)) {
        twin_error_set(error, TWIN_ERROR_USAGE, "'%.200s' is no UDP address", connstring);
        twin_error_hint(error, "It is HOST:PORT or [IPV6]:PORT, with a port of 1 to 65535; without "
                               "a port it is " DEFAULT_PORT);
        return NULL;
    }
    const int fd = connect_to(&address, &family, error);
    if (fd < 0) {
        return NULL;
    }
    struct udp_link *udp = calloc(1, sizeof(*udp));
    if (udp == NULL) {
        twin_error_no_memory(error);
        close(fd);
        return NULL;
    }
    udp->link = (struct twin_link){.kind = &twin_transport_udp,
                                   .packet_max = family == AF_INET6 ? PACKET_MAX_V6 : PACKET_MAX_V4,
                                   .wait = {.fd = fd, .events = POLLIN},
                                   .wake_ms = TWIN_LINK_NEVER,
                                   .send_limit_ms = SEND_LIMIT_MS};
    snprintf(udp->where, sizeof(udp->where), "%s port %s", address.host, address.port);
    return &udp->link;
}

static enum twin_error_code explain_broken(const struct udp_link *udp, int why,
                                           struct twin_error *error)
{
    if (why == ECONNREFUSED) {
        twin_error_set(error, TWIN_ERROR_LINK, "nothing listens at %s (UDP)", udp->where);
        return twin_error_hint(error, "Is the device on, its SMP server started, the port right?");
    }
    return twin_error_set(error, TWIN_ERROR_LINK, "the network to %s (UDP) failed: %s", udp->where,
                          strerror(why));
}

/* What the system has no room for is lost, as any datagram may be: it is sent again. */
static bool is_passing(int why)
{
    return why == EAGAIN || why == EWOULDBLOCK || why == ENOBUFS || why == EINTR;
}

static enum twin_error_code udp_send(struct twin_link *link, struct twin_span packet,
                                     struct twin_error *error)
{
    if (send(link->wait.fd, packet.ptr, packet.len, MSG_DONTWAIT) >= 0 || is_passing(errno)) {
        return TWIN_ERROR_NONE;
    }
    return explain_broken(udp_of(link), errno, error);
}

static enum twin_link_event udp_receive(struct twin_link *link, struct twin_span *packet,
                                        struct twin_error *error)
{
    struct udp_link *udp = udp_of(link);
    const ssize_t got = recv(link->wait.fd, udp->packet, sizeof(udp->packet), MSG_DONTWAIT);

    if (got >= 0) {
        *packet = (struct twin_span){udp->packet, (size_t)got};
        return TWIN_LINK_PACKET;
    }
    if (is_passing(errno)) {
        return TWIN_LINK_NONE;
    }
    explain_broken(udp, errno, error);
    return TWIN_LINK_BROKEN;
}

static void udp_close(struct twin_link *link)
{
    close(link->wait.fd);
    free(udp_of(link));
}

const struct twin_transport twin_transport_udp = {.name = "udp",
                                                  .connstring = "HOST[:PORT] or [IPV6][:PORT]",
                                                  .frame_bytes = 0,
                                                  .open = udp_open,
                                                  .send = udp_send,
                                                  .receive = udp_receive,
                                                  .close = udp_close};
