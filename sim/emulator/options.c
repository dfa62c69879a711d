/*
 * options.c - command line of twinslot-board: one table, for reading it and for the help.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"
#include "args.h"
#include <limits.h>

static const char intro[] = "usage: twinslot-board --flash FILE --pty LINK [option...]\n"
                            "\n"
                            "Runs an emulated board (QEMU) with its flash in FILE. Its SMP serial "
                            "port appears as LINK, its\n"
                            "console on standard output; lines typed here go to the console.\n"
                            "Ends with Ctrl-C or SIGTERM; kill -9 is a power failure.\n"
                            "\n";
static const char outro[] =
    "\n"
    "Exit status: 0 ended by a signal, 1 failure, 2 usage, 10 the power was cut (--cut).\n"
    "Example: twinslot-board --flash f.bin --pty /tmp/board --bootloader bootloader.bin \\\n"
    "             --image monitor-1.0.0.bin\n";

#define OPTION(member) offsetof(struct options, member)
#define TEXT           0, 0
#define NUMBER         0, UINT_MAX

static const struct args_row rows[] = {
    {"--board", "NAME", "folder of ports/ (mps2-an386, a Cortex-M4)", OPTION(board_name), TEXT},
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
static const struct args_program program = {.name = "twinslot-board",
                                            .intro = intro,
                                            .outro = outro,
                                            .rows = rows,
                                            .row_count = sizeof(rows) / sizeof(rows[0])};

int options_parse(struct options *options, int argc, char **argv)
{
    *options =
        (struct options){.board_name = "mps2-an386", .console = "-", .qemu = "qemu-system-arm"};
    int status = args_parse(&program, options, argc, argv);

    if (status != ARGS_GO_ON) {
        return status;
    }
    if (options->flash == NULL || options->pty == NULL) {
        return args_wrong(&program, "--flash and --pty are needed", "");
    }
    options->board = emulated_board_find(options->board_name);
    if (options->board == NULL) {
        return args_wrong(&program, "QEMU knows no board ", options->board_name);
    }
    return ARGS_GO_ON;
}
