/*
 * cmd_echo.c - the verb `echo`: is the device there? SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS    1000 /* for the question that finds out why there was no echo */
#define ASK_TRIES 2

static void print_reply(const struct mcumgr_common *common, struct twin_span text)
{
    if (common->json) {
        cli_json_print(json_pack("{s:o}", "r", report_json_text(text)));
        return;
    }
    char *copy = report_text(text);
    puts(copy);
    free(copy);
}

/* Bytes of the packet that a request makes; 0 if it fits none. */
static size_t packet_len(const struct session *session, const struct twin_request *request)
{
    uint8_t packet[65536];
    size_t len = 0;
    const twin_err_t err =
        twin_client_encode(&session->client, request, 0, packet, sizeof(packet), &len);

    return err == TWIN_OK ? len : 0;
}

static int fail_too_long(const char *why)
{
    return cli_fail_as(&(struct cli_failure){.code = CLI_REFUSED,
                                             .what = "echo",
                                             .why = why,
                                             .hint = "Try a shorter TEXT; 'mcumgr params' shows "
                                                     "the size of the device's buffers, if it "
                                                     "tells"});
}

/*
 * Servers drop what is too long for them without a word. One that answers another question is
 * there, so it was the echo: by its own numbers, or by what is left.
 */
static int explain_silence(struct session *session, const struct twin_request *echo)
{
    struct twin_os_params_rsp params = {0};
    const struct twin_request ask = {
        .cmd = &twin_os_params_cmd, .timeout_ms = ASK_MS, .tries = ASK_TRIES, .rsp = &params};
    const size_t len = packet_len(session, echo) + session->device.config.kind->frame_bytes;
    char why[200];

    const twin_err_t err = session_ask(session, &ask);
    if (err != TWIN_OK && err != TWIN_E_REFUSED) {
        return report_failure(session, TWIN_E_TIMEOUT, "echo");
    }
    if (params.present & TWIN_OS_PARAMS_RSP_SIZE && len > params.buf_size) {
        snprintf(why, sizeof(why),
                 "TEXT is longer than the device takes: it makes %zu bytes, the device's buffers "
                 "have %u",
                 len, (unsigned)params.buf_size);
    } else {
        snprintf(why, sizeof(why),
                 "the device is there, but does not answer this echo of %zu bytes: TEXT may be "
                 "longer than it takes",
                 len);
    }
    return fail_too_long(why);
}

/* What the device could mean by this code, of an echo, is the length of the text. */
static bool is_about_length(const struct twin_refusal *refusal)
{
    return !refusal->is_group &&
           (refusal->rc == TWIN_RC_TOO_LARGE || refusal->rc == TWIN_RC_NO_MEMORY);
}

static int explain(struct session *session, const struct twin_request *request, twin_err_t err)
{
    char why[200];

    if (mcumgr_is_compat() || session_was_stopped(session) || session->device.link == NULL) {
        return report_failure(session, err, "echo");
    }
    if (err == TWIN_E_TIMEOUT) {
        return explain_silence(session, request);
    }
    if (err == TWIN_E_REFUSED && is_about_length(&session->client.refusal)) {
        snprintf(why, sizeof(why), "TEXT is longer than the device takes (code %lld: %s)",
                 (long long)session->client.refusal.rc, twin_refusal_str(&session->client.refusal));
        return fail_too_long(why);
    }
    return report_failure(session, err, "echo");
}

static int echo(struct session *session, const char *text)
{
    const struct twin_os_echo_req req = {
        .present = TWIN_OS_ECHO_REQ_TEXT,
        .text = {(const uint8_t *)text, strlen(text)},
    };
    struct twin_os_echo_rsp rsp;
    const struct twin_request request = {.cmd = &twin_os_echo_cmd, .req = &req, .rsp = &rsp};
    const size_t len = packet_len(session, &request);

    if (len == 0 || len > session->device.link->packet_max) {
        return cli_fail(CLI_USAGE, "TEXT is longer than one packet of this connection (%u bytes)",
                        (unsigned)session->device.link->packet_max);
    }
    const twin_err_t err = session_ask(session, &request);
    if (err != TWIN_OK) {
        return explain(session, &request, err);
    }
    print_reply(session->common, rsp.text);
    return CLI_DONE;
}

static int run(const struct cli_call *call)
{
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = echo(&session, call->args[0]);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_echo = {
    .path = "echo", .args = "TEXT", .help = "Let the device say TEXT back", .run = run};
