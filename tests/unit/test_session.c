/*
 * test_session.c - many sessions in one loop: whose turn it is, links that break, the end.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700
#include "unit/session_peer.h"
#include <sys/resource.h>

#define MANY 100

/* ---- Many ---- */

static void check_well(const struct peer *peer)
{
    CHECK_EQ(peer->task.result, TWIN_OK);
    CHECK_EQ(peer->session.stats.packets_sent, 20);
    CHECK_EQ(peer->session.stats.packets_received, 20);
    CHECK_EQ(peer->session.stats.bytes_sent, 20 * peer->ping_len);
    CHECK_EQ(peer->session.stats.bytes_received, 80);
    CHECK_EQ(peer->session.stats.silences, 0);
    CHECK_EQ(peer->session.stats.opens, 1);
    CHECK_EQ(peer->heard, 20);
}

static void check_interrupted(const struct peer *peer)
{
    CHECK_EQ(peer->task.result, TWIN_E_IO);
    CHECK_EQ(peer->session.error.code, TWIN_ERROR_INTERRUPTED);
    CHECK(peer->session.link != NULL);
}

/*
 * A hundred devices at once, among them odd ones: nobody waits for another. When all others are
 * done, the loop is stopped: those that would last for an hour are still being driven.
 */
static void check_many(void)
{
    static struct peer *peers[MANY];
    struct peer **const silent = &peers[10], **const gone = &peers[20], **const stuck = &peers[31],
                        **const talker = &peers[41], **const dead = &peers[50];

    loop_make();
    stop_after = MANY - 3;
    for (size_t i = 0; i < MANY; i++) {
        peers[i] = peer_make(i % 2 == 0 ? UDP : SERIAL, 20);
    }
    (*silent)->is_deaf = (*stuck)->is_deaf = (*talker)->is_deaf = (*talker)->is_talker = true;
    (*stuck)->ping_len = 60000; /* its driver does not hold so much */
    (*gone)->gone_after = 10;
    (*gone)->gone_ms = 50; /* its 11th packet finds nobody */
    (*gone)->silences_max = 1;
    (*dead)->gone_ms = LONG_MS;
    for (size_t i = 0; i < MANY; i++) {
        peer_begin(peers[i]);
    }
    peer_vanish(*dead);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_INTERRUPTED);

    CHECK_EQ(done_count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        if (&peers[i] == silent || &peers[i] == stuck || &peers[i] == talker) {
            check_interrupted(peers[i]);
        } else if (&peers[i] != gone && &peers[i] != dead) {
            check_well(peers[i]);
        }
    }
    CHECK(!(*stuck)->session.is_sent && (*silent)->session.is_sent);
    CHECK((*talker)->lines > 20);
    CHECK_EQ((*gone)->task.result, TWIN_E_IO);
    CHECK_EQ((*gone)->answered, 9);
    CHECK(strstr((*gone)->session.error.why, "nothing listens") != NULL);
    CHECK_EQ((*dead)->task.result, TWIN_E_IO);
    CHECK_EQ((*dead)->answered, 0);
    for (size_t i = 0; i < MANY; i++) {
        peer_free(peers[i]);
    }
    loop_unmake();
}

/* One that always has something to do at once leaves time to another. */
static void check_turns(void)
{
    for (int first = 0; first < 2; first++) {
        struct peer *peers[2];

        loop_make();
        for (int i = 0; i < 2; i++) {
            peers[i] = peer_make(UDP, i == first ? 10000 : 20);
            peer_begin(peers[i]);
        }
        CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
        CHECK(done_order[0] == peers[1 - first] && done_order[1] == peers[first]);
        CHECK_EQ(peers[first]->answered, 10000);
        peer_free(peers[0]);
        peer_free(peers[1]);
        loop_unmake();
    }
}

/* ---- Tasks of one session ---- */

static unsigned steps, begun;

static void count_step(struct twin_task *task)
{
    (void)task;
    steps++;
}

/* Several jobs of one device, as if they had one client: each is begun when its turn has come. */
static void begin_again(struct twin_task *task)
{
    struct peer *peer = task->ctx;

    CHECK_EQ(peer->answered, 3 * begun);
    CHECK_EQ(done_count, begun);
    begun++;
    peer->pings = 3 * begun;
}

static void check_queue(void)
{
    struct peer *peer;
    struct twin_task tasks[3];

    loop_make();
    peer = peer_make(UDP, 0);
    CHECK_EQ(peer_open(peer), TWIN_ERROR_NONE);
    begun = steps = 0;
    for (size_t i = 0; i < 3; i++) {
        tasks[i] = peer->task;
        tasks[i].on_begin = begin_again;
        tasks[i].on_step = count_step;
        tasks[i].result = TWIN_E_ARG;
        twin_session_add(&peer->session, &tasks[i]);
    }
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
    CHECK_EQ(begun, 3);
    CHECK_EQ(done_count, 3);
    CHECK_EQ(steps, 3 * (3 * 2 + 1)); /* send and wait for each ping, then the end */
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(tasks[i].result, TWIN_OK);
        CHECK(tasks[i].session == &peer->session);
    }
    CHECK_EQ(peer->session.stats.packets_sent, 9);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE); /* nothing to do */
    peer_free(peer);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE); /* nobody there */
    loop_unmake();
}

/* ---- What on_done may do ---- */

static struct peer *left, *right, *late;

static void close_both(struct twin_task *task)
{
    note_done(task);
    twin_session_close(&left->session);
    twin_session_close(&right->session);
}

static void begin_late(struct twin_task *task)
{
    note_done(task);
    twin_session_close(task->session);
    twin_session_close(task->session);
    peer_begin(late);
}

static void check_closing(void)
{
    for (int first = 0; first < 2; first++) {
        loop_make();
        left = peer_make(UDP, 5);
        right = peer_make(SERIAL, 5);
        left->is_deaf = first == 1;
        right->is_deaf = first == 0;
        left->task.on_done = right->task.on_done = close_both;
        peer_begin(left);
        peer_begin(right);
        CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE); /* the deaf one is forgotten */
        CHECK_EQ(done_count, 1);
        CHECK(done_order[0] == (first == 0 ? left : right));
        peer_free(left);
        peer_free(right);
        loop_unmake();
    }
    loop_make();
    left = peer_make(UDP, 5);
    late = peer_make(SERIAL, 5);
    left->task.on_done = begin_late;
    peer_begin(left);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
    CHECK_EQ(done_count, 2);
    CHECK_EQ(late->task.result, TWIN_OK);
    peer_free(left);
    peer_free(late);
    loop_unmake();
}

/* ---- The end ---- */

/* Somebody who does not look at the result and goes on for ever. */
static void add_again(struct twin_task *task)
{
    note_done(task);
    twin_session_add(task->session, task);
}

static void check_stop(void)
{
    struct peer *peers[2];
    struct twin_task second;

    loop_make();
    for (size_t i = 0; i < 2; i++) {
        peers[i] = peer_make(i == 0 ? UDP : SERIAL, 5);
        peer_begin(peers[i]);
    }
    peers[0]->task.on_done = add_again;
    second = peers[1]->task;
    twin_session_add(&peers[1]->session, &second);
    CHECK_EQ(write(stop_pipe[1], "", 1), 1);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(done_count, 3);
    CHECK_EQ(loop.wakeups, 1);
    CHECK_EQ(second.result, TWIN_E_IO);
    for (size_t i = 0; i < 2; i++) {
        check_interrupted(peers[i]);
        CHECK_EQ(peers[i]->sent, 0); /* nothing is begun any more */
    }
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(done_count, 4);

    peers[1]->task.on_done = close_both; /* with a second task behind it */
    left = peers[0];
    right = peers[1];
    twin_session_add(&right->session, &right->task);
    twin_session_add(&right->session, &second);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(done_count, 5);
    peer_free(peers[0]);
    peer_free(peers[1]);
    loop_unmake();
}

/* The system does not let it wait. */
static void check_no_poll(void)
{
    struct rlimit limit, low;
    struct peer *peer;

    loop_make();
    peer = peer_make(UDP, 5);
    peer_begin(peer);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    low = limit;
    low.rlim_cur = 0;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_REFUSED);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_EQ(peer->task.result, TWIN_E_IO);
    CHECK(strstr(peer->session.error.why, "cannot wait") != NULL);
    peer_free(peer);
    loop_unmake();
}

/* ---- Links that break, and time ---- */

/* A cable that is pulled: the end, or with may_drop a link that is opened again and again. */
static void check_broken(void)
{
    struct peer *peer;

    for (int may_drop = 0; may_drop < 2; may_drop++) {
        loop_make();
        peer = peer_make(SERIAL, 5);
        peer->gone_after = 3;
        peer->may_drop = may_drop;
        peer->gone_ms = 10;
        peer->silences_max = 4;
        peer_begin(peer);
        CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
        CHECK_EQ(peer->task.result, may_drop ? TWIN_E_TIMEOUT : TWIN_E_IO);
        CHECK_EQ(peer->sent, may_drop ? 7 : 3);
        CHECK_EQ(peer->answered, 2);
        CHECK_EQ(peer->session.stats.drops, 1);
        CHECK_EQ(peer->session.stats.packets_sent, 3);
        CHECK(peer->session.link == NULL && peer->session.error.code == TWIN_ERROR_LINK);
        peer_free(peer);
        loop_unmake();
    }
}

/* What is not there yet is one more try with each task; a device that comes back is found. */
static void check_reopened(void)
{
    struct peer *peer;
    char path[80];

    loop_make();
    peer = peer_make(SERIAL, 5);
    snprintf(path, sizeof(path), "not-yet-%s", peer->port);
    CHECK_EQ(rename(peer->port, path), 0);
    CHECK_EQ(peer_open(peer), TWIN_ERROR_LINK);
    for (unsigned i = 1; i <= 2; i++) {
        twin_session_add(&peer->session, &peer->task);
        CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
        CHECK_EQ(peer->task.result, TWIN_E_IO);
        CHECK_EQ(peer->sent, i);
        CHECK_EQ(peer->session.stats.opens, 0);
        CHECK(strstr(peer->session.error.why, "no serial port port-") != NULL);
        peer->is_asking = false;
    }
    CHECK_EQ(rename(path, peer->port), 0);
    twin_session_add(&peer->session, &peer->task);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
    CHECK_EQ(peer->task.result, TWIN_OK);
    CHECK_EQ(peer->session.stats.opens, 1);
    peer_free(peer);
    loop_unmake();
}

/* Waiting costs nothing, and after each silence the device's line is ended first. Another session
 * waits much longer meanwhile. */
static void check_silence(void)
{
    struct peer *peer, *other;
    uint8_t bytes[64];

    loop_make();
    other = peer_make(UDP, 1);
    other->is_deaf = true;
    peer_begin(other);
    peer = peer_make(SERIAL, 1);
    stop_after = 1;
    peer->is_deaf = true;
    peer->timeout_ms = 30;
    peer->silences_max = 3;
    peer_begin(peer);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(peer->task.result, TWIN_E_TIMEOUT);
    check_interrupted(other);
    CHECK_EQ(peer->silences, 4);
    CHECK_EQ(peer->session.stats.packets_sent, 4);
    /* One is not noticed if this machine was so busy that the time was over before the wait. */
    CHECK(peer->session.stats.silences >= 1 && peer->session.stats.silences <= 4);
    CHECK(loop.wakeups <= 4 * 3); /* its time, and the pause after the line's end */
    const ssize_t count = read(peer->fd, bytes, sizeof(bytes));
    unsigned ends = 0;
    for (ssize_t i = 0; i + 2 < count; i++) {
        ends += memcmp(&bytes[i], "\n\x06\x09", 3) == 0 && (i == 0 || bytes[i - 1] == '\n');
    }
    CHECK(ends >= 1 && ends <= 3);
    peer_free(other);
    peer_free(peer);
    loop_unmake();
}

/* A device that takes nothing: the end of the link, in its own time. */
static void check_stuck(void)
{
    struct peer *peer;

    loop_make();
    peer = peer_make(SERIAL, 1);
    peer->is_deaf = true;
    peer->ping_len = 60000;
    peer->send_limit_ms = 1; /* and what the line needs */
    peer_begin(peer);
    CHECK_EQ(twin_loop_run(&loop), TWIN_ERROR_NONE);
    CHECK_EQ(peer->task.result, TWIN_E_IO);
    CHECK(strstr(peer->session.error.why, "took nothing") != NULL);
    CHECK(!peer->session.is_sent);
    CHECK(loop.wakeups <= 5);
    peer_free(peer);
    loop_unmake();
}

int main(void)
{
    check_many();
    check_turns();
    check_queue();
    check_closing();
    check_stop();
    check_no_poll();
    check_broken();
    check_reopened();
    check_silence();
    check_stuck();
    return check_report();
}
