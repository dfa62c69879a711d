/*
 * commands.h - the verbs of mcumgr: how one is written, and what they share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A verb is one file cmd_NAME.c with one struct cli_cmd (cli/cli.h), and one row in commands.c.
 * There are three kinds.
 *
 * 1. One request, whose answer is shown. Nothing is programmed: the command's row (twin/msg.h) says
 *    what is asked, a function puts the words of the command line into the request, a table says
 *    how the answer reads (report/layout.h). Text, --json, failures and --compat come with it.
 *
 *        static int fill(const struct cli_call *call, void *req_)
 *        {
 *            struct twin_os_info_req *req = req_;
 *            req->present = TWIN_OS_INFO_REQ_FORMAT;
 *            req->format = twin_span_text(call->args[0]);
 *            return CLI_DONE;
 *        }
 *        static const struct twin_column columns[] = {{.key = "output", .title = ""},
 *                                                     {.key = NULL}};
 *        static const struct mcumgr_ask ask = {.cmd = &twin_os_info_cmd, .fill = fill,
 *            .columns = columns, .what = "read the device's description"};
 *        const struct cli_cmd cmd_info = {.path = "info", .args = "FORMAT", .help = "Show ...",
 *            .run = mcumgr_ask, .data = &ask};
 *
 * 2. Requests with something to decide in between:
 *
 *        static int work(struct session *session, const struct cli_call *call)
 *        {
 *            ...
 *            const int code = mcumgr_request(session, &request, "do what it does");
 *            return code == CLI_DONE ? mcumgr_show(session->common, msg, columns, &answer) : code;
 *        }
 *        static int run(const struct cli_call *call) { return session_do(call, work); }
 *
 * 3. A long job (twin/upload.h, twin/update.h): begin it with session.client, session_run() it as a
 *    task whose on_step shows how far it is (cmd_image_transfer.c).
 *
 * Rules for all. What the device sends is printed through report/ only: it may send anything.
 * stdout is for what was asked, stderr for talk. A failure is a struct twin_error, told by
 * mcumgr_fail() or cli_fail_error(); a verb that knows more of a cause than mcumgr_fail() fills in
 * one of its own (cmd_echo.c). What several verbs share is cmd_GROUP.h and .c; what a program
 * without a terminal could use too belongs into a library of host/.
 */
#pragma once
#include "cli/cli.h"
#include "report/failure.h"
#include "report/layout.h"
#include "session/session.h"

/* Options that every verb takes. */
struct mcumgr_common {
    const char *conn, *conntype, *connstring, *connextra, *loglevel, *name;
    double timeout; /* seconds for an answer, repeats included */
    uint32_t tries; /* times to wait so long */
    uint32_t hci;
    bool write_rsp, json, compat;
    const char *ompres;
};

/* --compat, or MCUMGR_COMPAT=1 in the environment: errors are printed and told as the Go tool does
 * it. */
bool mcumgr_is_compat(void);

/* Is what the device prints between packets to be shown (-l debug)? */
bool mcumgr_shows_console(const struct mcumgr_common *common);

/* ---- The session with the device (cmd_session.c) ---- */

struct session {
    struct mcumgr_common options;
    const struct mcumgr_common *common; /* the options, with tries at least 1 */
    char connstring[1024];
    struct twin_loop loop;      /* which has this one session: */
    struct twin_session device; /* its link is NULL while it is broken */
    struct twin_client client;
    uint8_t answer[65536]; /* the answer read last: what is in request.rsp points here */
};

/* Find the device by options or profile and open the link. Returns CLI_DONE, or what to exit with
 * after the message. session_close() is allowed either way. */
int session_open(struct session *session, const struct cli_call *call);
void session_close(struct session *session);

/* Open a session, let work do with it what the verb does, close it. Returns the exit code. */
int session_do(const struct cli_call *call,
               int (*work)(struct session *session, const struct cli_call *call));

/* Drive a job to its end. A broken link gives TWIN_E_IO with device.error, and so does Ctrl-C. */
twin_err_t session_run(struct session *session, struct twin_task *task);

/* The same for one request. */
twin_err_t session_ask(struct session *session, const struct twin_request *request);

/* Was it Ctrl-C that ended the job, or another signal? */
bool session_was_stopped(const struct session *session);

/* ---- Verbs that are one request (cmd_ask.c) ---- */

struct mcumgr_ask {
    const struct twin_cmd *cmd; /* what is asked */
    const char *what;           /* completes "could not ..." */
    /* Fills in the struct of the request, which is all 0, from the command line. Returns CLI_DONE,
     * or what to exit with after a message. NULL: there is nothing to fill in. */
    int (*fill)(const struct cli_call *call, void *req);
    const struct twin_column *columns; /* what is shown of the answer; NULL: all of it */
};

/* The run function of a command whose data is a struct mcumgr_ask. An answer without fields is
 * shown as "Done". */
int mcumgr_ask(const struct cli_call *call);

/* The same for a verb that chooses what to ask. */
int mcumgr_ask_this(const struct cli_call *call, const struct mcumgr_ask *ask);

/* One request, and the message if it fails; `what` completes "could not ...". Returns CLI_DONE, or
 * what to exit with. */
int mcumgr_request(struct session *session, const struct twin_request *request, const char *what);

/* ---- Results and failures (cmd_ask.c) ---- */

/* Print a message, as lines or with --json as one object. Returns the exit code. */
int mcumgr_show(const struct mcumgr_common *common, const struct twin_msg *msg,
                const struct twin_column *columns, const void *answer);

/* Print that a verb without an answer worked: "Done", or {}. */
int mcumgr_done(const struct mcumgr_common *common);

/* How text is shown to this user. */
struct twin_report_style mcumgr_style(void);

/* Say why a job failed. `what` completes "could not ...". Returns the exit code. */
int mcumgr_fail(const struct session *session, twin_err_t err, const char *what);

/* The device, for errors about it. Valid as long as the session is. */
struct twin_report_device mcumgr_device(const struct session *session);

/* ---- All of them (commands.c) ---- */

/* Ends with NULL. */
extern const struct cli_cmd *const commands[];
