/*
 * cli.h - command lines from tables: what the programs `mcumgr` and `imgtool` share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A program is one struct cli_program: its commands, the options that all of them take, and what
 * main() returns. A command is one file cmd_*.c with an options struct, a table of options and a
 * run function; it becomes known by one row in the program's commands.c:
 *
 *     struct echo_opts { uint32_t count; };
 *     static const struct cli_opt echo_options[] = {
 *         CLI_OPT(struct echo_opts, count, CLI_U32, .name = "count", .letter = 'n', .arg = "N",
 *                 .def = "1", .help = "how often"),
 *         CLI_OPT_END,
 *     };
 *     static int echo_run(const struct cli_call *call)
 *     {
 *         const struct echo_opts *opts = call->opts;
 *         ...call->args[0]...
 *         return CLI_DONE;
 *     }
 *     const struct cli_cmd cmd_echo = {.path = "echo", .args = "TEXT", .help = "Say it back",
 *         .options = echo_options, .opts_size = sizeof(struct echo_opts), .run = echo_run};
 *
 *     int main(int argc, char **argv) { return cli_main(&program, argc, argv); }
 *
 * Options follow GNU style: --name value, --name=value, -nvalue, -n value, grouped short flags, and
 * they may stand anywhere; -- ends them. Go's programs add -n=value and --flag=false (go_style). -h
 * and --help exist everywhere and are made from the tables.
 *
 * Commands that differ in a table only share a run function and have their table in `data`
 * (tools/mcumgr/commands.h: a request, and how its answer reads).
 *
 * Printing. stdout is for what was asked for: cli_print_text(), cli_json_print(). stderr is for
 * talk: cli_warn(), cli_progress_*(), and failures, of which each run has one: libraries return a
 * struct twin_error, and a run function ends with `return cli_fail_error(&error)`. Questions to
 * whoever sits there: cli/ask.h.
 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "twin/text.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit codes are the codes of errors (base/error.h); docs/mcumgr.md says what they mean. imgtool
 * uses the first three only. */
enum cli_exit {
    CLI_DONE = TWIN_ERROR_NONE,
    CLI_REFUSED = TWIN_ERROR_REFUSED,
    CLI_USAGE = TWIN_ERROR_USAGE,
    CLI_LINK = TWIN_ERROR_LINK,
    CLI_VERIFY = TWIN_ERROR_VERIFY,
    CLI_INTERRUPTED = TWIN_ERROR_INTERRUPTED /* after Ctrl-C, as shells have it */
};

/* Kind of an option, and the type of the member that it fills. */
enum cli_type {
    CLI_FLAG,   /* bool; takes no value, but --flag=true or =false in go_style */
    CLI_U32,    /* uint32_t; decimal, 0x, 0o or 0b */
    CLI_I64,    /* int64_t; the same */
    CLI_DOUBLE, /* double; finite */
    CLI_TEXT,   /* const char *, in argv */
    CLI_CHOICE, /* int: index into choices */
    CLI_REPEAT  /* struct cli_list: every value given, in order */
};

/* Not given and without default: an I64 and a CHOICE read so; a TEXT reads NULL, others 0. */
#define CLI_I64_NONE    INT64_MIN
#define CLI_CHOICE_NONE (-1)

struct cli_list {
    const char **items; /* owned by the parser; valid during run() */
    size_t count;       /* of the words in items: values_per_item of them for each time given */
};

struct cli_opt {
    const char *name; /* long name without dashes; NULL ends a table */
    char letter;      /* short name; 0: none */
    enum cli_type type;
    size_t offset;              /* of the member in the options struct */
    const char *arg;            /* name of the value in help, "N"; not for flags and choices */
    const char *help;           /* one sentence, no full stop */
    const char *def;            /* default as the user would type it; NULL: see above */
    const char *const *choices; /* CHOICE: ends with NULL */
    int64_t min, max;           /* U32, I64 and DOUBLE: range; both 0: that of the type */
    uint8_t values;             /* REPEAT: words that each takes; 0 means 1 */
    bool required;
    bool once;   /* given twice is an error; else the last one counts */
    bool hidden; /* not in help */
};

/* A row of a table of options: the member of the struct that it fills, its type, and the rest by
 * name. CLI_OPT_END ends a table. */
#define CLI_OPT(struct_, member_, type_, ...)                                                      \
    {                                                                                              \
        .type = (type_), .offset = offsetof(struct_, member_), __VA_ARGS__                         \
    }
#define CLI_OPT_END                                                                                \
    {                                                                                              \
        .name = NULL                                                                               \
    }

struct cli_program;
struct cli_cmd;

/* One run of one command. */
struct cli_call {
    const struct cli_program *program;
    const struct cli_cmd *cmd;
    const void *opts;   /* the command's options struct */
    const void *common; /* the program's options struct */
    int argc;           /* words after the command that are not options */
    char **args;
};

/* Words behind a command that it has no use for. */
enum cli_spare {
    CLI_SPARE_WRONG,   /* are an error, unless the program is lenient */
    CLI_SPARE_IGNORED, /* are ignored with a warning: there is nothing that they could mean */
    CLI_SPARE_NEVER    /* are an error, always */
};

struct cli_cmd {
    const char *path; /* "image upload" */
    /*
     * "INFILE OUTFILE": names of the words that must follow; [NAME] may be left out, and a last
     * name with ... may be repeated. The number of words given is checked against this.
     */
    const char *args;
    const char *help;              /* one line, no full stop */
    const char *more;              /* further text for its help page; NULL: none */
    const struct cli_opt *options; /* NULL: none */
    size_t opts_size;              /* of the options struct */
    enum cli_spare spare;
    int (*run)(const struct cli_call *call);
    const void *data; /* run's own: one function may serve many commands */
};

struct cli_program {
    const char *name;
    const char *help;                      /* one line */
    const struct cli_cmd *const *commands; /* ends with NULL */
    const struct cli_opt *options;         /* common to all commands; NULL: none */
    size_t opts_size;
    const char *version; /* for --version without a command; NULL: there is no such option */
    /* As Go's programs: also -n=5, --flag=false, and a command behind its options;
     * the words of argv change places then. */
    bool go_style;
    bool (*is_lenient)(void); /* are spare words and missing verbs no error now? NULL: they are */
    /* Called before run, to check or prepare: CLI_DONE to go on, else the exit code; or NULL. */
    int (*before)(const struct cli_call *call);
    int unwritable; /* exit code when all went well but for writing stdout; 0: CLI_REFUSED */
};

/* Parse, run, and give what main() is to return. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/*
 * Is the flag --name among the words of a command line? For what must be known before it is parsed,
 * or although it cannot be.
 */
bool cli_flag_given(int argc, char **argv, const char *name);

/*
 * Report a failure. stderr gets one line: "Error: could not WHAT: WHY. HINT", or "Interrupted: did
 * not WHAT." If --json was given, in a program that has it or a command that has it, stdout gets
 * one object for the first failure of a run; without a `what` it names the command; `try` and
 * `reason` are there only if the error has them:
 *
 *     {"error": {"code": 3, "what": "...", "why": "...", "try": "...", "reason": "..."}}
 *
 * An error without a `why` was told already, and is not printed. A run that fails without any of
 * the functions below gets an object too. Returns error->code, so that run functions may write
 * `return cli_fail_error(&error)`.
 */
int cli_fail_error(const struct twin_error *error);

/* The same with further members of "error", for programs. more is taken over; NULL: none. */
int cli_fail_error_with(const struct twin_error *error, json_t *more);

/*
 * What a program is to know besides, whatever fails from now on: members of this object will stand
 * beside "error". Taken over, and replaces what was set before; NULL: nothing.
 */
void cli_fail_with(json_t *beside);

/*
 * For a command whose output is JSON though it has no --json: failures from now on get an object.
 */
void cli_fail_in_json(void);

/* The command has printed an object of its own that says what failed: none is to follow it. */
void cli_fail_printed(void);

/* Report a failure that is one text of any length: what failed, on what, why, what to try. Returns
 * code. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Report that the program was called wrongly: usage line, hint at --help, "Error: " and the text.
 * Returns CLI_USAGE, so that run functions may write `return cli_usage_error(call, ...)`.
 */
int cli_usage_error(const struct cli_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say on stderr what does not stop the work: "Warning: " and the text. */
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An integer as options take it. Returns false if text is not one, or above 64 bits. */
bool cli_parse_integer(const char *text, int64_t *value);

/* The characters that the terminal shows, by LC_ALL, LC_CTYPE or LANG: all of UTF-8, or ASCII. */
enum twin_text_keep cli_terminal_text(void);

/*
 * Print to stdout what was put together, and free it: a text as it is, or JSON on one line. Returns
 * CLI_DONE; when memory ran out on the way nothing is printed, and it is what to exit with after
 * the message.
 */
int cli_print_text(struct twin_buf *text);
int cli_json_print(json_t *value);

/*
 * Bytes to a file, or to stdout if path is NULL; no copy of them stays in memory.
 *
 * input  what they were made from, a key or an image, which the output must not replace; NULL:
 *        nothing.
 *
 * Returns CLI_DONE, or what to exit with after the message.
 */
int cli_output(const char *path, const char *input, const struct twin_buf *bytes);

/* A text as JSON; what is not UTF-8 in it becomes '?'. */
json_t *cli_json_text(const char *text);

/* A line on stderr that says how far a transfer is: percent, KiB/s, time left. */
struct cli_progress {
    const char *label;
    uint64_t total, first, done; /* bytes: all, at the first call, now */
    int64_t start_ms, shown_ms;
    unsigned shown_percent;
    bool terminal, started;
};

/*
 * Begin. label must live until the end. On a terminal the line is redrawn up to 5 times a second;
 * elsewhere a plain line is printed every 10 percent, so that logs stay short.
 */
void cli_progress_begin(struct cli_progress *progress, const char *label, uint64_t total);
void cli_progress_set(struct cli_progress *progress, uint64_t done);

/* Show the last state and close the line. To be called before anything else is printed. */
void cli_progress_end(struct cli_progress *progress);
