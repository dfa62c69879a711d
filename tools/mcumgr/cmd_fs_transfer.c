/*
 * cmd_fs_transfer.c - the verbs `fs upload` and `fs download`.
 *
 * The Go tool prints each offset; so do we, and that is the progress. With --json it is a line on
 * stderr. A file here is written when all of it has come, under its name at once or not at all.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "commands.h"
#include "twin/crypto.h"
#include "twin/files.h"
#include <stdio.h>
#include <string.h>

#define FILE_MAX (256u << 20) /* bytes of a file, up or down: memory holds it */

struct transfer {
    struct session *session;
    struct twin_file file;
    struct twin_buf bytes;
    const char *label;
    struct cli_progress progress;
    uint32_t parts; /* that the user knows of */
    bool is_shown;
};

/* ---- What the job wants of us ---- */

static void digest(void *ctx, uint32_t len, uint8_t sha[TWIN_FILE_SHA_LEN])
{
    const struct transfer *transfer = ctx;
    struct twin_sha256 hash;

    twin_sha256_init(&hash);
    twin_sha256_update(&hash, transfer->bytes.data, len);
    twin_sha256_final(&hash, sha);
}

static twin_err_t read_bytes(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct transfer *transfer = ctx;

    (void)len;
    *data = transfer->bytes.data + off;
    return TWIN_OK;
}

static twin_err_t write_bytes(void *ctx, uint32_t off, struct twin_span data)
{
    struct transfer *transfer = ctx;

    if (!transfer->session->common->json) {
        printf("%u\n", (unsigned)off);
    }
    transfer->bytes.len = off;
    twin_buf_add_span(&transfer->bytes, data);
    return transfer->bytes.failed ? TWIN_E_SPACE : TWIN_OK;
}

/* ---- Progress ---- */

static void look(struct twin_task *task)
{
    struct transfer *transfer = task->ctx;
    const struct twin_file_status *status = &transfer->file.status;

    if (status->parts == transfer->parts) {
        return;
    }
    transfer->parts = status->parts;
    if (!transfer->session->common->json) {
        if (transfer->file.priv.is_upload) {
            printf("%u\n", (unsigned)status->done);
        }
        fflush(stdout);
        return;
    }
    if (!transfer->is_shown) {
        cli_progress_begin(&transfer->progress, transfer->label, status->total);
        transfer->is_shown = true;
    }
    cli_progress_set(&transfer->progress, status->done);
}

static twin_err_t drive(struct transfer *transfer)
{
    static const bool may_drop = true; /* a link that comes back within the time of a request */
    struct twin_task task = {
        .job = &transfer->file.job, .on_step = look, .may_drop = &may_drop, .ctx = transfer};

    const twin_err_t err = session_run(transfer->session, &task);
    look(&task);
    if (transfer->is_shown) {
        cli_progress_end(&transfer->progress);
    }
    return err;
}

static int print_result(const struct transfer *transfer)
{
    const struct twin_file_status *status = &transfer->file.status;

    if (transfer->session->common->json) {
        return cli_json_print(json_pack("{s:I, s:I, s:o}", "len", (json_int_t)status->done,
                                        "resumed_from", (json_int_t)status->resumed_from, "match",
                                        status->has_matched ? json_true() : json_null()));
    }
    if (status->resumed_from != 0) {
        fprintf(stderr, "%u bytes were there already.\n", (unsigned)status->resumed_from);
    }
    if (!status->has_matched && status->done != 0) {
        fprintf(stderr, "The device could not say whether what it has is the same.\n");
    }
    return mcumgr_done(transfer->session->common);
}

static struct twin_file_config describe(struct transfer *transfer, const char *name)
{
    const struct twin_session *device = &transfer->session->device;

    return (struct twin_file_config){.name = twin_span_text(name),
                                     .digest = digest,
                                     .ctx = transfer,
                                     .packet_max = device->link->packet_max,
                                     .packet_guess = device->link->packet_guess,
                                     .frame_bytes = device->config.kind->frame_bytes,
                                     .read = read_bytes,
                                     .max = FILE_MAX,
                                     .write = write_bytes};
}

/* ---- upload ---- */

static int upload(struct session *session, const struct cli_call *call, struct twin_buf *bytes)
{
    struct transfer transfer = {.session = session, .bytes = *bytes, .label = "Uploading"};
    struct twin_file_config config = describe(&transfer, call->args[1]);

    config.len = (uint32_t)bytes->len;
    twin_file_upload(&transfer.file, &session->client, &config);
    const twin_err_t err = drive(&transfer);
    if (err == TWIN_OK) {
        return print_result(&transfer);
    }
    const int code = mcumgr_fail(session, err, "upload the file");
    if (transfer.file.status.done != 0 && err != TWIN_E_VERIFY) {
        fprintf(stderr, "The device has a part of it. The same command goes on from there.\n");
    }
    return code;
}

static int run_upload(const struct cli_call *call)
{
    struct session session;
    struct twin_buf bytes = {0};

    const int error = twin_file_read(call->args[0], FILE_MAX, &bytes);
    if (error != 0) {
        return cli_fail(CLI_USAGE, "cannot read %s: %s", call->args[0], strerror(error));
    }
    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = upload(&session, call, &bytes);
    }
    session_close(&session);
    twin_buf_free(&bytes);
    return code;
}

const struct cli_cmd cmd_fs_upload = {
    .path = "fs upload",
    .args = "FILE DEVICE_FILE",
    .help = "Send a file to the device's file system",
    .more = "What is on the device under this name is replaced. After an interruption run the same "
            "command again: what has arrived is compared by SHA-256, if the device can, and not "
            "sent again. At the end length and SHA-256 are compared.",
    .run = run_upload,
};

/* ---- download ---- */

static int store(struct transfer *transfer, const char *path)
{
    const int error = twin_file_write(path, transfer->bytes.data, transfer->bytes.len, 0);

    return error == 0 ? print_result(transfer)
                      : cli_fail(CLI_REFUSED, "cannot write %s: %s", path, strerror(error));
}

static int download(struct session *session, const struct cli_call *call)
{
    struct transfer transfer = {.session = session, .label = "Downloading"};
    const struct twin_file_config config = describe(&transfer, call->args[0]);

    twin_file_download(&transfer.file, &session->client, &config);
    const twin_err_t err = drive(&transfer);
    int code;
    if (err == TWIN_E_SPACE) {
        code = cli_fail(CLI_REFUSED,
                        "could not download the file: it is above %u MiB, or memory "
                        "ran out",
                        FILE_MAX >> 20);
    } else if (err != TWIN_OK) {
        code = mcumgr_fail(session, err, "download the file");
    } else {
        if (!session->common->json && transfer.file.status.done != 0) {
            printf("%u\n", (unsigned)transfer.file.status.done); /* of the Go tool's empty part */
        }
        code = store(&transfer, call->args[1]);
    }
    twin_buf_free(&transfer.bytes);
    return code;
}

static int run_download(const struct cli_call *call)
{
    return session_do(call, download);
}

const struct cli_cmd cmd_fs_download = {
    .path = "fs download",
    .args = "DEVICE_FILE FILE",
    .help = "Fetch a file from the device's file system",
    .more = "FILE is written when all of it has come and the device's SHA-256, if it has one, is "
            "the same; before that it stays what it was.",
    .run = run_download,
};
