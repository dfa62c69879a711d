/*
 * cmd_shell_exec.c - the verb `shell exec`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "report/text.h"
#include "twin/grp_shell.h"
#include <inttypes.h>
#include <string.h>

#define WHAT      "run the command"
#define WORDS_MAX 8192 /* bytes of the command line, as it is sent */

/* ---- Its output ---- */

/* Bytes of a colour or the like at the start of text: ESC [ numbers letter. */
static size_t colour_len(struct twin_span text)
{
    size_t len = 2;

    if (text.len < 3 || text.ptr[0] != 0x1b || text.ptr[1] != '[') {
        return 0;
    }
    while (len < text.len &&
           (text.ptr[len] == ';' || (text.ptr[len] >= '0' && text.ptr[len] <= '9'))) {
        len++;
    }
    return len < text.len ? len + 1 : 0;
}

/* Append a line of a device: without colours and carriage returns, the rest as all of its texts. */
static void add_line(struct twin_buf *out, struct twin_span line)
{
    struct twin_buf plain = {0};

    for (size_t i = 0; i < line.len; i++) {
        const size_t skip = colour_len((struct twin_span){line.ptr + i, line.len - i});
        if (skip != 0) {
            i += skip - 1;
        } else if (line.ptr[i] != '\r') {
            twin_buf_add(&plain, line.ptr + i, 1);
        }
    }
    twin_report_text(out, twin_buf_span(&plain), cli_terminal_text());
    out->failed |= plain.failed;
    twin_buf_free(&plain);
    twin_buf_text(out, "\n");
}

/* The Go tool's words; a newline is added where the device sends none at its end. */
static int print_text(const struct twin_shell_exec_rsp *rsp)
{
    struct twin_span rest = rsp->output;
    struct twin_buf out = {0};

    twin_buf_text(&out, "status=%" PRId64 "\n", rsp->ret);
    while (rest.len != 0) {
        const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
        const size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        add_line(&out, (struct twin_span){rest.ptr, len});
        rest.ptr += len + (end != NULL);
        rest.len -= len + (end != NULL);
    }
    return cli_print_text(&out);
}

/* A command that says it failed is a failure of ours, too. */
static int show(const struct session *session, const struct twin_shell_exec_rsp *rsp)
{
    if (session->common->json) {
        const int code = mcumgr_show(session->common, twin_shell_exec_cmd.rsp, NULL, rsp);
        if (code == CLI_DONE && rsp->ret != 0) {
            cli_fail_printed();
            return CLI_REFUSED;
        }
        return code;
    }
    const int code = print_text(rsp);
    if (code != CLI_DONE || rsp->ret == 0 || mcumgr_is_compat()) {
        return code;
    }
    return cli_fail(CLI_REFUSED, "the command ended with %" PRId64, rsp->ret);
}

/* ---- The request ---- */

static int put_words(const struct cli_call *call, struct twin_cbor_writer *w)
{
    twin_cbor_put_head(w, TWIN_CBOR_ARRAY, (uint64_t)call->argc);
    for (int i = 0; i < call->argc; i++) {
        twin_cbor_put_text(w, call->args[i]);
    }
    return w->failed ? cli_fail(CLI_USAGE, "the command is above %d bytes", WORDS_MAX) : CLI_DONE;
}

static int work(struct session *session, const struct cli_call *call)
{
    uint8_t words[WORDS_MAX];
    struct twin_cbor_writer w = {.buf = words, .cap = sizeof(words)};
    struct twin_shell_exec_req req = {.present = 0};
    struct twin_shell_exec_rsp rsp;
    /* Sent once only: nobody knows what a command does when it is carried out twice. */
    const struct twin_request request = {.cmd = &twin_shell_exec_cmd,
                                         .req = &req,
                                         .rsp = &rsp,
                                         .timeout_ms = (uint32_t)(session->common->timeout * 1000),
                                         .tries = 1,
                                         .meet_first = true};

    int code = put_words(call, &w);
    if (code == CLI_DONE) {
        req.words = (struct twin_span){words, w.len};
        code = mcumgr_request(session, &request, WHAT);
    }
    return code == CLI_DONE ? show(session, &rsp) : code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, work);
}

const struct cli_cmd cmd_shell_exec = {
    .path = "shell exec",
    .args = "COMMAND...",
    .help = "Run a command of the device's shell",
    .more = "Sent once, for nobody knows what it does when it runs twice: without an answer it may "
            "have run, or may still. Words that begin with - stand behind --. What the command "
            "returned is shown as status; other than 0 it is a failure (exit code 1).",
    .run = run,
};
