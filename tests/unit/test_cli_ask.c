/*
 * test_cli_ask.c - where a command line has its passphrases and PINs from, without a terminal: that
 * part, and what is printed, is tests/integration/imgtool_keys.py and imgtool_hsm.py.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "cli/ask.h"
#include <unistd.h>

#define VARIABLE "TWIN_TEST_WORD"

static struct cli_secrets secrets_with(int fd)
{
    unsetenv(VARIABLE);
    return (struct cli_secrets){.passphrase = {fd, "--word-fd", VARIABLE},
                                .pin = {fd, "--pin-fd", VARIABLE},
                                .quiet = true};
}

/* A descriptor from which text comes. */
static int source(const char *text, size_t len)
{
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(write(ends[1], text, len), len);
    close(ends[1]);
    return ends[0];
}

static enum twin_error_code get(struct cli_secrets *secrets, enum twin_ask_for what,
                                struct twin_secret *secret, struct twin_error *error)
{
    const struct twin_ask ask = cli_ask(secrets);

    return twin_ask_secret(&ask, what, "thing", secret, error);
}

static bool gives(struct cli_secrets *secrets, enum twin_ask_for what, const char *text)
{
    struct twin_secret secret;
    struct twin_error error;

    return get(secrets, what, &secret, &error) == TWIN_ERROR_NONE &&
           strcmp(secret.text, text) == 0 && secret.len == strlen(text);
}

static bool fails(struct cli_secrets *secrets, enum twin_ask_for what, enum twin_error_code code,
                  const char *why)
{
    struct twin_secret secret;
    struct twin_error error;

    return get(secrets, what, &secret, &error) == code && strstr(error.why, why) != NULL;
}

/* A line for each key, and the last one again when there are no more. */
static void test_descriptor(void)
{
    const int fd = source("one\ntwo\n", 8), empty = source("", 0), zero = source("a\0b\n", 4);
    struct cli_secrets secrets = secrets_with(fd);

    CHECK_EQ(setenv(VARIABLE, "not this one", 1), 0);
    CHECK(gives(&secrets, TWIN_ASK_PASSPHRASE, "one"));
    CHECK(gives(&secrets, TWIN_ASK_PASSPHRASE, "two"));
    CHECK(gives(&secrets, TWIN_ASK_PASSPHRASE, "two"));
    CHECK(fails(&secrets, TWIN_ASK_PIN, TWIN_ERROR_REFUSED, "--pin-fd: no PIN could be read"));
    secrets = secrets_with(empty);
    CHECK(fails(&secrets, TWIN_ASK_PASSPHRASE, TWIN_ERROR_REFUSED,
                "--word-fd: no passphrase could be read"));
    secrets = secrets_with(zero);
    CHECK(fails(&secrets, TWIN_ASK_PASSPHRASE, TWIN_ERROR_REFUSED, "--word-fd: a passphrase has"));
    close(fd);
    close(empty);
    close(zero);
}

/* A variable is taken once: the passphrase serves every key, a PIN its token. */
static void test_variable(void)
{
    struct cli_secrets secrets = secrets_with(-1);
    char longest[TWIN_SECRET_MAX + 1] = "";

    CHECK_EQ(setenv(VARIABLE, "word", 1), 0);
    CHECK(gives(&secrets, TWIN_ASK_PASSPHRASE, "word") && getenv(VARIABLE) == NULL);
    CHECK(gives(&secrets, TWIN_ASK_PASSPHRASE, "word"));
    CHECK_EQ(setenv(VARIABLE, "1234", 1), 0);
    CHECK(gives(&secrets, TWIN_ASK_PIN, "1234"));
    CHECK(fails(&secrets, TWIN_ASK_PIN, TWIN_ERROR_USAGE, "give --pin-fd or " VARIABLE));
    secrets = secrets_with(-1);
    CHECK_EQ(setenv(VARIABLE, "", 1), 0);
    CHECK(fails(&secrets, TWIN_ASK_PASSPHRASE, TWIN_ERROR_REFUSED, "is set but empty"));
    memset(longest, 'x', TWIN_SECRET_MAX);
    CHECK_EQ(setenv(VARIABLE, longest, 1), 0);
    CHECK(fails(&secrets, TWIN_ASK_PASSPHRASE, TWIN_ERROR_REFUSED, "a passphrase has at most"));
    CHECK(fails(&secrets, TWIN_ASK_PIN, TWIN_ERROR_REFUSED, "too long for a PIN"));
}

static void test_nobody(void)
{
    struct cli_secrets secrets = secrets_with(-1);

    CHECK(fails(&secrets, TWIN_ASK_PASSPHRASE, TWIN_ERROR_USAGE,
                "Cannot inspect thing: key is password-protected and nobody is asked here; give "
                "--word-fd or " VARIABLE));
}

static void test_new_passphrase(void)
{
    const int fd = source("fresh\n\n", 7);
    struct cli_secrets secrets = secrets_with(fd);
    struct twin_secret secret;
    struct twin_error error;

    CHECK_EQ(cli_ask_new_passphrase(&secrets, &secret, &error), TWIN_ERROR_NONE);
    CHECK_EQ(strcmp(secret.text, "fresh"), 0);
    CHECK_EQ(cli_ask_new_passphrase(&secrets, &secret, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "an empty passphrase protects nothing") == error.why);
    close(fd);
}

int main(void)
{
    test_descriptor();
    test_variable();
    test_nobody();
    test_new_passphrase();
    return check_report();
}
