/*
 * main.c - mcumgr: manage devices that speak SMP. The verbs are in commands.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin_config.h"
#include <stdlib.h>
#include <string.h>

#define OPTION(member_, type_, ...)                                                                \
    {                                                                                              \
        .type = (type_), .offset = offsetof(struct mcumgr_common, member_), __VA_ARGS__            \
    }

static const struct cli_opt options[] = {
    OPTION(conn, CLI_TEXT, .name = "conn", .letter = 'c', .arg = "NAME",
           .help = "use a saved connection profile (see 'mcumgr conn')"),
    OPTION(conntype, CLI_TEXT, .name = "conntype", .arg = "TYPE",
           .help = "kind of connection: serial or udp"),
    OPTION(connstring, CLI_TEXT, .name = "connstring", .arg = "TEXT",
           .help = "where: dev=/dev/ttyACM0,baud=115200 or HOST:PORT"),
    OPTION(connextra, CLI_TEXT, .name = "connextra", .arg = "TEXT",
           .help = "further words for the connstring"),
    OPTION(timeout, CLI_DOUBLE, .name = "timeout", .letter = 't', .arg = "SECONDS", .def = "10",
           .help = "how long to wait for an answer; meanwhile a lost request is sent again"),
    OPTION(tries, CLI_U32, .name = "tries", .letter = 'r', .arg = "N", .def = "1", .min = 1,
           .max = 1000, .help = "how many times to wait that long"),
    OPTION(json, CLI_FLAG, .name = "json", .help = "print the result as JSON"),
    OPTION(loglevel, CLI_TEXT, .name = "loglevel", .letter = 'l', .arg = "LEVEL", .def = "info",
           .help = "debug or trace: also show what the device prints on its console"),
    OPTION(name, CLI_TEXT, .name = "name", .arg = "NAME", .hidden = true,
           .help = "Bluetooth name of the device"),
    OPTION(hci, CLI_U32, .name = "hci", .letter = 'i', .arg = "N", .hidden = true,
           .help = "Bluetooth controller"),
    OPTION(write_rsp, CLI_FLAG, .name = "write-rsp", .hidden = true,
           .help = "Bluetooth writes with response"),
    {.name = NULL},
};

static const struct cli_program program = {
    .name = "mcumgr",
    .help = "Manage devices that speak SMP (MCUmgr), and update their firmware",
    .commands = commands,
    .options = options,
    .opts_size = sizeof(struct mcumgr_common),
    .version = "mcumgr " CONFIG_TWIN_VERSION,
};

bool mcumgr_is_compat(void)
{
    const char *value = getenv("MCUMGR_COMPAT");

    return value != NULL && strcmp(value, "") != 0 && strcmp(value, "0") != 0;
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
    const int code = cli_main(&program, argc, argv);

    return mcumgr_is_compat() ? compat_code(code) : code;
}
