/*
 * args.c - see args.h. SPDX-License-Identifier: Apache-2.0
 */
#include "args.h"
#include "twin_config.h"
#include <errno.h>
#include <stdbool.h>
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
    printf("  %-21s %s\n", "-h, --help", "show this text");
    printf("  %-21s %s\n", "--version", "show the version");
    fputs(program->outro, stdout);
}

static int parse_number(const struct args_row *row, const char *text, unsigned *number)
{
    char *end;

    errno = 0;
    /* A leading 0 means nothing: 08 is eight here. */
    const bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long value = strtoul(text, &end, is_hex ? 16 : 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < row->min ||
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
    return *value != '\0' ? 0 : -1; /* somebody's variable was not set */
}

/* The row of a word, which may have its value behind a '='; *value is NULL if it has none. */
static const struct args_row *find(const struct args_program *program, const char *word,
                                   const char **value)
{
    const size_t len = strcspn(word, "=");

    *value = word[len] == '=' ? word + len + 1 : NULL;
    for (size_t i = 0; i < program->row_count; i++) {
        const char *name = program->rows[i].name;
        if (strlen(name) == len && memcmp(name, word, len) == 0) {
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

/* Words that ask for a text and need nothing else. */
static bool answer(const struct args_program *program, const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_help(program);
        return true;
    }
    if (strcmp(word, "--version") == 0) {
        printf("%s " CONFIG_TWIN_VERSION "\n", program->name);
        return true;
    }
    return false;
}

int args_parse(const struct args_program *program, void *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value;
        if (answer(program, word)) {
            return 0;
        }
        const struct args_row *row = find(program, word, &value);
        if (row == NULL) {
            return args_wrong(program, "unknown option ", word);
        }
        if (value == NULL && i + 1 < argc) {
            value = argv[++i];
        }
        if (value == NULL || set(options, row, value) != 0) {
            return args_wrong(program, "missing or wrong value for ", word);
        }
    }
    return ARGS_GO_ON;
}
