/*
 * test_cli_go.c - command lines as scripts have them for Go's programs, and what a program may
 * forgive. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "cli/cli.h"
#include <string.h>

enum { MAX_WORDS = 16 };

struct common_opts {
    double seconds;
    const char *name;
    uint32_t count;
};

struct do_opts {
    bool flag, kept;
    const char *text;
};

static const struct cli_opt common[] = {
    {.name = "seconds",
     .letter = 't',
     .type = CLI_DOUBLE,
     .def = "10",
     .min = 1,
     .max = 100,
     .offset = offsetof(struct common_opts, seconds),
     .help = "h"},
    {.name = "name",
     .letter = 'c',
     .type = CLI_TEXT,
     .offset = offsetof(struct common_opts, name),
     .help = "h"},
    {.name = "count",
     .letter = 'n',
     .type = CLI_U32,
     .offset = offsetof(struct common_opts, count),
     .help = "h"},
    {.name = NULL},
};
static const struct cli_opt options[] = {
    {.name = "flag",
     .letter = 'f',
     .type = CLI_FLAG,
     .offset = offsetof(struct do_opts, flag),
     .help = "h"},
    {.name = "kept",
     .letter = 'e',
     .type = CLI_FLAG,
     .def = "true",
     .offset = offsetof(struct do_opts, kept),
     .help = "h"},
    {.name = "text",
     .letter = 'x',
     .type = CLI_TEXT,
     .offset = offsetof(struct do_opts, text),
     .help = "h"},
    {.name = NULL},
};

/* What the last run was told; texts are copied, because argv is gone by then. */
static struct {
    const struct cli_cmd *cmd;
    struct common_opts common;
    struct do_opts opts;
    char text[32], name[32];
    int argc;
} seen;

static void copy(char *to, size_t cap, const char *from)
{
    snprintf(to, cap, "%s", from != NULL ? from : "(none)");
}

static int note(const struct cli_call *call)
{
    seen.cmd = call->cmd;
    seen.common = *(const struct common_opts *)call->common;
    copy(seen.name, sizeof(seen.name), seen.common.name);
    seen.argc = call->argc;
    if (call->cmd->options == options) {
        seen.opts = *(const struct do_opts *)call->opts;
        copy(seen.text, sizeof(seen.text), seen.opts.text);
    }
    return CLI_DONE;
}

static const struct cli_cmd cmd_do = {.path = "do",
                                      .args = "[WHAT]",
                                      .help = "h",
                                      .options = options,
                                      .opts_size = sizeof(struct do_opts),
                                      .run = note};
static const struct cli_cmd cmd_list = {
    .path = "image list", .args = "", .help = "h", .spare = CLI_SPARE_IGNORED, .run = note};
static const struct cli_cmd cmd_erase = {
    .path = "image erase", .args = "", .help = "h", .run = note};
static const struct cli_cmd cmd_echo = {
    .path = "echo", .args = "TEXT", .help = "h", .spare = CLI_SPARE_NEVER, .run = note};
static const struct cli_cmd cmd_add = {
    .path = "add", .args = "NAME SETTING...", .help = "h", .run = note};
static const struct cli_cmd *const commands[] = {&cmd_do,   &cmd_list, &cmd_erase,
                                                 &cmd_echo, &cmd_add,  NULL};

static bool lenient, agrees;

static bool is_lenient(void)
{
    return lenient;
}

static int before(const struct cli_call *call)
{
    return agrees ? CLI_DONE : cli_usage_error(call, "not today");
}

static const struct cli_program go = {.name = "prog",
                                      .help = "h",
                                      .commands = commands,
                                      .options = common,
                                      .opts_size = sizeof(struct common_opts),
                                      .go_style = true,
                                      .is_lenient = is_lenient,
                                      .before = before};
static const struct cli_program plain = {.name = "prog",
                                         .help = "h",
                                         .commands = commands,
                                         .options = common,
                                         .opts_size = sizeof(struct common_opts)};

static int run_with(const struct cli_program *program, const char *line)
{
    char words[256], *argv[MAX_WORDS + 2] = {"prog"};
    int argc = 1;

    snprintf(words, sizeof(words), "%s", line);
    memset(&seen, 0, sizeof(seen));
    for (char *word = strtok(words, " "); word != NULL && argc <= MAX_WORDS;
         word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    return cli_main(program, argc, argv);
}

static int run(const char *line)
{
    return run_with(&go, line);
}

static void test_equals(void)
{
    CHECK_EQ(run("-t=5 do"), 0);
    CHECK(seen.common.seconds > 4.9 && seen.common.seconds < 5.1);
    CHECK_EQ(run("-n=7 -c=acm0 do -x=a=b"), 0);
    CHECK_EQ(seen.common.count, 7);
    CHECK(strcmp(seen.name, "acm0") == 0 && strcmp(seen.text, "a=b") == 0);
    CHECK_EQ(run("do -x=="), 0);
    CHECK(strcmp(seen.text, "=") == 0);
    CHECK_EQ(run("do -fx=y"), 0);
    CHECK(seen.opts.flag && strcmp(seen.text, "y") == 0);
    CHECK_EQ(run_with(&plain, "do -x=y"), 0); /* a plain program takes what is behind the letter */
    CHECK(strcmp(seen.text, "=y") == 0);
    CHECK_EQ(run_with(&plain, "-t=5 do"), CLI_USAGE);
}

static void test_flags(void)
{
    static const char *const yes[] = {"do -e",   "do --kept",      "do -e=true", "do --kept=1",
                                      "do -e=T", "do --kept=TRUE", "do"};
    static const char *const no[] = {"do -e=false", "do --kept=0", "do -fe=f", "do --kept=False"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        CHECK_EQ(run(yes[i]), 0);
        CHECK(seen.cmd == &cmd_do && seen.opts.kept);
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        CHECK_EQ(run(no[i]), 0);
        CHECK(seen.cmd == &cmd_do && !seen.opts.kept);
    }
    CHECK_EQ(run("do -e=maybe"), CLI_USAGE);
    CHECK_EQ(run("do --kept="), CLI_USAGE);
    CHECK_EQ(run("do -e=tru"), CLI_USAGE);
    CHECK_EQ(run_with(&plain, "do --kept=true"), CLI_USAGE);
    CHECK_EQ(run_with(&plain, "do -e=true"), CLI_USAGE);
}

/* The command behind its own options; only the tables tell which words are their values. */
static void test_order(void)
{
    CHECK_EQ(run("-x text do what"), 0);
    CHECK(seen.cmd == &cmd_do && strcmp(seen.text, "text") == 0);
    CHECK_EQ(seen.argc, 1);
    CHECK_EQ(run("-f --text=abc -e=false -t 5 do what"), 0);
    CHECK(seen.opts.flag && !seen.opts.kept && strcmp(seen.text, "abc") == 0);
    CHECK_EQ(run("-fxdo do do"), 0); /* a value and an argument that look like the command */
    CHECK(seen.opts.flag && strcmp(seen.text, "do") == 0 && seen.argc == 1);
    CHECK_EQ(run("--text do -c do do"), 0);
    CHECK(strcmp(seen.text, "do") == 0 && strcmp(seen.name, "do") == 0 && seen.argc == 0);
    CHECK_EQ(run("-n 3 image -t 5 list"), 0);
    CHECK(seen.cmd == &cmd_list && seen.common.count == 3);
    CHECK_EQ(run("-c acm0 echo do"), 0);
    CHECK(seen.cmd == &cmd_echo && seen.argc == 1);
    CHECK_EQ(run("-x text echo do"), CLI_USAGE); /* an option of another command */
    CHECK_EQ(run("-x"), CLI_USAGE);
    CHECK_EQ(run("-z do"), CLI_USAGE);
    CHECK_EQ(run("-- do"), 0);
    CHECK_EQ(run_with(&plain, "-x text do"), CLI_USAGE);
}

static void test_ranges(void)
{
    CHECK_EQ(run("-t 100 do"), 0);
    CHECK_EQ(run("-t 1.0 do"), 0);
    CHECK_EQ(run("-t 100.01 do"), CLI_USAGE);
    CHECK_EQ(run("-t 0.99 do"), CLI_USAGE);
    CHECK_EQ(run("-t -5 do"), CLI_USAGE);
    CHECK_EQ(run("-t nan do"), CLI_USAGE);
    CHECK_EQ(run("-t 1e30 do"), CLI_USAGE);
    CHECK_EQ(run("-n 4294967296 do"), CLI_USAGE);
    CHECK_EQ(run("-n 4294967295 do"), 0);
    CHECK_EQ(run("add name"), CLI_USAGE); /* NAME does not stand for SETTING... too */
    CHECK_EQ(run("add"), CLI_USAGE);
    CHECK_EQ(run("add name a b c"), 0);
    CHECK_EQ(seen.argc, 4);
}

static void test_spare_words(void)
{
    CHECK_EQ(run("image list now"), 0);
    CHECK(seen.cmd == &cmd_list && seen.argc == 0);
    CHECK_EQ(run("image erase 1"), CLI_USAGE);
    CHECK_EQ(run("do a b"), CLI_USAGE);
    CHECK_EQ(run("echo a b"), CLI_USAGE);
    CHECK_EQ(run("image"), CLI_USAGE);
    lenient = true;
    CHECK_EQ(run("image erase 1 2"), 0);
    CHECK(seen.cmd == &cmd_erase && seen.argc == 0);
    CHECK_EQ(run("do a b"), 0);
    CHECK_EQ(seen.argc, 1);
    CHECK_EQ(run("echo a b"), CLI_USAGE);
    CHECK_EQ(run("image"), 0);
    CHECK_EQ(run("imag"), CLI_USAGE);
    lenient = false;
}

static void test_help(void)
{
    static const char *const lines[] = {
        "help",         "help do",      "help image", "help image list", "", "help image list more",
        "-t 5 help do", "image --help", "do -h",      "help -h"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        CHECK_EQ(run(lines[i]), 0);
        CHECK(seen.cmd == NULL);
    }
    CHECK_EQ(run("help bogus"), CLI_USAGE);
    CHECK_EQ(run("help image bogus"), CLI_USAGE);
    CHECK_EQ(run("-t 5"), CLI_USAGE); /* a command was forgotten */
    CHECK_EQ(run("echo help"), 0);    /* only the first word is the verb */
    CHECK(seen.cmd == &cmd_echo);
    CHECK_EQ(run_with(&plain, "help do"), 0); /* in every program */
}

static void test_before(void)
{
    agrees = false;
    CHECK_EQ(run("do"), CLI_USAGE);
    CHECK(seen.cmd == NULL);
    agrees = true;
}

int main(void)
{
    agrees = true;
    test_equals();
    test_flags();
    test_order();
    test_ranges();
    test_spare_words();
    test_help();
    test_before();
    return check_report();
}
