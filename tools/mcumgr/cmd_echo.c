/*
 * cmd_echo.c - the verb `echo`: is the device there? SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"

#define ASK_MS    1000 /* for the question that finds out why there was no echo */
#define ASK_TRIES 2
#define WHAT      "echo"

/* Bytes of the packet that a request makes; 0 if it fits none. */
static size_t packet_len(const struct session *session, const struct twin_request *request)
{
    uint8_t packet[65536];
    size_t len = 0;
    const twin_err_t err =
        twin_client_encode(&session->client, request, 0, packet, sizeof(packet), &len);

    return err == TWIN_OK ? len : 0;
}

/* The cause is set: it is the length of the text. */
static int fail_too_long(struct twin_error *error)
{
    twin_error_what(error, WHAT);
    twin_error_hint(error, "Try a shorter TEXT; 'mcumgr params' shows the size of the device's "
                           "buffers, if it tells");
    return cli_fail_error(error);
}

/*
 * Servers drop what is too long for them without a word. One that answers another question is
 * there, so it was the echo: by its own numbers, or by what is left.
 */
static int explain_silence(struct session *session, const struct twin_request *echo)
{
    struct twin_os_params_rsp params = {0};
    const struct twin_request ask = {
        .cmd = &twin_os_params_cmd, .rsp = &params, .timeout_ms = ASK_MS, .tries = ASK_TRIES};
    const size_t len = packet_len(session, echo) + session->device.config.kind->frame_bytes;
    struct twin_error error;

    const twin_err_t err = session_ask(session, &ask);
    if (err != TWIN_OK && err != TWIN_E_REFUSED) {
        return mcumgr_fail(session, TWIN_E_TIMEOUT, WHAT);
    }
    if (params.present & TWIN_OS_PARAMS_RSP_SIZE && len > params.buf_size) {
        twin_error_set(&error, TWIN_ERROR_REFUSED,
                       "TEXT is longer than the device takes: it makes %zu bytes, the device's "
                       "buffers have %u",
                       len, (unsigned)params.buf_size);
    } else {
        twin_error_set(&error, TWIN_ERROR_REFUSED,
                       "the device is there, but does not answer this echo of %zu bytes: TEXT may "
                       "be longer than it takes",
                       len);
    }
    return fail_too_long(&error);
}

/* What the device could mean by this code, of an echo, is the length of the text. */
static bool is_about_length(const struct twin_refusal *refusal)
{
    return !refusal->is_group &&
           (refusal->rc == TWIN_RC_TOO_LARGE || refusal->rc == TWIN_RC_NO_MEMORY);
}

static int explain(struct session *session, const struct twin_request *request, twin_err_t err)
{
    const struct twin_refusal *refusal = &session->client.refusal;
    struct twin_error error;

    if (mcumgr_is_compat() || session_was_stopped(session) || session->device.link == NULL) {
        return mcumgr_fail(session, err, WHAT);
    }
    if (err == TWIN_E_TIMEOUT) {
        return explain_silence(session, request);
    }
    if (err == TWIN_E_REFUSED && is_about_length(refusal)) {
        twin_error_set(&error, TWIN_ERROR_REFUSED,
                       "TEXT is longer than the device takes (code %lld: %s)",
                       (long long)refusal->rc, twin_refusal_str(refusal));
        return fail_too_long(&error);
    }
    return mcumgr_fail(session, err, WHAT);
}

static int echo(struct session *session, const struct cli_call *call)
{
    static const struct twin_column columns[] = {{.key = "r", .title = ""}, {.key = NULL}};
    const struct twin_os_echo_req req = {.present = TWIN_OS_ECHO_REQ_TEXT,
                                         .text = twin_span_text(call->args[0])};
    struct twin_os_echo_rsp rsp;
    const struct twin_request request = {.cmd = &twin_os_echo_cmd, .req = &req, .rsp = &rsp};
    const size_t len = packet_len(session, &request);

    if (len == 0 || len > session->device.link->packet_max) {
        return cli_fail(CLI_USAGE, "TEXT is longer than one packet of this connection (%u bytes)",
                        (unsigned)session->device.link->packet_max);
    }
    const twin_err_t err = session_ask(session, &request);
    return err == TWIN_OK ? mcumgr_show(session->common, request.cmd->rsp, columns, &rsp)
                          : explain(session, &request, err);
}

static int run(const struct cli_call *call)
{
    return session_do(call, echo);
}

const struct cli_cmd cmd_echo = {
    .path = "echo", .args = "TEXT", .help = "Let the device say TEXT back", .run = run};
