/*
 * srv_shell.c - shell group, device side: exec. Spec: docs/spec-smp.md section 3.7.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_shell.h"
#include "twin/server.h"

#define CONSOLE  4  /* bytes of a packet buffer that a console's framing takes */
#define HEAD_LEN 3  /* of a text of any length up to 64 KiB */
#define TAIL_LEN 13 /* "ret" and its number */

#define FAULT(name, value, v1, text) [value] = {TWIN_SHELL_V1_##name, value, NULL},
static const struct twin_srv_fault faults[] = {TWIN_SHELL_RC_LIST(FAULT)};

void twin_srv_shell_print(struct twin_srv_shell_output *output, const char *text)
{
    const size_t room = output->cap - output->len;
    size_t len = strlen(text);

    len = len < room ? len : room;
    while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) {
        len--; /* not in the middle of a character */
    }
    memcpy(output->buf + output->len, text, len);
    output->len += len;
}

/* Append a word of printable characters. Returns 0, or why not. */
static unsigned add_word(char *line, size_t *len, struct twin_span word)
{
    if (word.len >= TWIN_SRV_SHELL_LINE_MAX - *len - (*len != 0)) {
        return TWIN_SHELL_RC_TOO_LONG;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] < ' ' || word.ptr[i] == 0x7f) {
            return TWIN_SRV_RC(TWIN_RC_INVALID);
        }
    }
    if (*len != 0) {
        line[(*len)++] = ' ';
    }
    memcpy(line + *len, word.ptr, word.len);
    *len += word.len;
    return 0;
}

static unsigned join(const struct twin_shell_exec_req *req, char line[TWIN_SRV_SHELL_LINE_MAX])
{
    struct twin_items words = twin_msg_items(req->words);
    struct twin_span word;
    size_t len = 0;

    memset(line, 0, TWIN_SRV_SHELL_LINE_MAX);
    while (twin_msg_next_exact(&words, TWIN_F_TSTR, &word)) {
        const unsigned fault = add_word(line, &len, word);
        if (fault != 0) {
            return fault;
        }
    }
    return len == 0 ? TWIN_SHELL_RC_EMPTY : 0u;
}

/* Bytes of text that fit the answer, also into the packet that was announced to clients. */
static size_t room_for_text(const struct twin_srv_call *call)
{
    const size_t announced = call->srv->priv.config->buf_size;
    const size_t most =
        announced > TWIN_SMP_HEADER_LEN + CONSOLE ? announced - TWIN_SMP_HEADER_LEN - CONSOLE : 0;
    const size_t cap = call->rsp->cap < most ? call->rsp->cap : most;
    const size_t taken = call->rsp->len + HEAD_LEN + TAIL_LEN;

    return cap > taken ? cap - taken : 0;
}

/* What the command says goes straight into the answer; how much it was is known afterwards. */
static unsigned run(const struct twin_srv_call *call, const char *line)
{
    const struct twin_srv_shell_config *config = call->config;
    const struct twin_field *fields = call->cmd->rsp->fields;
    struct twin_cbor_writer *w = call->rsp;

    twin_cbor_put_head(w, TWIN_CBOR_MAP, 2);
    twin_cbor_put_text(w, fields[0].key);
    struct twin_srv_shell_output output = {.cap = room_for_text(call)};
    if (output.cap == 0) {
        return TWIN_SRV_RC(TWIN_RC_TOO_LARGE);
    }
    uint8_t *head = w->buf + w->len;
    output.buf = head + HEAD_LEN;
    const int32_t ret = config->exec(config->ctx, line, &output);
    head[0] = TWIN_CBOR_TSTR << 5 | 25; /* two bytes of length follow */
    head[1] = (uint8_t)(output.len >> 8);
    head[2] = (uint8_t)output.len;
    w->len += HEAD_LEN + output.len;
    twin_cbor_put_text(w, fields[1].key);
    twin_cbor_put_head(w, ret < 0 ? TWIN_CBOR_NINT : TWIN_CBOR_UINT,
                       ret < 0 ? (uint64_t)(-1 - (int64_t)ret) : (uint64_t)ret);
    return 0;
}

static unsigned shell_exec(const struct twin_srv_call *call)
{
    char line[TWIN_SRV_SHELL_LINE_MAX];

    unsigned fault = join(call->req, line);
    if (fault == 0) {
        fault = twin_srv_ask(call, line);
    }
    return fault != 0 ? fault : run(call, line);
}

static twin_err_t shell_init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_shell_config *config = entry->config;

    return config->exec == NULL ? TWIN_E_ARG : TWIN_OK;
}

static const struct twin_srv_cmd cmds[] = {{&twin_shell_exec_cmd, shell_exec}};

const struct twin_srv_group twin_srv_shell = {.cmds = cmds,
                                              .cmd_count = TWIN_COUNT(cmds),
                                              .faults = faults,
                                              .decode = twin_msg_decode_more,
                                              .init = shell_init};
