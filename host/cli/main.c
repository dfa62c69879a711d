/*
 * main.c - run one command. SPDX-License-Identifier: Apache-2.0
 */
#include "base/std_fds.h"
#include "cli/cli_priv.h"
#include "cli/value.h"
#include <string.h>

/* Nothing may be lost silently: unwritable stdout is a failure, but it hides no other. */
static int close_stdout(const struct cli_program *program, int rc)
{
    const int code = program->unwritable != CLI_DONE ? program->unwritable : CLI_REFUSED;

    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_fail(code, "cannot write the output; is the disk full or the pipe closed?");
        return rc != CLI_DONE ? rc : code;
    }
    return rc;
}

static bool has_option(const struct cli_opt *options, const char *name)
{
    for (const struct cli_opt *opt = options; opt != NULL && opt->name != NULL; opt++) {
        if (strcmp(opt->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* In the program, or in one of its commands: which one is meant is not known yet. */
static bool has_json(const struct cli_program *program)
{
    bool found = has_option(program->options, "json");

    for (const struct cli_cmd *const *cmd = program->commands; !found && *cmd != NULL; cmd++) {
        found = has_option((*cmd)->options, "json");
    }
    return found;
}

bool cli_flag_given(int argc, char **argv, const char *name)
{
    const size_t len = strlen(name);
    bool is_given = false;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, len) == 0 &&
            (word[2 + len] == '\0' || word[2 + len] == '=')) {
            is_given = word[2 + len] == '\0' || cli_value_is_true(word + 3 + len);
        }
    }
    return is_given;
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    struct parser parser = {.call = {.program = program}};

    twin_std_fds_open();
    cli_failures_begin(has_json(program) && cli_flag_given(argc, argv, "json"));
    int rc = cli_parse_arguments(&parser, argc, argv);
    if (rc == PARSE_GO_ON) {
        cli_failures_name_command(parser.call.cmd->path);
    }
    if (rc == PARSE_GO_ON && program->before != NULL) {
        const int code = program->before(&parser.call);
        rc = code == CLI_DONE ? PARSE_GO_ON : code;
    }
    if (rc == PARSE_GO_ON) {
        rc = parser.call.cmd->run(&parser.call);
    }
    cli_parse_end(&parser);
    return cli_failures_end(close_stdout(program, rc));
}
