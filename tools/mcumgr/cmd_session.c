/*
 * cmd_session.c - which device is meant, and this program's one session with it.
 *
 * Ctrl-C only makes a pipe readable, at which the loop looks whenever it waits, so the link is
 * always closed properly. A handler can be told nothing, so the pipe is a variable of this file.
 * A closed pipe at our output does not break off what is done to a device.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "profiles/profile.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SENDS_PER_TRY  3   /* within -t, so that one lost packet does not cost all of it */
#define SEND_AGAIN_MIN 0.5 /* seconds: with less time for each the request is sent once */
#define ONE_DAY        86400.0
#define SEND_MS        10000 /* that a link may take for a packet; -t may say less */

static int stop_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    (void)number;
    const ssize_t ignored = write(stop_pipe[1], "", 1);
    (void)ignored;
}

static bool catch_signals(void)
{
    const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    /* Once: where something does not look at the pipe, such as the resolver, a second one ends us.
     */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    if (stop_pipe[0] >= 0) {
        return true;
    }
    if (pipe(stop_pipe) != 0) {
        return false;
    }
    fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction found;
        if (sigaction(signals[i], NULL, &found) == 0 && found.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL); /* nohup stays what it is */
        }
    }
    signal(SIGPIPE, SIG_IGN); /* nobody reads our progress any more: the work goes on */
    return true;
}

/* ---- Which device ---- */

struct target {
    char type[32];
    char connstring[1024];
};

/* Append to a connstring, with a comma in between. */
static bool add_words(struct target *target, const char *words)
{
    const size_t len = strlen(target->connstring);
    const int added = snprintf(target->connstring + len, sizeof(target->connstring) - len, "%s%s",
                               len > 0 ? "," : "", words);

    return (size_t)added < sizeof(target->connstring) - len;
}

static int use_profile(struct target *target, const char *name)
{
    struct twin_profiles profiles;
    struct twin_profile profile;
    struct twin_error error;

    enum twin_error_code code = twin_profiles_load(&profiles, &error);
    if (code == TWIN_ERROR_NONE && twin_profiles_find(&profiles, name, &profile) &&
        add_words(target, profile.connstring)) {
        snprintf(target->type, sizeof(target->type), "%s", profile.type);
    } else if (code == TWIN_ERROR_NONE) {
        code = twin_error_set(&error, TWIN_ERROR_USAGE,
                              "there is no connection profile '%s' ('mcumgr conn show' lists them)",
                              name);
    }
    twin_profiles_free(&profiles);
    return code == TWIN_ERROR_NONE ? CLI_DONE : cli_fail_error(&error);
}

/* The profile first, then what the options override. */
static int find_target(struct target *target, const struct mcumgr_common *common)
{
    bool fits = true;

    memset(target, 0, sizeof(*target));
    if (common->conn != NULL && *common->conn != '\0') {
        const int code = use_profile(target, common->conn);
        if (code != CLI_DONE) {
            return code;
        }
    }
    if (common->conntype != NULL && *common->conntype != '\0') {
        snprintf(target->type, sizeof(target->type), "%s", common->conntype);
    }
    if (common->connstring != NULL) {
        target->connstring[0] = '\0';
        fits = add_words(target, common->connstring);
    }
    if (common->connextra != NULL) {
        fits = fits && add_words(target, common->connextra);
    }
    return fits ? CLI_DONE : cli_fail(CLI_USAGE, "the connstring is too long");
}

static int find_transport(const struct target *target, const struct mcumgr_common *common,
                          const struct twin_transport **kind)
{
    if (target->type[0] == '\0') {
        return cli_fail(CLI_USAGE,
                        "No connection type specified: say which device with --conntype serial "
                        "--connstring dev=/dev/ttyACM0, or -c NAME for a saved one");
    }
    *kind = twin_transport_find(target->type);
    if (*kind == NULL) {
        return cli_fail(CLI_USAGE,
                        twin_profile_type_is_known(target->type)
                            ? "connections of type %s are not built into this program; it has "
                              "serial and udp"
                            : "invalid conntype: \"%s\"; this program has serial and udp",
                        target->type);
    }
    if (common->name != NULL || common->write_rsp) {
        cli_warn("--name and --write-rsp are for Bluetooth; a %s connection does without them",
                 target->type);
    }
    return CLI_DONE;
}

/* ---- Link ---- */

static void show_console(void *ctx, struct twin_span line)
{
    struct twin_buf text = {0};

    (void)ctx;
    twin_report_text(&text, line, cli_terminal_text());
    fprintf(stderr, "device: %.*s\n", (int)text.len, text.len > 0 ? (char *)text.data : "");
    twin_buf_free(&text);
}

static struct twin_session_config link_config(const struct session *session,
                                              const struct twin_transport *kind)
{
    const double timeout_ms = session->common->timeout * 1000;

    return (struct twin_session_config){
        .kind = kind,
        .connstring = session->connstring,
        .send_limit_ms = timeout_ms < 1         ? 1
                         : timeout_ms < SEND_MS ? (uint32_t)timeout_ms
                                                : SEND_MS,
        .on_text = mcumgr_shows_console(session->common) ? show_console : NULL};
}

/* Never the same twice in a row: answers to an earlier run must not match. */
static uint8_t random_seq(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint8_t)(now.tv_nsec / 1000 + getpid());
}

static struct twin_client_config client_config(const struct mcumgr_common *common)
{
    const double seconds = common->timeout < 0.001     ? 0.001
                           : common->timeout > ONE_DAY ? ONE_DAY
                                                       : common->timeout;
    const unsigned sends = seconds / SENDS_PER_TRY >= SEND_AGAIN_MIN ? SENDS_PER_TRY : 1;

    return (struct twin_client_config){.timeout_ms = (uint32_t)(seconds * 1000 / sends),
                                       .tries = common->tries * sends,
                                       .version = mcumgr_is_compat() ? TWIN_SMP_V1 : TWIN_SMP_V2,
                                       .seq = random_seq()};
}

int session_open(struct session *session, const struct cli_call *call)
{
    const struct twin_transport *kind = NULL;
    struct target target;

    memset(session, 0, sizeof(*session));
    session->options = *(const struct mcumgr_common *)call->common;
    session->options.tries += session->options.tries == 0; /* as the Go tool counts */
    session->common = &session->options;
    int code = find_target(&target, session->common);
    if (code == CLI_DONE) {
        code = find_transport(&target, session->common, &kind);
    }
    if (code != CLI_DONE) {
        return code;
    }
    memcpy(session->connstring, target.connstring, sizeof(session->connstring));
    struct twin_client_config config = client_config(session->common);
    config.room = session->answer;
    config.room_len = sizeof(session->answer);
    twin_client_init(&session->client, &config);
    if (!catch_signals()) {
        return cli_fail(CLI_LINK, "there are no descriptors left: %s", strerror(errno));
    }
    twin_loop_init(&session->loop, stop_pipe[0]);
    const struct twin_session_config how = link_config(session, kind);
    return twin_session_open(&session->device, &session->loop, &how) == TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&session->device.error);
}

void session_close(struct session *session)
{
    twin_session_close(&session->device);
    twin_loop_free(&session->loop);
}

int session_do(const struct cli_call *call,
               int (*work)(struct session *session, const struct cli_call *call))
{
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = work(&session, call);
    }
    session_close(&session);
    return code;
}

/* ---- Driving a job ---- */

twin_err_t session_run(struct session *session, struct twin_task *task)
{
    twin_session_add(&session->device, task);
    twin_loop_run(&session->loop);
    return task->result;
}

twin_err_t session_ask(struct session *session, const struct twin_request *request)
{
    struct twin_task task = {.job = &session->client.job};

    twin_client_begin(&session->client, request);
    return session_run(session, &task);
}

bool session_was_stopped(const struct session *session)
{
    return session->device.error.code == TWIN_ERROR_INTERRUPTED;
}
