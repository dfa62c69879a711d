/*
 * session_peer.h - a device and the job that talks to it, for tests of sessions: so many times
 * "ping", each answered by "pong".
 *
 * The links are real: UDP over loopback, serial over pseudo terminals. The device answers whenever
 * its job is asked what to do, so nothing depends on a time. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "check.h"
#include "session/session.h"
#include "twin/console.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define LONG_MS  3600000 /* for what is not waited for */
#define DONE_MAX 200

enum kind { UDP, SERIAL };

struct peer {
    enum kind kind;
    int fd;        /* the device's end; -1: it is gone */
    char port[64]; /* name of a serial one, which vanishes with it */
    char connstring[128];
    bool is_deaf;   /* it answers nothing */
    bool is_talker; /* it prints text without end: for each line taken there are more */
    unsigned heard; /* pings */
    unsigned lines; /* that the host took */
    struct twin_console_decoder decoder;
    uint8_t packet[64];

    /* The job. */
    struct twin_job job;
    unsigned pings, sent, answered, silences;
    unsigned silences_max; /* then it ends with TWIN_E_TIMEOUT */
    uint32_t timeout_ms, send_limit_ms;
    size_t ping_len;
    bool is_asking;
    bool may_drop;
    unsigned gone_after; /* pings; then the device goes away. 0: never */
    uint32_t gone_ms;    /* that is waited for a device that went away */

    struct twin_session session;
    struct twin_task task;
};

static struct twin_loop loop;
static int stop_pipe[2] = {-1, -1};
static struct peer *done_order[DONE_MAX];
static size_t done_count, stop_after; /* so many tasks done the loop is stopped */

static struct peer *peer_of(struct twin_job *job)
{
    return (struct peer *)(void *)((char *)job - offsetof(struct peer, job));
}

/* Its port's name goes with it: the system gives the number to another program's terminal. */
static void peer_vanish(struct peer *peer)
{
    if (peer->kind == SERIAL) {
        CHECK_EQ(unlink(peer->port), 0);
    }
    close(peer->fd);
    peer->fd = -1;
}

static void answer_udp(struct peer *peer)
{
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);
    char bytes[4000];

    while (recvfrom(peer->fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from,
                    &from_len) > 0) {
        peer->heard++;
        if (!peer->is_deaf) {
            CHECK_EQ(sendto(peer->fd, "pong", 4, 0, (struct sockaddr *)&from, from_len), 4);
        }
    }
}

static void say_frame(struct peer *peer)
{
    uint8_t frame[64];
    size_t len;

    CHECK_EQ(twin_console_encode((struct twin_span){(const uint8_t *)"pong", 4}, frame,
                                 sizeof(frame), &len),
             TWIN_OK);
    CHECK_EQ(write(peer->fd, frame, len), (ssize_t)len);
}

/* As far as the driver holds it. */
static void talk(void *ctx, struct twin_span line)
{
    static const char text[] = "[00:00:01] <inf> sensor: all is well, nothing to see\n";
    struct peer *peer = ctx;

    (void)line;
    peer->lines++;
    for (int i = 0; i < 2; i++) {
        const ssize_t ignored = write(peer->fd, text, sizeof(text) - 1);
        (void)ignored;
    }
}

static void answer_serial(struct peer *peer)
{
    uint8_t bytes[512];
    ssize_t count = 0;

    if (peer->is_talker) {
        talk(peer, (struct twin_span){0});
    }
    while (!peer->is_deaf && (count = read(peer->fd, bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            if (twin_console_decode(&peer->decoder, bytes[i]) == TWIN_CONSOLE_PACKET) {
                peer->heard++;
                say_frame(peer);
            }
        }
    }
}

/* What the device does in the time between two steps. */
static void peer_lives(struct peer *peer, uint32_t now_ms)
{
    if (peer->gone_after != 0 && peer->sent >= peer->gone_after && peer->fd >= 0) {
        peer_vanish(peer);
        peer->job.wake_ms = now_ms + peer->gone_ms;
    }
    if (peer->fd >= 0) {
        (peer->kind == UDP ? answer_udp : answer_serial)(peer);
    }
}

static enum twin_step ping_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                                size_t *len)
{
    struct peer *peer = peer_of(job);

    if (peer->is_asking && twin_time_reached(now_ms, job->wake_ms)) {
        peer->is_asking = false;
        peer->silences++;
    }
    if (peer->answered == peer->pings || peer->silences > peer->silences_max) {
        job->result = peer->answered == peer->pings ? TWIN_OK : TWIN_E_TIMEOUT;
        return TWIN_STEP_DONE;
    }
    if (!peer->is_asking) {
        CHECK(cap >= peer->ping_len);
        memset(buf, 'p', peer->ping_len);
        *len = peer->ping_len;
        peer->is_asking = true;
        peer->sent++;
        job->wake_ms = now_ms + (peer->fd < 0 ? peer->gone_ms : peer->timeout_ms);
        return TWIN_STEP_SEND;
    }
    peer_lives(peer, now_ms);
    return TWIN_STEP_WAIT;
}

static void ping_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    struct peer *peer = peer_of(job);

    (void)now_ms;
    CHECK(packet.len == 4 && memcmp(packet.ptr, "pong", 4) == 0);
    peer->answered++;
    peer->is_asking = false;
}

static void note_done(struct twin_task *task)
{
    done_order[done_count++] = task->ctx;
    if (done_count == stop_after) {
        CHECK_EQ(write(stop_pipe[1], "", 1), 1);
    }
}

/* ---- Making and unmaking ---- */

static void listen_udp(struct peer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);

    peer->fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(peer->fd >= 0 && bind(peer->fd, (struct sockaddr *)&address, len) == 0);
    CHECK_EQ(getsockname(peer->fd, (struct sockaddr *)&address, &len), 0);
    snprintf(peer->connstring, sizeof(peer->connstring), "127.0.0.1:%u", ntohs(address.sin_port));
}

static void listen_serial(struct peer *peer)
{
    peer->fd = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(peer->fd >= 0 && grantpt(peer->fd) == 0 && unlockpt(peer->fd) == 0);
    CHECK_EQ(fcntl(peer->fd, F_SETFL, O_NONBLOCK), 0);
    snprintf(peer->port, sizeof(peer->port), "port-%d-%d", (int)getpid(), peer->fd);
    CHECK_EQ(symlink(ptsname(peer->fd), peer->port), 0);
    snprintf(peer->connstring, sizeof(peer->connstring), "dev=%s,baud=4000000", peer->port);
    twin_console_decoder_init(&peer->decoder, peer->packet, sizeof(peer->packet));
}

/* A device that answers at once, and a job with which nothing is wrong. */
static struct peer *peer_make(enum kind kind, unsigned pings)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    peer->kind = kind;
    (kind == UDP ? listen_udp : listen_serial)(peer);
    peer->job.poll = ping_poll;
    peer->job.receive = ping_receive;
    peer->pings = pings;
    peer->timeout_ms = peer->send_limit_ms = LONG_MS;
    peer->ping_len = 4;
    peer->task = (struct twin_task){
        .job = &peer->job, .on_done = note_done, .may_drop = &peer->may_drop, .ctx = peer};
    return peer;
}

static enum twin_error_code peer_open(struct peer *peer)
{
    const struct twin_session_config config = {
        .kind = twin_transport_find(peer->kind == UDP ? "udp" : "serial"),
        .connstring = peer->connstring,
        .send_limit_ms = peer->send_limit_ms,
        .on_text = peer->is_talker ? talk : NULL,
        .ctx = peer};

    return twin_session_open(&peer->session, &loop, &config);
}

static void peer_begin(struct peer *peer)
{
    CHECK_EQ(peer_open(peer), TWIN_ERROR_NONE);
    twin_session_add(&peer->session, &peer->task);
}

static void peer_free(struct peer *peer)
{
    twin_session_close(&peer->session);
    if (peer->fd >= 0) {
        peer_vanish(peer);
    }
    free(peer);
}

static void loop_make(void)
{
    CHECK_EQ(pipe(stop_pipe), 0);
    twin_loop_init(&loop, stop_pipe[0]);
    done_count = 0;
    stop_after = SIZE_MAX;
}

static void loop_unmake(void)
{
    twin_loop_free(&loop);
    close(stop_pipe[0]);
    close(stop_pipe[1]);
}
