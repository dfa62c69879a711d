/*
 * test_args.c - command lines of the programs that run devices.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "args.h"
#include "check.h"
#include <string.h>

struct options {
    const char *file;
    unsigned number, small;
};

static const struct args_row rows[] = {
    {"--file", "FILE", "a text", offsetof(struct options, file), 0, 0},
    {"--number", "N", "a number", offsetof(struct options, number), 0, 1000000000},
    {"--num", "N", "one whose name begins the same", offsetof(struct options, small), 1, 9},
};
static const struct args_program program = {.name = "prog",
                                            .intro = "intro\n",
                                            .outro = "outro\n",
                                            .rows = rows,
                                            .row_count = sizeof(rows) / sizeof(rows[0])};
static struct options options;

static int parse(const char *a, const char *b, const char *c, const char *d)
{
    const char *words[] = {"prog", a, b, c, d, NULL};
    char copies[5][32], *argv[6] = {NULL};
    int argc = 0;

    for (; words[argc] != NULL; argc++) {
        snprintf(copies[argc], sizeof(copies[argc]), "%s", words[argc]);
        argv[argc] = copies[argc];
    }
    options = (struct options){.file = "(none)", .number = 7, .small = 7};
    return args_parse(&program, &options, argc, argv);
}

/* An option with its value in either form. */
static void test_forms(void)
{
    CHECK_EQ(parse(NULL, NULL, NULL, NULL), ARGS_GO_ON);
    CHECK_EQ(options.number, 7);
    CHECK_EQ(parse("--file=a=b", "--number", "5", "--num=3"), ARGS_GO_ON);
    CHECK_EQ(options.number, 5);
    CHECK_EQ(options.small, 3);
    CHECK_EQ(parse("--number=12", "--file", "--file", NULL), ARGS_GO_ON);
    CHECK_EQ(options.number, 12);
    CHECK_EQ(parse("--number", "0x10", "--num", "09"), ARGS_GO_ON);
    CHECK_EQ(options.number, 16);
    CHECK_EQ(options.small, 9); /* decimal, whatever stands in front */
}

static void test_wrong(void)
{
    static const char *const words[][2] = {
        {"--nope", "1"},
        {"--nope=1", NULL},
        {"--number", NULL},
        {"--number=", NULL},
        {"--number", ""},
        {"--number=-1", NULL},
        {"--number=+1", NULL},
        {"--number= 1", NULL},
        {"--number=1x", NULL},
        {"--number=0x", NULL},
        {"--num=0", NULL},
        {"--num=10", NULL},
        {"--file=", NULL},
        {"--file", ""},
        {"--file", NULL},
        {"--fil", "x"},
        {"file", NULL},
        {"--number=1000000001", NULL},
        {"--number=99999999999999999999", NULL},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CHECK_EQ(parse(words[i][0], words[i][1], NULL, NULL), 2);
    }
}

static void test_questions(void)
{
    CHECK_EQ(parse("--help", NULL, NULL, NULL), 0);
    CHECK_EQ(parse("--num=3", "-h", "--nope", NULL), 0);
    CHECK_EQ(parse("--version", NULL, NULL, NULL), 0);
}

int main(void)
{
    test_forms();
    test_wrong();
    test_questions();
    return check_report();
}
