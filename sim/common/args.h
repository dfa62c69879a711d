/*
 * args.h - command lines of the programs that run devices: one table of options, for reading them
 * and for the help. Each option has a value, as --name value or --name=value; --help, -h and
 * --version are there besides. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>

#define ARGS_GO_ON -1 /* anything else is the status to exit with */

struct args_row {
    const char *name, *value, *help;
    size_t offset;          /* of an unsigned, or a const char *, in the caller's struct */
    unsigned long min, max; /* of a number; max 0: a text */
};

struct args_program {
    const char *name, *intro, *outro; /* texts around the options in the help */
    const struct args_row *rows;
    size_t row_count;
};

/* Fill in *options, which has the defaults. Says what is wrong, or the help that was asked for. */
int args_parse(const struct args_program *program, void *options, int argc, char **argv);

/* Complain about the use of the program; returns the status to exit with. */
int args_wrong(const struct args_program *program, const char *what, const char *which);
