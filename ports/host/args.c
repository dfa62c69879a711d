/*
 * args.c - see args.h. SPDX-License-Identifier: Apache-2.0
 */
#include "args.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

static void print_help(const struct args_program *program)
{
    fputs(program->intro, stdout);
    for (size_t i = 0; i < program->row_count; i++) {
        const struct args_row *row = &program->rows[i];
        char left[32];
        snprintf(left, sizeof(left), "%s %s", row->name, row->value);
        printf("  %-21s %s\n", left, row->help);
    }
    fputs(program->outro, stdout);
}

static int parse_number(const struct args_row *row, const char *text, unsigned *number)
{
    char *end;

    errno = 0;
    unsigned long value = strtoul(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < row->min ||
        value > row->max) {
        return -1;
    }
    *number = (unsigned)value;
    return 0;
}

static int set(void *options, const struct args_row *row, const char *value)
{
    char *member = (char *)options + row->offset;

    if (row->max != 0) {
        return parse_number(row, value, (unsigned *)(void *)member);
    }
    *(const char **)(void *)member = value;
    return 0;
}

static const struct args_row *find(const struct args_program *program, const char *name)
{
    for (size_t i = 0; i < program->row_count; i++) {
        if (strcmp(program->rows[i].name, name) == 0) {
            return &program->rows[i];
        }
    }
    return NULL;
}

int args_wrong(const struct args_program *program, const char *what, const char *which)
{
    fprintf(stderr, "%s: %s%s; see %s --help\n", program->name, what, which, program->name);
    return EXIT_USAGE;
}

int args_parse(const struct args_program *program, void *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(program);
            return 0;
        }
        const struct args_row *row = find(program, argv[i]);
        if (row == NULL) {
            return args_wrong(program, "unknown option ", argv[i]);
        }
        if (i + 1 == argc || set(options, row, argv[i + 1]) != 0) {
            return args_wrong(program, "missing or wrong value for ", argv[i]);
        }
    }
    return ARGS_GO_ON;
}
