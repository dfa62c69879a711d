/*
 * fail.c - failures: words for people on stderr, and with --json one object for programs on stdout.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli_priv.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* One run of one program: it reports one failure to programs, the first, which knows most. */
static struct {
    bool wanted, reported;
    const char *command;
    json_t *beside; /* members that stand beside "error"; NULL: none */
} json;

void cli_failures_begin(bool as_json)
{
    json.wanted = as_json;
    json.reported = false;
    json.command = NULL;
    cli_fail_with(NULL);
}

void cli_fail_with(json_t *beside)
{
    json_decref(json.beside);
    json.beside = beside;
}

void cli_fail_in_json(void)
{
    json.wanted = true;
}

void cli_fail_printed(void)
{
    json.reported = true;
}

void cli_failures_name_command(const char *path)
{
    json.command = path;
}

/* One failure; its texts may be longer than an error's. */
struct failure {
    int code;
    const char *what, *why, *hint; /* as in struct twin_error */
    json_t *more;                  /* NULL: none */
};

static void print_object(const struct failure *failure)
{
    const char *what = failure->what[0] != '\0' ? failure->what : json.command;
    json_t *error = json_pack("{s:i, s:o, s:o}", "code", failure->code, "what",
                              what != NULL ? cli_json_text(what) : json_null(), "why",
                              cli_json_text(failure->why));

    if (failure->hint[0] != '\0') {
        json_object_set_new(error, "try", cli_json_text(failure->hint));
    }
    if (failure->more != NULL) {
        json_object_update(error, failure->more);
    }
    json.reported = true;
    json_t *object = json_pack("{s:o}", "error", error);
    if (json.beside != NULL) {
        json_object_update(object, json.beside);
    }
    cli_json_print(object);
}

static void print_words(const struct failure *failure)
{
    const bool has_what = failure->what[0] != '\0';
    const bool has_hint = failure->hint[0] != '\0';

    fflush(stdout);
    if (failure->code == CLI_INTERRUPTED) {
        fprintf(stderr, "Interrupted: did not %s.\n", has_what ? failure->what : "finish");
        return;
    }
    fprintf(stderr, "Error: %s%s%s%s%s%s\n", has_what ? "could not " : "", failure->what,
            has_what ? ": " : "", failure->why, has_hint ? ". " : "", failure->hint);
}

static int report(const struct failure *failure)
{
    if (failure->why[0] == '\0') { /* told already, by whoever was asked */
        json_decref(failure->more);
        return failure->code;
    }
    if (json.wanted && !json.reported) {
        print_object(failure);
    }
    print_words(failure);
    json_decref(failure->more);
    return failure->code;
}

int cli_fail_error_with(const struct twin_error *error, json_t *more)
{
    if (error->reason[0] != '\0') {
        more = more != NULL ? more : json_object();
        json_object_set_new(more, "reason", json_string(error->reason));
    }
    return report(&(struct failure){(int)error->code, error->what, error->why, error->hint, more});
}

int cli_fail_error(const struct twin_error *error)
{
    return cli_fail_error_with(error, NULL);
}

int cli_failures_end(int code)
{
    const char *why = code == CLI_INTERRUPTED ? "interrupted" : "failed; standard error tells more";

    if (code != CLI_DONE && json.wanted && !json.reported) {
        print_object(&(struct failure){code, "", why, "", NULL});
    }
    cli_fail_with(NULL);
    return code;
}

/* A text of any length, to be freed; NULL without memory. */
static char *print_text(const char *format, va_list list)
{
    va_list again;

    va_copy(again, list);
    const int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = malloc((size_t)len + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)len + 1, format, list);
    }
    return text;
}

static const char *or_no_memory(const char *text)
{
    return text != NULL ? text : "out of memory";
}

int cli_usage_error(const struct cli_call *call, const char *format, ...)
{
    const char *name = call->program->name, *path = call->cmd != NULL ? call->cmd->path : "";
    const char *gap = call->cmd != NULL ? " " : "";
    char hint[200];
    va_list list;

    fflush(stdout);
    cli_print_usage_line(stderr, call->program, call->cmd);
    fprintf(stderr, "Try '%s%s%s --help' for help.\n\n", name, gap, path);
    snprintf(hint, sizeof(hint), "%s%s%s --help", name, gap, path);
    va_start(list, format);
    char *text = print_text(format, list);
    va_end(list);
    if (json.wanted && !json.reported) {
        print_object(&(struct failure){CLI_USAGE, path, or_no_memory(text), hint, NULL});
    }
    print_words(&(struct failure){CLI_USAGE, "", or_no_memory(text), "", NULL});
    free(text);
    return CLI_USAGE;
}

int cli_fail(int code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    char *text = print_text(format, list);
    va_end(list);
    report(&(struct failure){code, "", or_no_memory(text), "", NULL});
    free(text);
    return code;
}

void cli_warn(const char *format, ...)
{
    va_list list;

    fflush(stdout);
    fputs("Warning: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}
