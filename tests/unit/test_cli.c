/*
 * test_cli.c - command lines from tables, progress. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_WORDS = 16 };

struct some_opts {
    bool flag, other;
    uint32_t number;
    int64_t big;
    double ratio;
    const char *text;
    int colour;
    struct cli_list pairs;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct cli_opt options[] = {
    {.name = "flag",
     .letter = 'f',
     .type = CLI_FLAG,
     .offset = offsetof(struct some_opts, flag),
     .help = "h"},
    {.name = "other",
     .letter = 'o',
     .type = CLI_FLAG,
     .offset = offsetof(struct some_opts, other),
     .help = "h"},
    {.name = "number",
     .letter = 'n',
     .type = CLI_U32,
     .def = "7",
     .min = 1,
     .max = 100,
     .offset = offsetof(struct some_opts, number),
     .help = "h"},
    {.name = "big", .type = CLI_I64, .offset = offsetof(struct some_opts, big), .help = "h"},
    {.name = "ratio", .type = CLI_DOUBLE, .offset = offsetof(struct some_opts, ratio), .help = "h"},
    {.name = "text",
     .letter = 't',
     .type = CLI_TEXT,
     .offset = offsetof(struct some_opts, text),
     .help = "h"},
    {.name = "colour",
     .type = CLI_CHOICE,
     .choices = colours,
     .offset = offsetof(struct some_opts, colour),
     .help = "h"},
    {.name = "pair",
     .type = CLI_REPEAT,
     .values = 2,
     .offset = offsetof(struct some_opts, pairs),
     .help = "h"},
    {.name = NULL},
};
struct common_opts {
    const char *conn;
    bool verbose;
};
static const struct cli_opt common[] = {
    {.name = "conn",
     .letter = 'c',
     .type = CLI_TEXT,
     .offset = offsetof(struct common_opts, conn),
     .help = "h"},
    {.name = "verbose",
     .type = CLI_FLAG,
     .offset = offsetof(struct common_opts, verbose),
     .help = "h"},
    {.name = NULL},
};
struct must_opts {
    const char *key;
};
static const struct cli_opt must[] = {
    {.name = "key",
     .letter = 'k',
     .type = CLI_TEXT,
     .required = true,
     .once = true,
     .offset = offsetof(struct must_opts, key),
     .help = "h"},
    {.name = NULL},
};

/* What the last run saw. */
static struct {
    const struct cli_cmd *cmd;
    struct some_opts opts;
    struct common_opts common;
    int argc;
    char words[4][32], pairs[8][32];
} seen;

static int note(const struct cli_call *call)
{
    seen.cmd = call->cmd;
    seen.common = *(const struct common_opts *)call->common;
    seen.argc = call->argc;
    for (int i = 0; i < call->argc && i < 4; i++) {
        snprintf(seen.words[i], sizeof(seen.words[i]), "%s", call->args[i]);
    }
    if (call->cmd->options == options) {
        seen.opts = *(const struct some_opts *)call->opts;
        for (size_t i = 0; i < seen.opts.pairs.count && i < 8; i++) {
            snprintf(seen.pairs[i], sizeof(seen.pairs[i]), "%s", seen.opts.pairs.items[i]);
        }
    }
    return CLI_DONE;
}

static const struct cli_cmd cmd_do = {.path = "do",
                                      .args = "WHAT [WHERE]",
                                      .help = "h",
                                      .options = options,
                                      .opts_size = sizeof(struct some_opts),
                                      .run = note};
static const struct cli_cmd cmd_upload = {.path = "image upload",
                                          .args = "FILE...",
                                          .help = "h",
                                          .options = must,
                                          .opts_size = sizeof(struct must_opts),
                                          .run = note};
static const struct cli_cmd cmd_list = {.path = "image list", .help = "h", .run = note};
static const struct cli_cmd cmd_conf = {.path = "conf", .args = "[NAME]", .help = "h", .run = note};
static const struct cli_cmd cmd_save = {.path = "conf save", .help = "h", .run = note};
static const struct cli_cmd *const commands[] = {&cmd_do,   &cmd_upload, &cmd_list,
                                                 &cmd_conf, &cmd_save,   NULL};
static const struct cli_program program = {.name = "prog",
                                           .help = "h",
                                           .commands = commands,
                                           .options = common,
                                           .opts_size = sizeof(struct common_opts),
                                           .version = "1.2"};

/* Run with the words of a line, which are separated by blanks. */
static int run(const char *line)
{
    char copy[256], *argv[MAX_WORDS + 2] = {"prog"};
    int argc = 1;

    snprintf(copy, sizeof(copy), "%s", line);
    memset(&seen, 0, sizeof(seen));
    for (char *word = strtok(copy, " "); word != NULL && argc <= MAX_WORDS;
         word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    return cli_main(&program, argc, argv);
}

static void test_options(void)
{
    CHECK_EQ(run("do x"), CLI_DONE);
    CHECK(seen.cmd == &cmd_do && seen.argc == 1 && strcmp(seen.words[0], "x") == 0);
    CHECK_EQ(seen.opts.number, 7);
    CHECK(seen.opts.big == CLI_I64_NONE && seen.opts.colour == CLI_CHOICE_NONE);
    CHECK(seen.opts.text == NULL && !seen.opts.flag);

    CHECK_EQ(run("do --flag -n 9 x --text=abc --big -0x10 --ratio 2.5 --colour green y"), 0);
    CHECK(seen.opts.flag && seen.opts.number == 9 && seen.opts.big == -16);
    CHECK(seen.opts.ratio > 2.4 && seen.opts.ratio < 2.6 && seen.opts.colour == 1);
    CHECK(seen.argc == 2 && strcmp(seen.words[1], "y") == 0);

    CHECK_EQ(run("do -fon12 x"), 0);
    CHECK(seen.opts.flag && seen.opts.other && seen.opts.number == 12);
    CHECK_EQ(run("do -n 0b101 x"), 0);
    CHECK_EQ(seen.opts.number, 5);
    CHECK_EQ(run("do -n 0o17 x"), 0);
    CHECK_EQ(seen.opts.number, 15);
    CHECK_EQ(run("do -- -f"), 0);
    CHECK(!seen.opts.flag && strcmp(seen.words[0], "-f") == 0);
    CHECK_EQ(run("do -"), 0);
    CHECK(strcmp(seen.words[0], "-") == 0);

    CHECK_EQ(run("do x --pair a b --pair c d"), 0);
    CHECK_EQ(seen.opts.pairs.count, 4);
    CHECK(strcmp(seen.pairs[0], "a") == 0 && strcmp(seen.pairs[3], "d") == 0);
}

static void test_commands(void)
{
    CHECK_EQ(run("image list"), 0);
    CHECK(seen.cmd == &cmd_list);
    CHECK_EQ(run("-c one image --verbose upload -k key f1 f2 f3"), 0);
    CHECK(seen.cmd == &cmd_upload && seen.argc == 3 && seen.common.verbose);
    CHECK_EQ(run("conf"), 0);
    CHECK(seen.cmd == &cmd_conf && seen.argc == 0);
    CHECK_EQ(run("conf name"), 0);
    CHECK(seen.cmd == &cmd_conf && seen.argc == 1);
    CHECK_EQ(run("conf save"), 0);
    CHECK(seen.cmd == &cmd_save && seen.argc == 0);
    CHECK_EQ(run(""), 0);
    CHECK_EQ(run("image"), CLI_USAGE); /* a verb is missing */
    CHECK_EQ(run("--help"), 0);
    CHECK_EQ(run("image upload --help"), 0);
    CHECK_EQ(run("--version"), 0);
    CHECK(seen.cmd == NULL);
}

/* Each is wrong in one way, must say so and must not run anything. */
static void test_usage_errors(void)
{
    static const char *const lines[] = {
        "nothing",
        "imag list",
        "image lists",
        "image list extra",
        "do",
        "do a b c",
        "do x --nope",
        "do x -z",
        "do x -n",
        "do x -n 0",
        "do x -n 101",
        "do x -n -1",
        "do x -n 12x",
        "do x -n 0x",
        "do x -n 010",
        "do x -n 99999999999999999999",
        "do x --flag=1",
        "do x --colour blue",
        "do x --ratio a",
        "do x --ratio 1.5x",
        "do x --ratio inf",
        "do x --pair a",
        "do x --pair",
        "do x --big 0b2",
        "image upload file",
        "image upload -k k",
        "do x --tex abc",
        "do x -fz",
        "do x --big 9223372036854775808",
        "image upload -k k -k k file",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        CHECK_EQ(run(lines[i]), CLI_USAGE);
        CHECK(seen.cmd == NULL);
    }
}

static void test_integers(void)
{
    int64_t value = 1;

    CHECK(cli_parse_integer("0", &value) && value == 0);
    CHECK(cli_parse_integer("+5", &value) && value == 5);
    CHECK(cli_parse_integer("0xFFffFFff", &value) && value == UINT32_MAX);
    CHECK(cli_parse_integer("9223372036854775807", &value) && value == INT64_MAX);
    CHECK(!cli_parse_integer("", &value) && !cli_parse_integer("-", &value));
    CHECK(!cli_parse_integer("0x-1", &value) && !cli_parse_integer("- 1", &value));
    CHECK(!cli_parse_integer(" 1", &value) && !cli_parse_integer("1 ", &value));
}

/* Plain lines on a stderr that is no terminal, at most one every 10 percent. */
static void test_progress(void)
{
    char name[] = "/tmp/test_cli.XXXXXX", text[4000];
    int saved = dup(STDERR_FILENO), fd = mkstemp(name), lines = 0;
    struct cli_progress progress;

    CHECK(dup2(fd, STDERR_FILENO) >= 0);
    cli_progress_begin(&progress, "upload", 100000);
    for (uint64_t done = 0; done <= 100000; done += 100) {
        cli_progress_set(&progress, done);
    }
    cli_progress_end(&progress);
    cli_progress_end(&progress);
    fflush(stderr);
    CHECK(dup2(saved, STDERR_FILENO) >= 0);
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    for (const char *c = text; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    CHECK_EQ(lines, 10);
    CHECK(strstr(text, "upload:  10% of 97.7 KiB") != NULL);
    CHECK(strstr(text, "upload: 100%") != NULL && strstr(text, "\r") == NULL);
    close(fd);
    unlink(name);
}

int main(void)
{
    test_options();
    test_commands();
    test_usage_errors();
    test_integers();
    test_progress();
    return check_report();
}
