/*
 * cmd_update.c - the verb `update`: upload, test, reset, wait, verify, confirm in one command.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "image_file.h"
#include "mcumgr.h"
#include "upload_view.h"
#include <stdio.h>

struct opts {
    uint32_t image, wait;
    bool upgrade, confirm, force;
};

static const struct cli_opt options[] = {
    {.name = "image",
     .letter = 'n',
     .type = CLI_U32,
     .offset = offsetof(struct opts, image),
     .arg = "N",
     .def = "0",
     .help = "which image of the device"},
    {.name = "upgrade",
     .letter = 'u',
     .type = CLI_FLAG,
     .offset = offsetof(struct opts, upgrade),
     .help = "only if its version is above the running one"},
    {.name = "confirm",
     .type = CLI_FLAG,
     .offset = offsetof(struct opts, confirm),
     .help = "keep the new image as soon as it answers; better check the device in between"},
    {.name = "force",
     .type = CLI_FLAG,
     .offset = offsetof(struct opts, force),
     .help = "reset even if the application objects"},
    {.name = "wait",
     .type = CLI_U32,
     .offset = offsetof(struct opts, wait),
     .arg = "SECONDS",
     .def = "120",
     .min = 1,
     .max = 86400,
     .help = "how long the device may take to restart and swap"},
    {.name = NULL},
};

/* What a failure at this stage means for the user. */
static const char *const consequences[] = {
    [TWIN_UPDATE_LOOK] = "Nothing was changed.",
    [TWIN_UPDATE_GO_BACK] = "",
    [TWIN_UPDATE_RETURN] = "",
    [TWIN_UPDATE_PROVE] = "'mcumgr image list' shows whether it is confirmed.",
    [TWIN_UPDATE_UPLOAD] = "The running firmware was not touched.",
    [TWIN_UPDATE_INSPECT] = "The running firmware was not touched.",
    [TWIN_UPDATE_TEST] = "The running firmware was not touched.",
    [TWIN_UPDATE_RESET] = "The new image is marked: it is tested at the device's next restart.",
    [TWIN_UPDATE_WAIT] = "'mcumgr image list' shows what runs. An image that was not confirmed "
                         "gives way to the old one by itself.",
    [TWIN_UPDATE_CONFIRM] = "The new image runs on trial: 'mcumgr image confirm' keeps it, a few "
                            "restarts bring the old one back.",
    [TWIN_UPDATE_END] = "",
};

static int report(const struct session *session, const struct twin_update *update, twin_err_t err)
{
    int code;

    if (err == TWIN_E_VERIFY && update->stage == TWIN_UPDATE_WAIT) {
        code = cli_fail(CLI_VERIFY,
                        "the device came back, but not with the new image: its bootloader refused "
                        "it or took it back. Is it signed with the right key, is its version "
                        "allowed?");
    } else {
        code = report_failure(session, err, "update the device");
        fprintf(stderr, "It happened while %s.\n", twin_update_stage_str(update->stage));
    }
    fprintf(stderr, "%s\n", consequences[update->stage]);
    if (update->stage == TWIN_UPDATE_UPLOAD) {
        upload_explain_resume(&update->upload.status, err);
    }
    return code;
}

static void print_result(const struct session *session, const struct image_file *file,
                         const struct twin_update *update, bool confirm)
{
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print(&file->version, version);
    if (session->common->json) {
        cli_json_print(json_pack("{s:s, s:o, s:b, s:b}", "version", version, "hash",
                                 report_json_hex((struct twin_span){file->hash, file->hash_len}),
                                 "was_running", update->was_running, "confirmed", confirm));
        return;
    }
    printf("%s %s%s.\n", version, update->was_running ? "runs already" : "runs now",
           confirm ? " and is confirmed" : "");
    if (!confirm) {
        fprintf(stderr, "If it is on trial: 'mcumgr image confirm' keeps it; otherwise the old "
                        "firmware comes back after a few restarts.\n");
    }
}

static int update(struct session *session, const struct opts *opts, struct image_file *file)
{
    struct twin_update_config config = {.upload = {.image = opts->image, .upgrade = opts->upgrade},
                                        .confirm = opts->confirm,
                                        .force_reset = opts->force,
                                        .patience_ms = opts->wait * 1000};
    struct twin_update job;

    upload_describe_link(session, &config.upload);
    image_file_describe(file, &config.upload);
    twin_update_begin(&job, &session->client, &config);
    const twin_err_t err = update_drive(session, &job);
    if (err != TWIN_OK) {
        return report(session, &job, err);
    }
    print_result(session, file, &job, opts->confirm);
    return CLI_DONE;
}

static int run(const struct cli_call *call)
{
    struct session session = {.link = NULL};
    struct image_file file;

    int code = image_file_load(&file, call->args[0]);
    if (code == CLI_DONE && file.hash_len == 0) {
        code = cli_fail(CLI_VERIFY, "%s has no hash, so the device could not be checked by it",
                        call->args[0]);
    }
    if (code == CLI_DONE) {
        code = session_open(&session, call);
    }
    if (code == CLI_DONE) {
        code = update(&session, call->opts, &file);
    }
    session_close(&session);
    image_file_free(&file);
    return code;
}

const struct cli_cmd cmd_update = {
    .path = "update",
    .args = "FILE",
    .help = "Update the device: upload, test, reset, wait, and verify that the new image runs",
    .more = "Run it again after an interruption: it goes on where the device is.",
    .options = options,
    .opts_size = sizeof(struct opts),
    .run = run,
};
