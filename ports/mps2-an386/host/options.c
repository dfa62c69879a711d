/*
 * options.c - command line of twinslot-board: one table, for reading it and for the help.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

static const char intro[] =
    "usage: twinslot-board --flash FILE --pty LINK [option...]\n"
    "\n"
    "Runs the emulated Cortex-M4 board (QEMU mps2-an386) with its flash in FILE. Its SMP serial\n"
    "port appears as LINK, its console on standard output; lines typed here go to the console.\n"
    "Ends with Ctrl-C or SIGTERM; kill -9 is a power failure.\n"
    "\n";
static const char outro[] =
    "\n"
    "Exit status: 0 ended by a signal, 1 failure, 2 usage, 10 the power was cut (--cut).\n"
    "Example: twinslot-board --flash f.bin --pty /tmp/board --bootloader bootloader.bin \\\n"
    "             --image monitor-1.0.0.bin\n";

struct option_row {
    const char *name, *value, *help;
    size_t offset;
    enum { TEXT, NUMBER } kind;
};
#define OPTION(member) offsetof(struct options, member)

static const struct option_row rows[] = {
    {"--flash", "FILE", "flash of the board; made, erased, if it is not there", OPTION(flash),
     TEXT},
    {"--bootloader", "FILE", "put this program into a flash that is made", OPTION(bootloader),
     TEXT},
    {"--image", "FILE", "and this signed image into its primary slot", OPTION(image), TEXT},
    {"--pty", "LINK", "name for the SMP serial port", OPTION(pty), TEXT},
    {"--console", "FILE", "write the console there; - is standard output", OPTION(console), TEXT},
    {"--qemu", "PROGRAM", "emulator to run (qemu-system-arm)", OPTION(qemu), TEXT},
    {"--cut", "N", "cut the power after N words of flash written or erased", OPTION(cut_words),
     NUMBER},
    {"--drop", "N", "lose every Nth line of the SMP port, each way", OPTION(line.drop), NUMBER},
    {"--double", "N", "send every Nth line twice", OPTION(line.twice), NUMBER},
    {"--garble", "N", "change a bit in every Nth line", OPTION(line.garble), NUMBER},
    {"--noise", "N", "put log text before every Nth line that the device sends", OPTION(line.noise),
     NUMBER},
    {"--baud", "N", "speed of the SMP port, 10 bits a byte; default: no limit", OPTION(line.baud),
     NUMBER},
    {"--latency", "MS", "delay of what the device sends on the SMP port", OPTION(line.latency_ms),
     NUMBER},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void print_help(void)
{
    fputs(intro, stdout);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char left[32];
        snprintf(left, sizeof(left), "%s %s", rows[i].name, rows[i].value);
        printf("  %-20s %s\n", left, rows[i].help);
    }
    fputs(outro, stdout);
}

static int parse_number(const char *text, unsigned *number)
{
    char *end;

    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value > UINT_MAX) {
        return -1;
    }
    *number = (unsigned)value;
    return 0;
}

static int set(struct options *options, const struct option_row *row, const char *value)
{
    char *member = (char *)options + row->offset;

    if (row->kind == NUMBER) {
        return parse_number(value, (unsigned *)(void *)member);
    }
    *(const char **)(void *)member = value;
    return 0;
}

static const struct option_row *find(const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static int usage_error(const char *what, const char *which)
{
    fprintf(stderr, "twinslot-board: %s%s; see twinslot-board --help\n", what, which);
    return EXIT_USAGE;
}

int options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){.console = "-", .qemu = "qemu-system-arm"};
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help();
            return 0;
        }
        const struct option_row *row = find(argv[i]);
        if (row == NULL) {
            return usage_error("unknown option ", argv[i]);
        }
        if (i + 1 == argc || set(options, row, argv[i + 1]) != 0) {
            return usage_error("missing or wrong value for ", argv[i]);
        }
    }
    if (options->flash == NULL || options->pty == NULL) {
        return usage_error("--flash and --pty are needed", "");
    }
    return -1;
}
