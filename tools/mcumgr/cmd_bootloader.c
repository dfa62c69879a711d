/*
 * cmd_bootloader.c - the verb `bootloader`: its name and how it updates.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <stdlib.h>

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

static int ask(struct session *session, const char *query, size_t query_len,
               struct twin_os_bootloader_rsp *rsp)
{
    const struct twin_os_bootloader_req req = {
        .present = query_len > 0 ? TWIN_OS_BOOTLOADER_REQ_QUERY : 0,
        .query = {(const uint8_t *)query, query_len},
    };
    const struct twin_request request = {.op = TWIN_SMP_READ,
                                         .group = TWIN_GRP_OS,
                                         .id = TWIN_OS_BOOTLOADER,
                                         .req_msg = &twin_os_bootloader_req_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_os_bootloader_rsp_msg,
                                         .rsp = rsp};
    return session_request(session, &request, "ask about the bootloader");
}

static void print_text(const char *name, const struct twin_os_bootloader_rsp *mode)
{
    printf("Bootloader: %s\nMode: %s (%lld)\n", name, mode_text(mode->mode), (long long)mode->mode);
    if (mode->no_downgrade) {
        puts("Downgrades are refused");
    }
}

static int run(const struct cli_call *call)
{
    struct twin_os_bootloader_rsp rsp;
    struct session session;
    char *name = NULL;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = ask(&session, NULL, 0, &rsp);
    }
    if (code == CLI_DONE) {
        name = report_text(rsp.bootloader);
        code = ask(&session, "mode", 4, &rsp);
    }
    if (code == CLI_DONE && session.common->json) {
        cli_json_print(json_pack("{s:s, s:I, s:s, s:b}", "bootloader", name != NULL ? name : "",
                                 "mode", (json_int_t)rsp.mode, "mode_text", mode_text(rsp.mode),
                                 "no_downgrade", rsp.no_downgrade));
    } else if (code == CLI_DONE) {
        print_text(name != NULL ? name : "", &rsp);
    }
    free(name);
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_bootloader = {.path = "bootloader",
                                       .args = "",
                                       .help = "Show which bootloader it is and how it updates",
                                       .run = run};
