/*
 * cmd_bootloader.c - the verb `bootloader`: its name and how it updates.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <string.h>

/* Modes as MCUboot numbers them. */
static const char *const modes[] = {
    "single slot",          "swap with scratch",      "overwrite only", "swap without scratch",
    "direct XIP",           "direct XIP with revert", "RAM load",       "firmware loader",
    "single slot RAM load", "swap with offset",
};

static const char *mode_text(int64_t mode)
{
    const int64_t count = sizeof(modes) / sizeof(modes[0]);

    return mode >= 0 && mode < count ? modes[mode] : "unknown";
}

/* Ask with this query, NULL for none. A bootloader other than MCUboot has no mode to tell: what the
 * device refuses is as what it leaves out, if may_refuse. */
static int ask(struct session *session, const char *query, bool may_refuse,
               struct twin_os_bootloader_rsp *rsp)
{
    const struct twin_os_bootloader_req req = {
        .present = query != NULL ? TWIN_OS_BOOTLOADER_REQ_QUERY : 0,
        .query = twin_span_text(query != NULL ? query : ""),
    };
    const struct twin_request request = {.cmd = &twin_os_bootloader_cmd, .req = &req, .rsp = rsp};

    memset(rsp, 0, sizeof(*rsp));
    const twin_err_t err = session_ask(session, &request);
    return err == TWIN_OK || (err == TWIN_E_REFUSED && may_refuse)
               ? CLI_DONE
               : mcumgr_fail(session, err, "ask about the bootloader");
}

static int print_name(struct twin_span name)
{
    struct twin_buf out = {0};

    twin_buf_text(&out, "Bootloader: ");
    twin_report_text(&out, name.len != 0 ? name : twin_span_text("?"), cli_terminal_text());
    twin_buf_text(&out, "\n");
    return cli_print_text(&out);
}

static int print_mode(const struct twin_os_bootloader_rsp *rsp)
{
    if (rsp->present & TWIN_OS_BOOTLOADER_RSP_MODE) {
        printf("Mode: %s (%lld)\n", mode_text(rsp->mode), (long long)rsp->mode);
    } else {
        puts("Mode: unknown");
    }
    if (rsp->no_downgrade) {
        puts("Downgrades are refused");
    }
    return CLI_DONE;
}

static int print_json(json_t *name, const struct twin_os_bootloader_rsp *rsp)
{
    const bool has_mode = rsp->present & TWIN_OS_BOOTLOADER_RSP_MODE;

    return cli_json_print(json_pack("{s:O, s:o, s:s, s:b}", "bootloader", name, "mode",
                                    has_mode ? json_integer(rsp->mode) : json_null(), "mode_text",
                                    has_mode ? mode_text(rsp->mode) : "unknown", "no_downgrade",
                                    rsp->no_downgrade));
}

/* Two questions; an answer is used before the next one takes its place. */
static int show(struct session *session, const struct cli_call *call)
{
    const bool is_json = session->common->json;
    struct twin_os_bootloader_rsp rsp;
    json_t *name = NULL;

    (void)call;
    int code = ask(session, NULL, false, &rsp);
    if (code == CLI_DONE && is_json) {
        const bool has_name = rsp.present & TWIN_OS_BOOTLOADER_RSP_NAME;
        name = has_name ? twin_report_json_text(rsp.bootloader) : json_null();
    } else if (code == CLI_DONE) {
        code = print_name(rsp.bootloader);
    }
    if (code == CLI_DONE) {
        code = ask(session, "mode", true, &rsp);
    }
    if (code == CLI_DONE) {
        code = is_json ? print_json(name, &rsp) : print_mode(&rsp);
    }
    json_decref(name);
    return code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, show);
}

const struct cli_cmd cmd_bootloader = {.path = "bootloader",
                                       .args = "",
                                       .help = "Show which bootloader it is and how it updates",
                                       .run = run};
