/*
 * main.c - mcumgr: manage devices that speak SMP. The verbs are in commands.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "twin_config.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct cli_opt options[] = {
    CLI_OPT(struct mcumgr_common, conn, CLI_TEXT, .name = "conn", .once = true, .letter = 'c',
            .arg = "NAME", .help = "use a saved connection profile (see 'mcumgr conn')"),
    CLI_OPT(struct mcumgr_common, conntype, CLI_TEXT, .name = "conntype", .arg = "TYPE",
            .help = "kind of connection: serial or udp"),
    CLI_OPT(struct mcumgr_common, connstring, CLI_TEXT, .name = "connstring", .once = true,
            .arg = "TEXT", .help = "where: dev=/dev/ttyACM0,baud=115200 or HOST:PORT"),
    CLI_OPT(struct mcumgr_common, connextra, CLI_TEXT, .name = "connextra", .arg = "TEXT",
            .help = "further words for the connstring"),
    CLI_OPT(struct mcumgr_common, timeout, CLI_DOUBLE, .name = "timeout", .letter = 't',
            .arg = "SECONDS", .def = "10", .min = 0, .max = 86400,
            .help = "how long to wait for an answer; meanwhile a lost request is sent again. Not "
                    "for looking up a host name, and an erase may take longer"),
    CLI_OPT(struct mcumgr_common, tries, CLI_U32, .name = "tries", .letter = 'r', .arg = "N",
            .def = "1", .min = 0, .max = 1000, .help = "how many times to wait that long; 0 is 1"),
    CLI_OPT(struct mcumgr_common, json, CLI_FLAG, .name = "json",
            .help = "print the result as JSON"),
    CLI_OPT(struct mcumgr_common, compat, CLI_FLAG, .name = "compat",
            .help = "as the Go tool: its exit codes and errors, and words too many are ignored"),
    CLI_OPT(struct mcumgr_common, loglevel, CLI_TEXT, .name = "loglevel", .letter = 'l',
            .arg = "LEVEL", .def = "info",
            .help = "panic, fatal, error, warn, info, debug or trace; the last two also show what "
                    "the device prints on its console"),
    CLI_OPT(struct mcumgr_common, name, CLI_TEXT, .name = "name", .arg = "NAME", .hidden = true,
            .help = "Bluetooth name of the device"),
    CLI_OPT(struct mcumgr_common, hci, CLI_U32, .name = "hci", .letter = 'i', .arg = "N",
            .hidden = true, .help = "Bluetooth controller"),
    CLI_OPT(struct mcumgr_common, write_rsp, CLI_FLAG, .name = "write-rsp", .hidden = true,
            .help = "Bluetooth writes with response"),
    CLI_OPT(struct mcumgr_common, ompres, CLI_TEXT, .name = "ompres", .arg = "PATH", .hidden = true,
            .help = "resource of a CoAP connection"),
    CLI_OPT_END,
};

static int check_options(const struct cli_call *call);

static const struct cli_program program = {
    .name = "mcumgr",
    .help = "Manage devices that speak SMP (MCUmgr), and update their firmware",
    .commands = commands,
    .options = options,
    .opts_size = sizeof(struct mcumgr_common),
    .version = "mcumgr " CONFIG_TWIN_VERSION,
    .go_style = true,
    .is_lenient = mcumgr_is_compat,
    .before = check_options,
    .unwritable = CLI_USAGE, /* not the device's fault, nor that of the connection to it */
};

/* Known before the command line is parsed: an error in it ends with the right code too. */
static bool is_compat;

bool mcumgr_is_compat(void)
{
    return is_compat;
}

static bool is_compat_wanted(int argc, char **argv)
{
    const char *value = getenv("MCUMGR_COMPAT");

    return cli_flag_given(argc, argv, "compat") ||
           (value != NULL && strcmp(value, "") != 0 && strcmp(value, "0") != 0);
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcasecmp(text, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

bool mcumgr_shows_console(const struct mcumgr_common *common)
{
    return is_one_of(common->loglevel, (const char *const[]){"debug", "trace", NULL});
}

/* What the table of options cannot say about them. */
static int check_options(const struct cli_call *call)
{
    static const char *const levels[] = {"panic", "fatal", "error", "warn", "warning",
                                         "info",  "debug", "trace", NULL};
    const struct mcumgr_common *common = call->common;

    if (!is_one_of(common->loglevel, levels)) {
        return cli_usage_error(call,
                               "Invalid value for '-l' / '--loglevel': '%s' is not one of panic, "
                               "fatal, error, warn, info, debug and trace.",
                               common->loglevel);
    }
    if (common->timeout <= 0) {
        return cli_usage_error(call, "the timeout must be above 0 seconds");
    }
    return CLI_DONE;
}

/* The Go tool: 0 when the device refused (its number is on stdout), 1 for all other failures. */
static int compat_code(int code)
{
    if (code == CLI_REFUSED) {
        return 0;
    }
    return code == CLI_DONE ? 0 : 1;
}

int main(int argc, char **argv)
{
    is_compat = is_compat_wanted(argc, argv);
    const int code = cli_main(&program, argc, argv);

    return mcumgr_is_compat() ? compat_code(code) : code;
}
