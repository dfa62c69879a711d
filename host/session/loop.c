/*
 * loop.c - one poll(2) for all sessions. SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "session/session_priv.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- The list of sessions: callbacks may change it while it is gone through ---- */

bool twin_loop_add(struct twin_loop *loop, struct twin_session *session)
{
    struct pollfd *fds =
        realloc(loop->priv.fds, (loop->priv.session_count + 2) * sizeof(struct pollfd));

    if (fds == NULL) {
        return false;
    }
    loop->priv.fds = fds;
    loop->priv.session_count++;
    session->priv.loop = loop;
    session->priv.next = loop->priv.sessions;
    loop->priv.sessions = session;
    return true;
}

void twin_loop_remove(struct twin_loop *loop, const struct twin_session *session)
{
    struct twin_session **link = &loop->priv.sessions;

    while (*link != session) {
        link = &(*link)->priv.next;
    }
    *link = session->priv.next;
    loop->priv.session_count--;
    if (loop->priv.next == session) {
        loop->priv.next = session->priv.next;
    }
    if (loop->priv.serving == session) {
        loop->priv.serving = NULL;
    }
}

/* The next one of this turn; NULL after the last. */
static struct twin_session *next_session(struct twin_loop *loop)
{
    struct twin_session *session = loop->priv.next;

    loop->priv.serving = session;
    loop->priv.next = session != NULL ? session->priv.next : NULL;
    return session;
}

/* ---- A turn: wait, then serve those for which it is time ---- */

/* What to wait for, and how long. False: no session has a task. */
static bool prepare(struct twin_loop *loop, int *timeout_ms)
{
    int64_t rest_ms = INT64_MAX;

    loop->priv.fds[0] = (struct pollfd){.fd = loop->priv.stop_fd, .events = POLLIN};
    loop->priv.fd_count = 1;
    for (struct twin_session *s = loop->priv.sessions; s != NULL; s = s->priv.next) {
        s->priv.watched = 0;
        if (s->priv.first == NULL) {
            continue;
        }
        const int64_t its_ms = twin_session_rest_ms(s);
        rest_ms = its_ms < rest_ms ? its_ms : rest_ms;
        if (s->link != NULL) {
            s->priv.watched = loop->priv.fd_count++;
            loop->priv.fds[s->priv.watched] = s->link->wait;
        }
    }
    *timeout_ms = rest_ms < INT_MAX ? (int)rest_ms : INT_MAX;
    return rest_ms != INT64_MAX;
}

static bool is_due(const struct twin_loop *loop, const struct twin_session *session)
{
    const size_t watched = session->priv.watched;

    return session->priv.first != NULL && ((watched != 0 && loop->priv.fds[watched].revents != 0) ||
                                           twin_session_rest_ms(session) == 0);
}

static void serve(struct twin_loop *loop)
{
    struct twin_session *session;

    loop->priv.next = loop->priv.sessions;
    while ((session = next_session(loop)) != NULL) {
        if (is_due(loop, session)) {
            twin_session_serve(session);
        }
    }
}

/* ---- The end ---- */

/* Tasks that were there; what is added while they end is left. */
static void end_tasks(struct twin_loop *loop, struct twin_session *session,
                      const struct twin_error *error)
{
    size_t count = 0;

    for (const struct twin_task *task = session->priv.first; task != NULL; task = task->next) {
        count++;
    }
    while (count-- > 0 && loop->priv.serving == session) {
        session->error = *error;
        twin_session_end_task(session, TWIN_E_IO);
    }
}

static enum twin_error_code end_all(struct twin_loop *loop, const struct twin_error *error)
{
    struct twin_session *session;

    loop->priv.next = loop->priv.sessions;
    while ((session = next_session(loop)) != NULL) {
        end_tasks(loop, session, error);
    }
    return error->code;
}

enum twin_error_code twin_loop_run(struct twin_loop *loop)
{
    struct twin_error error;
    int timeout_ms;

    while (loop->priv.sessions != NULL && prepare(loop, &timeout_ms)) { /* jobs are bounded */
        const int ready = poll(loop->priv.fds, loop->priv.fd_count, timeout_ms);
        loop->wakeups++;
        if (ready < 0 && errno != EINTR) {
            twin_error_set(&error, TWIN_ERROR_REFUSED, "cannot wait for %zu links: %s",
                           (size_t)loop->priv.fd_count - 1, strerror(errno));
            return end_all(loop, &error);
        }
        if (ready > 0 && loop->priv.fds[0].revents != 0) {
            twin_error_set(&error, TWIN_ERROR_INTERRUPTED, "interrupted");
            return end_all(loop, &error);
        }
        if (ready >= 0) {
            serve(loop);
        }
    }
    return TWIN_ERROR_NONE;
}

void twin_loop_init(struct twin_loop *loop, int stop_fd)
{
    memset(loop, 0, sizeof(*loop));
    loop->priv.stop_fd = stop_fd;
}

void twin_loop_free(struct twin_loop *loop)
{
    free(loop->priv.fds);
    loop->priv.fds = NULL;
}
