/*
 * test_cli_fail.c - failures for programs: with --json one error object, whatever goes wrong.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "cli/cli.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct common_opts {
    bool json;
};

static const struct cli_opt common[] = {
    {.name = "json", .type = CLI_FLAG, .offset = offsetof(struct common_opts, json), .help = "h"},
    {.name = NULL},
};

static int fail_in_one_text(const struct cli_call *call)
{
    return cli_fail(CLI_LINK, "the port %s is gone", call->args[0]);
}

static int fail_twice(const struct cli_call *call)
{
    const struct twin_error error = {.code = TWIN_ERROR_REFUSED,
                                     .what = "send the file",
                                     .why = "the device says \"no\"",
                                     .hint = "Ask it later",
                                     .reason = "not-now"};

    (void)call;
    cli_fail_error_with(&error, json_pack("{s:i}", "rc", 10));
    return cli_fail(CLI_REFUSED, "a consequence");
}

static int say_nothing(const struct cli_call *call)
{
    (void)call;
    return CLI_INTERRUPTED;
}

static int work(const struct cli_call *call)
{
    (void)call;
    cli_json_print(json_pack("{s:b}", "done", 1));
    return CLI_DONE;
}

static int say_it_itself(const struct cli_call *call)
{
    (void)call;
    cli_json_print(json_pack("{s:b}", "valid", 0));
    cli_fail_printed();
    return CLI_REFUSED;
}

static int fail_in_json(const struct cli_call *call)
{
    (void)call;
    cli_fail_in_json();
    return cli_fail(CLI_REFUSED, "no such file");
}

static const struct cli_cmd cmd_text = {
    .path = "some text", .args = "WORD", .help = "h", .run = fail_in_one_text};
static const struct cli_cmd cmd_twice = {.path = "twice", .help = "h", .run = fail_twice};
static const struct cli_cmd cmd_silent = {.path = "silent", .help = "h", .run = say_nothing};
static const struct cli_cmd cmd_work = {.path = "work", .help = "h", .run = work};
static const struct cli_cmd cmd_itself = {.path = "itself", .help = "h", .run = say_it_itself};
static const struct cli_cmd cmd_always = {.path = "always", .help = "h", .run = fail_in_json};
static const struct cli_cmd *const commands[] = {&cmd_itself, &cmd_always, &cmd_text, &cmd_twice,
                                                 &cmd_silent, &cmd_work,   NULL};
static const struct cli_program usual = {.name = "prog",
                                         .help = "h",
                                         .commands = commands,
                                         .options = common,
                                         .opts_size = sizeof(struct common_opts)};

static const struct cli_program *program = &usual;

/* What the last run printed. */
static char out[2000], err[4000];

static void read_back(int fd, int saved, int target, char *text, size_t cap)
{
    CHECK(dup2(saved, target) >= 0);
    const ssize_t len = pread(fd, text, cap - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    close(saved);
    close(fd);
}

static int run(int argc, char **argv)
{
    char out_name[] = "/tmp/test_cli.XXXXXX", err_name[] = "/tmp/test_cli.XXXXXX";
    const int saved[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    const int files[2] = {mkstemp(out_name), mkstemp(err_name)};

    fflush(stdout);
    CHECK(dup2(files[0], STDOUT_FILENO) >= 0 && dup2(files[1], STDERR_FILENO) >= 0);
    const int code = cli_main(program, argc, argv);
    fflush(stdout);
    read_back(files[0], saved[0], STDOUT_FILENO, out, sizeof(out));
    read_back(files[1], saved[1], STDERR_FILENO, err, sizeof(err));
    unlink(out_name);
    unlink(err_name);
    return code;
}

#define RUN(...)                                                                                   \
    run((int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)), (char *[]){__VA_ARGS__, NULL})

static void check_object(int code, const char *what, const char *why, const char *hint)
{
    json_t *whole = json_loads(out, 0, NULL); /* refuses a second object */
    const json_t *error = json_object_get(whole, "error");
    const char *got_what = json_string_value(json_object_get(error, "what"));
    const char *got_hint = json_string_value(json_object_get(error, "try"));
    const char *got_why = json_string_value(json_object_get(error, "why"));

    CHECK_EQ(json_integer_value(json_object_get(error, "code")), code);
    CHECK(what == NULL ? got_what == NULL : got_what != NULL && strcmp(got_what, what) == 0);
    CHECK(got_why != NULL && strstr(got_why, why) != NULL);
    CHECK(hint == NULL ? got_hint == NULL : got_hint != NULL && strcmp(got_hint, hint) == 0);
    CHECK_EQ(strchr(out, '\n') - out, strlen(out) - 1); /* one line */
    json_decref(whole);
}

static void test_failures(void)
{
    CHECK_EQ(RUN("prog", "--json", "some", "text", "ttyX"), CLI_LINK);
    check_object(CLI_LINK, "some text", "the port ttyX is gone", NULL);
    CHECK(strcmp(err, "Error: the port ttyX is gone\n") == 0);

    CHECK_EQ(RUN("prog", "--json", "twice"), CLI_REFUSED);
    check_object(CLI_REFUSED, "send the file", "the device says \"no\"", "Ask it later");
    CHECK(strstr(out, "\"rc\":10,\"reason\":\"not-now\"") != NULL);
    CHECK(strcmp(err, "Error: could not send the file: the device says \"no\". Ask it later\n"
                      "Error: a consequence\n") == 0);

    CHECK_EQ(RUN("prog", "silent", "--json"), CLI_INTERRUPTED);
    check_object(CLI_INTERRUPTED, "silent", "interrupted", NULL);

    CHECK_EQ(RUN("prog", "some", "text", "--json", "\xff\xfe"), CLI_LINK); /* any file name */
    check_object(CLI_LINK, "some text", "the port ?? is gone", NULL);
}

/* Once --json is there, also what cannot be parsed is reported as an object, in any order. */
static void test_usage_errors(void)
{
    CHECK_EQ(RUN("prog", "bogus", "--json"), CLI_USAGE);
    check_object(CLI_USAGE, NULL, "bogus", "prog --help");
    CHECK_EQ(RUN("prog", "--nope", "some", "text", "x", "--json=true"), CLI_USAGE);
    check_object(CLI_USAGE, NULL, "--nope", "prog --help");
    CHECK_EQ(RUN("prog", "--json", "some", "text"), CLI_USAGE);
    check_object(CLI_USAGE, "some text", "WORD", "prog some text --help");
}

/* A program without --json, but with a command that has it. */
static void test_own_json(void)
{
    static const struct cli_cmd cmd_own = {.path = "own",
                                           .args = "WORD",
                                           .help = "h",
                                           .options = common,
                                           .opts_size = sizeof(struct common_opts),
                                           .run = fail_in_one_text};
    static const struct cli_cmd *const own_commands[] = {&cmd_work, &cmd_own, NULL};
    static const struct cli_program own = {.name = "prog", .help = "h", .commands = own_commands};

    program = &own;
    CHECK_EQ(RUN("prog", "own", "--json", "x"), CLI_LINK);
    check_object(CLI_LINK, "own", "the port x is gone", NULL);
    CHECK_EQ(RUN("prog", "own", "x"), CLI_LINK);
    CHECK(strcmp(out, "") == 0);
    program = &usual;

    CHECK_EQ(RUN("prog", "itself", "--json"), CLI_REFUSED);
    CHECK(strcmp(out, "{\"valid\":false}\n") == 0);
    CHECK_EQ(RUN("prog", "always"), CLI_REFUSED);
    check_object(CLI_REFUSED, "always", "no such file", NULL);
}

/* Success that cannot be told has the program's own code; a failure keeps its. */
static void test_unwritable(void)
{
    static const struct cli_program other = {
        .name = "prog", .help = "h", .commands = commands, .unwritable = CLI_USAGE};
    char *done[] = {"prog", "work", NULL}, *failed[] = {"prog", "silent", NULL};
    const int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);

    fflush(stdout);
    CHECK(dup2(full, STDOUT_FILENO) >= 0);
    const int usual_code = cli_main(&usual, 2, done);
    clearerr(stdout);
    const int other_code = cli_main(&other, 2, done);
    clearerr(stdout);
    const int failed_code = cli_main(&other, 2, failed);
    clearerr(stdout);
    CHECK(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    close(full);
    CHECK_EQ(usual_code, CLI_REFUSED);
    CHECK_EQ(other_code, CLI_USAGE);
    CHECK_EQ(failed_code, CLI_INTERRUPTED);
}

static void test_without_json(void)
{
    CHECK_EQ(RUN("prog", "some", "text", "x"), CLI_LINK);
    CHECK(strcmp(out, "") == 0 && strcmp(err, "Error: the port x is gone\n") == 0);
    CHECK_EQ(RUN("prog", "bogus", "--", "--json"), CLI_USAGE);
    CHECK(strcmp(out, "") == 0);
    CHECK_EQ(RUN("prog", "silent"), CLI_INTERRUPTED);
    CHECK(strcmp(out, "") == 0);
    CHECK_EQ(RUN("prog", "--json", "work"), CLI_DONE);
    CHECK(strcmp(out, "{\"done\":true}\n") == 0 && strcmp(err, "") == 0);
}

int main(void)
{
    test_failures();
    test_usage_errors();
    test_without_json();
    test_own_json();
    test_unwritable();
    return check_report();
}
