/*
 * session/session.h - one event loop that drives any number of jobs on any number of links.
 *
 * A session is what a program has with one device: a link, and a queue of tasks. A task is a job of
 * the client (twin/client.h) and what its owner wants to hear of it. All sessions of a loop share
 * one thread and one poll(2): no device waits for another, whatever it does.
 *
 *     struct twin_loop loop;
 *     struct twin_session session;
 *     struct twin_task task = {.job = &upload.job, .on_done = show_result};
 *
 *     twin_loop_init(&loop, stop_fd);
 *     twin_session_open(&session, &loop, &config, &error);
 *     twin_session_add(&session, &task);
 *     ...more sessions, more tasks...
 *     twin_loop_run(&loop);
 *     twin_session_close(&session);
 *     twin_loop_free(&loop);
 *
 * Not here: which device is meant, what is printed, signals (a handler writes to the pipe whose
 * other end is stop_fd). SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "transport/link.h"
#include "twin/client.h"

struct twin_session;

/* ---- Tasks ---- */

/* Its owner's; it stays where it is until it is done or its session is closed. */
struct twin_task {
    struct twin_job *job;
    /* Called when its turn has come, to begin the job: several tasks of a session mostly share one
     * client, which serves one job at a time. NULL: it is begun already. */
    void (*on_begin)(struct twin_task *task);
    /* Called after each step of the job, to show how far it is; or NULL. */
    void (*on_step)(struct twin_task *task);
    /* Called when it is over; or NULL. It may add tasks and close sessions, this one too; neither
     * may the other two. */
    void (*on_done)(struct twin_task *task);
    const bool *may_drop; /* while it points to true a broken link is opened again; or NULL */
    void *ctx;            /* for the callbacks */

    /*
     * What became of it; valid when it is done: what the job ended with, or TWIN_E_IO if the link
     * broke or the loop was stopped, and then session->error says it.
     */
    twin_err_t result;
    struct twin_session *session; /* that it was added to */
    struct twin_task *next;       /* behind it in the queue */
};

/* ---- Loop ---- */

/* One thread's; 64 KiB, so perhaps not for a stack. */
struct twin_loop {
    uint64_t wakeups; /* times that it waited: calls of poll(2) */
    struct {
        int stop_fd;
        struct twin_session *sessions;
        size_t session_count;
        struct pollfd *fds; /* stop_fd, then what is waited for; room for session_count + 1 */
        nfds_t fd_count;
        struct twin_session *serving; /* NULL if it was closed meanwhile */
        struct twin_session *next;    /* to be served after it */
        uint8_t packet[65536];
    } priv;
};

/*
 * Prepare a loop without sessions.
 *
 * stop_fd  when it becomes readable all tasks end, and so does twin_loop_run(); the loop does not
 *          read from it. -1: there is none.
 */
void twin_loop_init(struct twin_loop *loop, int stop_fd);

/*
 * Drive all tasks, those included that are added meanwhile, until none is left. May be called again
 * when there are new ones.
 *
 * Returns TWIN_ERROR_NONE, however the tasks ended; TWIN_ERROR_INTERRUPTED if stop_fd became
 * readable, TWIN_ERROR_REFUSED if the system does not let it wait: then all tasks were ended with
 * TWIN_E_IO, and the error of their sessions says why.
 */
enum twin_error_code twin_loop_run(struct twin_loop *loop);

/* Give back its memory; all its sessions were closed before. */
void twin_loop_free(struct twin_loop *loop);

/* ---- Session ---- */

struct twin_session_config {
    const struct twin_transport *kind;
    const char *connstring; /* has to stay in place while the session is open */
    uint32_t send_limit_ms; /* that the link may take for a packet; 0: the link's own limit */
    void (*on_text)(void *ctx, struct twin_span line); /* as in struct twin_link */
    void *ctx;
};

/* Packets, and what happened to the link; read only. */
struct twin_session_stats {
    uint64_t packets_sent, packets_received; /* whole ones */
    uint64_t bytes_sent, bytes_received;     /* of packets, without framing */
    unsigned silences;                       /* times that a job waited for a packet in vain */
    unsigned opens, drops;                   /* times that the link was opened, and broke */
};

struct twin_session {
    struct twin_session_config config;
    struct twin_link *link;  /* NULL while it is broken */
    struct twin_error error; /* why it broke last, or could not be opened */
    bool is_sent;            /* the packet given last was taken by the link, whole */
    struct twin_session_stats stats;
    struct {
        struct twin_loop *loop;
        struct twin_session *next; /* of the loop */
        struct twin_task *first;   /* the one that is driven; the others follow */
        bool is_begun;
        enum {
            TWIN_SESSION_ASK,  /* the job is to say what to do */
            TWIN_SESSION_SEND, /* until the link has taken a packet */
            TWIN_SESSION_WAIT  /* until a packet comes, or the job's time */
        } state;
        nfds_t watched; /* its place in what the loop waits for; 0: none */
    } priv;
};

/*
 * Add a session to a loop, and open its link, which may block (transport/link.h). A session whose
 * link could not be opened is one all the same: each packet to send opens the link again, once, and
 * so does a broken one where the task may drop it.
 *
 * Returns TWIN_ERROR_NONE; else session->error, which is TWIN_ERROR_REFUSED without memory, and
 * then no session of the loop; what else twin_link_open() gives. It is to be closed either way.
 */
enum twin_error_code twin_session_open(struct twin_session *session, struct twin_loop *loop,
                                       const struct twin_session_config *config);

/* Close the link. Tasks that are not done are forgotten. Closing twice is allowed. */
void twin_session_close(struct twin_session *session);

/* Add a task at the end of the queue. It is driven by twin_loop_run(). */
void twin_session_add(struct twin_session *session, struct twin_task *task);
