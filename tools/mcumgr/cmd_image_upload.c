/*
 * cmd_image_upload.c - the verb `image upload`. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "cmd_image_transfer.h"
#include "commands.h"
#include <stdio.h>

struct opts {
    uint32_t image, window;
    bool upgrade, noerase, any;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, image, CLI_U32, .name = "image", .letter = 'n', .arg = "N", .def = "0",
            .help = "which image of the device"),
    CLI_OPT(struct opts, upgrade, CLI_FLAG, .name = "upgrade", .letter = 'u',
            .help = "only if its version is above the running one"),
    CLI_OPT(struct opts, window, CLI_U32, .name = "maxwinsize", .letter = 'w', .arg = "N",
            .def = "5", .min = 1, .max = 1000,
            .help = "packets under way at a time, as far as the device has buffers"),
    CLI_OPT(
        struct opts, noerase, CLI_FLAG, .name = "noerase", .letter = 'e', .def = "true",
        .help =
            "the device erases what is needed while it receives; -e=false: all of the slot first"),
    CLI_OPT(
        struct opts, any, CLI_FLAG, .name = "any",
        .help =
            "send whatever FILE is, unchecked: a device may take other things than MCUboot images"),
    CLI_OPT_END,
};

static int print_result(const struct session *session, const struct twin_firmware *file,
                        const struct twin_upload_status *status)
{
    if (session->common->json) {
        return cli_json_print(json_pack(
            "{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "len", (json_int_t)file->bytes.len,
            "resumed_from", (json_int_t)status->resumed_from, "packets",
            (json_int_t)status->packets, "losses", (json_int_t)status->losses, "match",
            status->has_matched ? json_true() : json_null(), "sha",
            twin_report_json_hex((struct twin_span){file->sha, sizeof(file->sha)}), "hash",
            twin_report_json_hex((struct twin_span){file->hash, file->hash_len})));
    }
    if (status->resumed_from == file->bytes.len) {
        fprintf(stderr, "The device has this file already; nothing was sent.\n");
    } else if (status->resumed_from != 0) {
        fprintf(stderr, "Resumed at byte %u.\n", (unsigned)status->resumed_from);
    }
    fprintf(stderr, status->has_matched ? "The device compared what it stored: match.\n"
                                        : "The device did not say whether what it stored is "
                                          "the same.\n");
    return mcumgr_done(session->common);
}

static int upload(struct session *session, const struct opts *opts, struct twin_firmware *file)
{
    struct twin_upload_config config = {
        .image = opts->image, .upgrade = opts->upgrade, .window_max = opts->window};
    struct twin_upload job;

    int code = opts->noerase ? CLI_DONE : image_erase(session, CLI_I64_NONE);
    if (code != CLI_DONE) {
        return code;
    }
    upload_describe_link(session, &config);
    twin_firmware_describe(file, &config);
    twin_upload_begin(&job, &session->client, &config);
    const twin_err_t err = upload_drive(session, &job);
    if (err != TWIN_OK) {
        code = mcumgr_fail(session, err, "upload the image");
        upload_explain_resume(&job.status, err);
        return code;
    }
    return print_result(session, file, &job.status);
}

static int run(const struct cli_call *call)
{
    struct session session = {.common = NULL};
    const struct opts *opts = call->opts;
    const struct twin_firmware_rules rules = {.any = opts->any, .unsigned_too = true};
    struct twin_firmware file;

    int code = image_load(&file, call->args[0], &rules);
    if (code == CLI_DONE) {
        code = session_open(&session, call);
    }
    if (code == CLI_DONE) {
        code = upload(&session, opts, &file);
    }
    session_close(&session);
    twin_firmware_free(&file);
    return code;
}

const struct cli_cmd cmd_image_upload = {
    .path = "image upload",
    .args = "FILE",
    .help = "Send a signed image to the device",
    .more = "It goes to the slot that does not run; a bootloader in serial recovery, which runs "
            "none, puts it where it starts from. The file is checked first. After an interruption "
            "run the same command again: most devices go on where they were. -t is the time for "
            "the first questions. From then on the device may be silent or busy for 40 s, or what "
            "-t says if it is more, and for twice that after the first part if it has one buffer "
            "only: it erases.",
    .options = options,
    .opts_size = sizeof(struct opts),
    .run = run,
};
