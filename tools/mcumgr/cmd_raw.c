/*
 * cmd_raw.c - the verb `raw`: any command of any group, its messages as JSON.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "report/item.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WHAT "carry out the command"

/* A body as a message: its members as they are, each a field. */
struct body {
    uint32_t present;
    struct twin_span values[TWIN_FIELDS_MAX];
};

struct raw {
    struct twin_cmd cmd;
    struct twin_msg req;
    struct twin_field fields[TWIN_FIELDS_MAX];
    struct body body;
    struct twin_buf bytes[TWIN_FIELDS_MAX]; /* what the values of body point into */
    json_t *json;                           /* what the keys of fields point into */
};

/* An answer, whatever it is. */
struct answer {
    uint32_t present;
    struct twin_span whole;
};
static const struct twin_field answer_fields[] = {
    TWIN_FIELD(answer, whole, "", TWIN_F_WHOLE, TWIN_OPTIONAL)};
static const struct twin_msg answer_msg = TWIN_MSG(answer, answer_fields);

/* ---- The command line ---- */

static bool number(const char *text, unsigned long most, unsigned long *out)
{
    char *end;

    errno = 0;
    *out = strtoul(text, &end, 0);
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out <= most;
}

static int read_command(const struct cli_call *call, struct raw *raw)
{
    const bool is_write = strcmp(call->args[0], "write") == 0;
    unsigned long group, id;

    if (!is_write && strcmp(call->args[0], "read") != 0) {
        return cli_usage_error(call, "'%s' is neither read nor write.", call->args[0]);
    }
    if (!number(call->args[1], UINT16_MAX, &group) || !number(call->args[2], UINT8_MAX, &id)) {
        return cli_usage_error(call, "GROUP is a number up to 65535, ID one up to 255.");
    }
    raw->cmd = (struct twin_cmd){.op = is_write ? TWIN_SMP_WRITE : TWIN_SMP_READ,
                                 .id = (uint8_t)id,
                                 .group = (uint16_t)group,
                                 .req = &raw->req,
                                 .rsp = &answer_msg};
    return CLI_DONE;
}

/* The fields of the request: the members of the JSON. False without memory. */
static bool fill(struct raw *raw)
{
    bool ok = true;
    unsigned i = 0;

    for (void *at = json_object_iter(raw->json); at != NULL;
         at = json_object_iter_next(raw->json, at), i++) {
        twin_item_cbor(&raw->bytes[i], json_object_iter_value(at));
        ok = ok && !raw->bytes[i].failed;
        raw->body.values[i] = twin_buf_span(&raw->bytes[i]);
        raw->fields[i] = (struct twin_field){
            .key = json_object_iter_key(at),
            .type = TWIN_F_RAW,
            .flags = TWIN_REQUIRED,
            .offset = (uint16_t)(offsetof(struct body, values) + i * sizeof(struct twin_span))};
    }
    raw->req = (struct twin_msg){
        .fields = raw->fields, .field_count = (uint16_t)i, .size = sizeof(struct body)};
    return ok;
}

static int read_body(const struct cli_call *call, struct raw *raw)
{
    json_error_t error;

    raw->json = json_loads(call->argc > 3 ? call->args[3] : "{}", JSON_REJECT_DUPLICATES, &error);
    if (raw->json == NULL) {
        return cli_usage_error(call, "BODY is not JSON: %s, at character %d.", error.text,
                               error.position);
    }
    if (!json_is_object(raw->json) || json_object_size(raw->json) > TWIN_FIELDS_MAX) {
        return cli_usage_error(call, "BODY is a JSON object with at most %d members.",
                               TWIN_FIELDS_MAX);
    }
    return fill(raw) ? CLI_DONE : cli_fail(CLI_USAGE, "memory ran out");
}

/* ---- The request ---- */

static int ask(struct session *session, const struct raw *raw)
{
    const bool is_write = raw->cmd.op == TWIN_SMP_WRITE;
    struct answer answer;
    /* What a write does is not known here, nor whether it may be done twice. */
    const struct twin_request request = {
        .cmd = &raw->cmd,
        .req = &raw->body,
        .rsp = &answer,
        .timeout_ms = is_write ? (uint32_t)(session->common->timeout * 1000) : 0,
        .tries = is_write ? 1 : 0,
        .meet_first = is_write};
    const int code = mcumgr_request(session, &request, WHAT);

    return code == CLI_DONE ? cli_json_print(twin_item_json(answer.whole)) : code;
}

static int work(const struct cli_call *call, const struct raw *raw)
{
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = ask(&session, raw);
    }
    session_close(&session);
    return code;
}

static int run(const struct cli_call *call)
{
    struct raw raw = {.json = NULL};

    int code = read_command(call, &raw);
    if (code == CLI_DONE) {
        code = read_body(call, &raw);
    }
    if (code == CLI_DONE) {
        code = work(call, &raw);
    }
    for (unsigned i = 0; i < TWIN_FIELDS_MAX; i++) {
        twin_buf_free(&raw.bytes[i]);
    }
    json_decref(raw.json);
    return code;
}

const struct cli_cmd cmd_raw = {
    .path = "raw",
    .args = "read|write GROUP ID [BODY]",
    .help = "Send any command, and print the answer as JSON",
    .more = "GROUP and ID are the command's numbers, BODY is its request as a JSON object: "
            "'mcumgr raw write 0 0 {\"d\":\"hello\"}'. Bytes are written h'0a0b' in a text, both "
            "ways. A read is repeated until it is answered, a write is sent once.",
    .run = run};
