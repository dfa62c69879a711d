/*
 * cmd_fs_ask.c - the verbs `fs` that are one request: stat, hash, types, close.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "report/text.h"
#include "twin/grp_fs.h"
#include <inttypes.h>
#include <string.h>

/* ---- stat, types, close ---- */

static int fill_name(const struct cli_call *call, void *req_)
{
    struct twin_fs_status_req *req = req_;

    req->name = twin_span_text(call->args[0]);
    return CLI_DONE;
}

static const struct mcumgr_ask stat_ask = {
    .cmd = &twin_fs_status_cmd, .what = "read the length of the file", .fill = fill_name};
static const struct twin_column type_columns[] = {
    {.key = "size", .width = 5}, {.key = "format", .width = 7}, {.key = NULL}};
static const struct twin_column types_columns[] = {{.key = "types",
                                                    .title = "type",
                                                    .width = 10,
                                                    .item = &twin_fs_type_msg,
                                                    .columns = type_columns},
                                                   {.key = NULL}};
static const struct mcumgr_ask types_ask = {
    .cmd = &twin_fs_types_cmd, .what = "read the kinds of hashes", .columns = types_columns};
static const struct mcumgr_ask close_ask = {.cmd = &twin_fs_close_cmd, .what = "close the file"};

const struct cli_cmd cmd_fs_stat = {.path = "fs stat",
                                    .args = "FILE",
                                    .help = "Show how long a file on the device is",
                                    .run = mcumgr_ask,
                                    .data = &stat_ask};
const struct cli_cmd cmd_fs_types = {.path = "fs types",
                                     .args = "",
                                     .help = "Show which hashes of files the device computes",
                                     .more = "format 0 is a number, 1 are bytes.",
                                     .run = mcumgr_ask,
                                     .data = &types_ask};
const struct cli_cmd cmd_fs_close = {.path = "fs close",
                                     .args = "",
                                     .help = "Close the file that the device has open",
                                     .more = "Between two parts of a file devices keep it open, "
                                             "some for ever when the rest does not come.",
                                     .run = mcumgr_ask,
                                     .data = &close_ask};

/* ---- hash ---- */

struct opts {
    uint32_t off;
    int64_t len;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, off, CLI_U32, .name = "off", .arg = "N", .def = "0",
            .help = "from this byte on"),
    CLI_OPT(struct opts, len, CLI_I64, .name = "len", .arg = "N", .min = 1, .max = UINT32_MAX,
            .help = "of so many bytes, not of the rest"),
    CLI_OPT_END,
};

/* A number as hex digits, bytes as hex digits: as other programs print these hashes. */
static bool add_output(struct twin_buf *out, struct twin_span item)
{
    struct twin_cbor_reader number = {.buf = item.ptr, .len = item.len}, bytes = number;
    uint64_t value;

    const struct twin_span hash = twin_cbor_get_bytes(&bytes, TWIN_CBOR_BSTR);
    if (!bytes.failed) {
        twin_buf_hex(out, hash);
        return true;
    }
    if (twin_cbor_get_head(&number, &value) != TWIN_CBOR_UINT || number.failed) {
        return false;
    }
    twin_buf_text(out, "%08" PRIx64, value);
    return true;
}

static int show(struct session *session, const struct twin_fs_hash_rsp *rsp)
{
    struct twin_buf hex = {0}, text = {0};

    if (!add_output(&hex, rsp->output)) {
        twin_buf_free(&hex);
        return mcumgr_fail(session, TWIN_E_FORMAT, "read the hash of the file");
    }
    int code;
    if (session->common->json) {
        code = cli_json_print(json_pack("{s:o, s:I, s:I, s:s}", "type",
                                        twin_report_json_text(rsp->type), "off",
                                        (json_int_t)rsp->off, "len", (json_int_t)rsp->len, "output",
                                        hex.data != NULL ? (char *)hex.data : ""));
    } else {
        twin_report_text(&text, rsp->type, cli_terminal_text());
        twin_buf_text(&text, " %s\n", hex.data != NULL ? (char *)hex.data : "");
        code = cli_print_text(&text);
    }
    twin_buf_free(&hex);
    return code;
}

static int work(struct session *session, const struct cli_call *call)
{
    const struct opts *opts = call->opts;
    struct twin_fs_hash_req req = {.name = twin_span_text(call->args[0]), .off = opts->off};
    struct twin_fs_hash_rsp rsp;
    const struct twin_request request = {.cmd = &twin_fs_hash_cmd, .req = &req, .rsp = &rsp};

    if (opts->off != 0) {
        req.present |= TWIN_FS_HASH_REQ_OFF;
    }
    if (opts->len != CLI_I64_NONE) {
        req.present |= TWIN_FS_HASH_REQ_LEN;
        req.len = (uint32_t)opts->len;
    }
    if (call->argc > 1) {
        req.present |= TWIN_FS_HASH_REQ_TYPE;
        req.type = twin_span_text(call->args[1]);
    }
    const int code = mcumgr_request(session, &request, "read the hash of the file");
    return code == CLI_DONE ? show(session, &rsp) : code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, work);
}

const struct cli_cmd cmd_fs_hash = {
    .path = "fs hash",
    .args = "FILE [TYPE]",
    .help = "Show a hash of a file on the device",
    .more = "TYPE is one of 'mcumgr fs types'; without it the device chooses, mostly crc32.",
    .options = options,
    .opts_size = sizeof(struct opts),
    .run = run,
};
