/*
 * session.c - a session with one device: its link, its queue of tasks, one step after the other.
 *
 * Not the waiting for all sessions together (loop.c). Nothing here blocks, but opening a link.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/session_priv.h"
#include <string.h>

#define STEPS_MAX 16 /* in one turn: then the other sessions have theirs */

static uint32_t now(void)
{
    return (uint32_t)twin_link_now_ms();
}

/* ---- Link ---- */

static enum twin_error_code open_link(struct twin_session *session)
{
    const struct twin_session_config *config = &session->config;
    struct twin_link *link = twin_link_open(config->kind, config->connstring, &session->error);

    session->link = link;
    if (link == NULL) {
        return session->error.code;
    }
    session->stats.opens++;
    link->send_limit_ms = config->send_limit_ms != 0 ? config->send_limit_ms : link->send_limit_ms;
    link->on_text = config->on_text;
    link->ctx = config->ctx;
    return TWIN_ERROR_NONE;
}

static void drop_link(struct twin_session *session)
{
    twin_link_close(session->link);
    session->link = NULL;
    session->stats.drops++;
}

/* Without a link a packet is as good as lost: the job sends it again. */
static void send_packet(struct twin_session *session, struct twin_span packet)
{
    session->is_sent = false;
    if (session->link == NULL && open_link(session) != TWIN_ERROR_NONE) {
        return;
    }
    if (twin_link_send(session->link, packet, &session->error) != TWIN_ERROR_NONE) {
        drop_link(session);
        return;
    }
    session->stats.packets_sent++;
    session->stats.bytes_sent += packet.len;
    session->is_sent = !session->link->is_sending;
    session->priv.state = session->is_sent ? TWIN_SESSION_ASK : TWIN_SESSION_SEND;
}

/* ---- Steps ---- */

enum after {
    GO_ON, /* another step can follow at once */
    REST,  /* not before something happens, or its time has come */
    OVER   /* the job is done */
};

/* The job says what to do. */
static enum after ask(struct twin_session *session)
{
    struct twin_loop *loop = session->priv.loop;
    struct twin_task *task = session->priv.first;
    struct twin_span packet = {.ptr = loop->priv.packet};

    if (!session->priv.is_begun) {
        session->priv.is_begun = true;
        session->is_sent = false;
        if (task->on_begin != NULL) {
            task->on_begin(task);
        }
    }
    const enum twin_step step =
        twin_job_poll(task->job, now(), loop->priv.packet, sizeof(loop->priv.packet), &packet.len);
    if (task->on_step != NULL) {
        task->on_step(task);
    }
    if (step == TWIN_STEP_SEND) {
        send_packet(session, packet);
    } else {
        session->priv.state = TWIN_SESSION_WAIT;
    }
    return step == TWIN_STEP_DONE ? OVER : GO_ON;
}

/* The link has not taken all of the packet yet. What arrives meanwhile waits in the driver. */
static enum after go_on_sending(struct twin_session *session)
{
    struct twin_span none;

    if (twin_link_receive(session->link, &none, &session->error) == TWIN_LINK_BROKEN) {
        drop_link(session);
    } else if (session->link->is_sending) {
        return REST;
    } else {
        session->is_sent = true;
    }
    session->priv.state = TWIN_SESSION_ASK;
    return GO_ON;
}

static void take_packet(struct twin_session *session, struct twin_span packet)
{
    session->stats.packets_received++;
    session->stats.bytes_received += packet.len;
    twin_job_receive(session->priv.first->job, packet, now());
}

/* The job waits: for a packet, until its time has come. */
static enum after wait(struct twin_session *session)
{
    struct twin_span packet;
    const enum twin_link_event event =
        session->link == NULL ? TWIN_LINK_NONE
                              : twin_link_receive(session->link, &packet, &session->error);

    if (event == TWIN_LINK_PACKET) {
        take_packet(session, packet);
    } else if (event == TWIN_LINK_BROKEN) {
        drop_link(session);
    } else if (!twin_time_reached(now(), session->priv.first->job->wake_ms)) {
        return REST;
    } else {
        session->stats.silences++;
        if (session->link != NULL) {
            session->link->is_stale = true; /* something may have been lost half-way */
        }
    }
    session->priv.state = TWIN_SESSION_ASK;
    return GO_ON;
}

static bool may_drop(const struct twin_task *task)
{
    return task->may_drop != NULL && *task->may_drop;
}

void twin_session_serve(struct twin_session *session)
{
    static enum after (*const steps[])(struct twin_session *) = {
        [TWIN_SESSION_ASK] = ask, [TWIN_SESSION_SEND] = go_on_sending, [TWIN_SESSION_WAIT] = wait};
    const struct twin_task *task = session->priv.first;

    for (unsigned i = 0; i < STEPS_MAX; i++) {
        const enum after after = steps[session->priv.state](session);
        if (after == OVER) {
            twin_session_end_task(session, task->job->result);
            return;
        }
        if (session->link == NULL && !may_drop(task)) {
            twin_session_end_task(session, TWIN_E_IO);
            return;
        }
        if (after == REST) {
            return;
        }
    }
}

int64_t twin_session_rest_ms(const struct twin_session *session)
{
    int64_t rest_ms = 0;

    if (session->priv.state == TWIN_SESSION_SEND) {
        rest_ms = session->link->wake_ms - twin_link_now_ms();
    } else if (session->priv.state == TWIN_SESSION_WAIT) {
        rest_ms = (int32_t)(session->priv.first->job->wake_ms - now());
    }
    return rest_ms > 0 ? rest_ms : 0;
}

void twin_session_end_task(struct twin_session *session, twin_err_t result)
{
    struct twin_task *task = session->priv.first;

    session->priv.first = task->next;
    session->priv.is_begun = false;
    session->priv.state = TWIN_SESSION_ASK;
    task->result = result;
    if (task->on_done != NULL) {
        task->on_done(task);
    }
}

/* ---- For the owner ---- */

enum twin_error_code twin_session_open(struct twin_session *session, struct twin_loop *loop,
                                       const struct twin_session_config *config)
{
    memset(session, 0, sizeof(*session));
    session->config = *config;
    if (!twin_loop_add(loop, session)) {
        return twin_error_no_memory(&session->error);
    }
    return open_link(session);
}

void twin_session_close(struct twin_session *session)
{
    twin_link_close(session->link);
    session->link = NULL;
    if (session->priv.loop != NULL) {
        twin_loop_remove(session->priv.loop, session);
        session->priv.loop = NULL;
    }
}

void twin_session_add(struct twin_session *session, struct twin_task *task)
{
    struct twin_task **end = &session->priv.first;

    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = task;
    task->next = NULL;
    task->session = session;
}
