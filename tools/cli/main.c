/*
 * main.c - run one command, and the words for people. SPDX-License-Identifier: Apache-2.0
 */
#include "cli_priv.h"
#include <stdarg.h>

/* Nothing may be lost silently, so a stdout that cannot be written is a failure. */
static int close_stdout(int rc)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return cli_fail(CLI_REFUSED,
                        "cannot write the output; is the disk full or the pipe closed?");
    }
    return rc;
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    struct parser parser = {.call = {.program = program}};
    int rc = parse_arguments(&parser, argc, argv);

    if (rc == PARSE_GO_ON && program->before != NULL) {
        program->before(&parser.call);
    }
    if (rc == PARSE_GO_ON) {
        rc = parser.call.cmd->run(&parser.call);
    }
    parse_end(&parser);
    return close_stdout(rc);
}

static void say(const char *before, const char *format, va_list list)
{
    fflush(stdout);
    fputs(before, stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

int cli_usage_error(const struct cli_call *call, const char *format, ...)
{
    va_list list;

    fflush(stdout);
    print_usage_line(stderr, call->program, call->cmd);
    fprintf(stderr, "Try '%s%s%s --help' for help.\n\n", call->program->name,
            call->cmd != NULL ? " " : "", call->cmd != NULL ? call->cmd->path : "");
    va_start(list, format);
    say("Error: ", format, list);
    va_end(list);
    return CLI_USAGE;
}

int cli_fail(int code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say("Error: ", format, list);
    va_end(list);
    return code;
}

void cli_warn(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say("Warning: ", format, list);
    va_end(list);
}

void cli_json_print(json_t *value)
{
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(value);
}
