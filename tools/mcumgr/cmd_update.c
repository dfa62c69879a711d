/*
 * cmd_update.c - the verb `update`: upload, test, reset, wait, verify, confirm in one command.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "cmd_image_transfer.h"
#include "cmd_update_health.h"
#include "cmd_update_report.h"
#include "commands.h"
#include <stdio.h>

struct opts {
    uint32_t image, wait;
    const char *key, *health;
    bool upgrade, confirm, force, go_back, downgrade, unsigned_too;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, key, CLI_TEXT, .name = "key", .once = true, .arg = "FILE",
            .help = "check first that this key (PEM, public or private) signed the image"),
    CLI_OPT(struct opts, health, CLI_TEXT, .name = "health-check", .once = true, .arg = "COMMAND",
            .help = "run this shell command once the new image runs; unless it ends with 0 the "
                    "image is not confirmed"),
    CLI_OPT(struct opts, confirm, CLI_FLAG, .name = "confirm",
            .help = "keep the new image for good, after the health check if there is one"),
    CLI_OPT(struct opts, wait, CLI_U32, .name = "wait", .arg = "SECONDS", .def = "120", .min = 1,
            .max = 86400, .help = "how long the device may take to come back after a restart"),
    CLI_OPT(struct opts, force, CLI_FLAG, .name = "force",
            .help = "tell an application that objects to the "
                    "restart that you insist"),
    CLI_OPT(struct opts, go_back, CLI_FLAG, .name = "go-back",
            .help = "if another image is on trial, restart the device until that is over"),
    CLI_OPT(struct opts, downgrade, CLI_FLAG, .name = "allow-downgrade",
            .help = "also if the version is older than the device's"),
    CLI_OPT(struct opts, unsigned_too, CLI_FLAG, .name = "allow-unsigned",
            .help = "also if the image has no signature"),
    CLI_OPT(struct opts, upgrade, CLI_FLAG, .name = "upgrade", .letter = 'u',
            .help = "the device is to check too that the version is above the running one"),
    CLI_OPT(struct opts, image, CLI_U32, .name = "image", .letter = 'n', .arg = "N", .def = "0",
            .help = "which image of the device"),
    CLI_OPT_END,
};

/* ---- One run of the job ---- */

struct run {
    const struct cli_call *call;
    const struct opts *opts;
    struct session session;
    struct twin_firmware file;
    struct update_report report;
    struct twin_update update;
};

/* An older version is installed only on request. One that cannot be read is no reason. */
static bool may_begin(void *ctx, const struct twin_image_slot *replaced)
{
    struct run *run = ctx;
    struct twin_version theirs;
    unsigned parts;

    if (run->report.has_run) {
        return false;
    }
    update_report_before(&run->report, replaced);
    return run->opts->downgrade || replaced == NULL ||
           twin_version_parse(replaced->version, &theirs, &parts) != TWIN_OK ||
           twin_version_compare_build(&run->file.version, &theirs) >= 0;
}

static void on_stage(void *ctx)
{
    struct run *run = ctx;

    update_report_stage(&run->report, &run->update);
}

static int update(struct run *run, bool confirm)
{
    const struct opts *opts = run->opts;
    struct twin_update_config config = {.upload = {.image = opts->image, .upgrade = opts->upgrade},
                                        .confirm = confirm,
                                        .force_reset = opts->force,
                                        .go_back = opts->go_back && !run->report.has_run,
                                        .patience_ms = opts->wait * 1000,
                                        .may_begin = may_begin,
                                        .ctx = run};

    config.unpacked_hash = (struct twin_span){run->file.unpacked_hash, run->file.unpacked_hash_len};
    upload_describe_link(&run->session, &config.upload);
    twin_firmware_describe(&run->file, &config.upload);
    twin_update_begin(&run->update, &run->session.client, &config);
    const twin_err_t err = update_drive(&run->session, &run->update, on_stage, run);
    if (err == TWIN_OK) {
        update_report_add(&run->report, &run->update);
        return CLI_DONE;
    }
    return update_report_failure(&run->report, &run->update, err);
}

static int check(struct run *run)
{
    char text[200];

    snprintf(text, sizeof(text), "checking the device's health, until this ends: %.140s",
             run->opts->health);
    update_report_step(&run->report, "health", text);
    return health_check(
        run->opts->health,
        run->update.is_confirmed
            ? "The image was confirmed before: it stays"
            : "The image was not confirmed: unless it is, the old one comes back at "
              "one of the next restarts");
}

/*
 * The link is closed during the check, which may want the port itself. Afterwards the device is
 * asked again what runs: an image that crashed meanwhile is not confirmed.
 */
static int check_health(struct run *run)
{
    run->report.has_run = true;
    session_close(&run->session);
    int code = check(run);
    if (code != CLI_DONE) {
        return code;
    }
    code = session_open(&run->session, run->call);
    if (code == CLI_DONE) {
        code = update(run, run->opts->confirm);
    }
    return code;
}

static int update_and_check(struct run *run)
{
    const bool has_check = run->opts->health != NULL;

    update_report_begin(&run->report, &run->session, &run->file, run->opts->wait);
    int code = update(run, run->opts->confirm && !has_check);
    run->report.was_running = run->update.was_running;
    if (code == CLI_DONE && has_check) {
        code = check_health(run);
    }
    if (code == CLI_DONE) {
        code = update_report_done(&run->report, &run->update);
    }
    update_report_end(&run->report);
    return code;
}

/* ---- The command ---- */

/* An empty value is a variable that was not set: to skip the check silently would be the worst. */
static int check_options(const struct cli_call *call, const struct opts *opts)
{
    if (opts->key != NULL && opts->key[0] == '\0') {
        return cli_usage_error(call, "--key is empty: which key?");
    }
    if (opts->health != NULL && opts->health[0] == '\0') {
        return cli_usage_error(call, "--health-check is empty: which command?");
    }
    if (opts->key != NULL && opts->unsigned_too) {
        return cli_usage_error(call, "--key and --allow-unsigned exclude each other");
    }
    return CLI_DONE;
}

static int load(struct run *run)
{
    const struct twin_firmware_rules rules = {.key = run->opts->key,
                                              .unsigned_too = run->opts->unsigned_too};

    const int code = image_load(&run->file, run->call->args[0], &rules);
    if (code == CLI_DONE && run->file.hash_len == 0) {
        return cli_fail(CLI_VERIFY, "%s has no hash, so the device could not be checked by it",
                        run->file.path);
    }
    return code;
}

static int run(const struct cli_call *call)
{
    struct run run = {.call = call, .opts = call->opts};

    int code = check_options(call, run.opts);
    if (code == CLI_DONE) {
        code = load(&run);
    }
    if (code == CLI_DONE) {
        code = session_open(&run.session, call);
    }
    if (code == CLI_DONE) {
        code = update_and_check(&run);
    }
    session_close(&run.session);
    twin_firmware_free(&run.file);
    return code;
}

const struct cli_cmd cmd_update = {
    .path = "update",
    .args = "FILE",
    .help = "Update the device: upload, test, reset, wait, and verify that the new image runs",
    .more = "The file is checked before the device is touched. Run it again after an interruption: "
            "it goes on where the device is.",
    .options = options,
    .opts_size = sizeof(struct opts),
    .run = run,
};
