/*
 * mcumgr.h - what the verbs of this program share: its options, and a session with a device.
 *
 * A verb is one file cmd_*.c: it opens a session, runs a request or a job, prints, closes:
 *
 *     struct session session;
 *     int code = session_open(&session, call);
 *     if (code == CLI_DONE) { code = session_request(&session, &request, "echo"); }
 *     if (code == CLI_DONE) { ...print what is in request.rsp... }
 *     session_close(&session);
 *     return code;
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"
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

/* ---- Session ---- */

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

/* End the program where no way leads back: the link is closed before, so that a serial port gets
 * its settings back. */
void session_abandon(int code) __attribute__((noreturn));

/* Drive a job to its end. A broken link gives TWIN_E_IO with device.error, and so does Ctrl-C. */
twin_err_t session_run(struct session *session, struct twin_task *task);

/* The same for one request. */
twin_err_t session_ask(struct session *session, const struct twin_request *request);

/* Was it Ctrl-C that ended the job, or another signal? */
bool session_was_stopped(const struct session *session);

/* One request, told if it fails; `what` completes "could not ...". Returns CLI_DONE, or the exit
 * code after the message. */
int session_request(struct session *session, const struct twin_request *request, const char *what);

/* ---- Report ---- */

/* Say why a job failed, and give the exit code. `what` completes "could not ...". */
int report_failure(const struct session *session, twin_err_t err, const char *what);

/* Say that a verb without an answer worked. */
void report_done(const struct session *session);

#define REPORT_NUMBER_MAX 24 /* room for any number of 64 bits */

/* A number that a device told, as text; if it did not, "?", or as the Go tool does it "0". */
const char *report_number(bool is_there, int64_t number, char text[REPORT_NUMBER_MAX]);
const char *report_unsigned(bool is_there, uint64_t number, char text[REPORT_NUMBER_MAX]);

/* JSON integers end at 2^63 - 1: numbers above become text. */
json_t *report_json_unsigned(uint64_t number);

/* Memory for what a device answered: malloc'ed, never NULL. Without any the program ends. */
void *report_room(size_t len);

/*
 * All text from a device is printed by this: one line of characters that the terminal shows; what
 * is none is escaped (twin/text.h). malloc'ed, never NULL.
 */
char *report_text(struct twin_span text);

/* The same for a key in JSON: what is not UTF-8 is escaped, the rest is for JSON to escape. */
char *report_json_key(struct twin_span text);

/* A span as JSON: text (bytes that are not UTF-8 as \xNN), or bytes in hex. */
json_t *report_json_text(struct twin_span text);
json_t *report_json_hex(struct twin_span bytes);
