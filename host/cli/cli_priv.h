/*
 * cli_priv.h - between the files of host/cli. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"
#include <stdio.h>

/* A table of options, the struct that it fills, and which rows the user gave. */
struct option_set {
    const struct cli_opt *options;
    void *opts;
    bool *given;
};

enum { SET_COMMAND, SET_COMMON, SET_COUNT };

struct parser {
    struct cli_call call;
    struct option_set sets[SET_COUNT];
    char **words; /* the words of the command's path, then its arguments */
    int word_count;
    int path_words; /* of words; 0 while there is no command */
    bool help, version;
    bool help_verb; /* the first word was "help": the others name what about */
};

/* What cli_parse_arguments answers besides exit codes: go on and run the command. */
#define PARSE_GO_ON (-1)

/*
 * Take all of argv: find the command, fill in both options structs, check arguments and required
 * options. parser is zeroed but for call.program. Returns PARSE_GO_ON, or what main() is to return
 * after help or a message. cli_parse_end() releases everything in each case.
 */
int cli_parse_arguments(struct parser *parser, int argc, char **argv);
void cli_parse_end(struct parser *parser);

/* Is path the words so far, or does it go on from them? */
enum path_match { PATH_NO, PATH_LONGER, PATH_EQUAL };
enum path_match cli_path_compare(const char *path, char *const *words, int word_count);

void cli_print_usage_line(FILE *out, const struct cli_program *program, const struct cli_cmd *cmd);
void cli_print_program_help(const struct parser *parser);
void cli_print_command_help(const struct parser *parser);

/* ---- fail.c: the failures of one run ---- */

/* Forget those of an earlier run. as_json: the user asked for --json. */
void cli_failures_begin(bool as_json);

/* The command that runs: an error object names it when nothing says more precisely what failed. */
void cli_failures_name_command(const char *path);

/* The run ends with this code, which it gives back: no failure goes without an error object. */
int cli_failures_end(int code);
