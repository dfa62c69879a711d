/*
 * print.c - what goes to stdout, and what the terminal shows. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include "cli/cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum twin_text_keep cli_terminal_text(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first set counts */
    static const char *const spellings[] = {"UTF-8", "utf8", "utf-8", "UTF8"};
    const char *value = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && (value == NULL || !*value); i++) {
        value = getenv(names[i]);
    }
    for (size_t i = 0; value != NULL && i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        if (strstr(value, spellings[i]) != NULL) {
            return TWIN_TEXT_PRINTABLE;
        }
    }
    return TWIN_TEXT_ASCII; /* it may take bytes of UTF-8 for control characters */
}

static int no_memory(void)
{
    struct twin_error error;

    twin_error_no_memory(&error);
    return cli_fail_error(&error);
}

int cli_print_text(struct twin_buf *text)
{
    const bool is_whole = !text->failed;

    if (is_whole && text->len > 0) {
        fwrite(text->data, 1, text->len, stdout);
    }
    twin_buf_free(text);
    return is_whole ? CLI_DONE : no_memory();
}

json_t *cli_json_text(const char *text)
{
    json_t *value = json_string(text);

    if (value != NULL) {
        return value;
    }
    char *copy = malloc(strlen(text) + 1); /* not UTF-8: a file name may be anything */
    for (size_t i = 0; copy != NULL && i <= strlen(text); i++) {
        copy[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
    }
    value = copy != NULL ? json_string(copy) : json_null();
    free(copy);
    return value;
}

int cli_json_print(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(value);
    if (text == NULL) {
        return no_memory();
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == 0x7f) { /* the one control character that jansson lets pass */
            fputs("\\u007f", stdout);
        } else {
            putchar(*c);
        }
    }
    putchar('\n');
    free(text);
    return CLI_DONE;
}

/* Past the buffer of stdout, which would keep a copy of a private key. */
static int write_stdout(struct twin_span bytes)
{
    fflush(stdout);
    while (bytes.len > 0) {
        ssize_t got = write(STDOUT_FILENO, bytes.ptr, bytes.len);
        if (got < 0 && errno != EINTR) {
            return cli_fail(CLI_REFUSED, "cannot write the output: %s", strerror(errno));
        }
        bytes.ptr += got > 0 ? got : 0;
        bytes.len -= got > 0 ? (size_t)got : 0;
    }
    return CLI_DONE;
}

int cli_output(const char *path, const char *input, const struct twin_buf *bytes)
{
    if (bytes->failed) {
        return no_memory();
    }
    if (path == NULL) {
        return write_stdout(twin_buf_span(bytes));
    }
    if (twin_file_is_same(path, input)) {
        return cli_fail(CLI_USAGE, "%s is the input and would be replaced", path);
    }
    int err = twin_file_write(path, bytes->data, bytes->len, TWIN_FILE_REPLACE);
    return err == 0 ? CLI_DONE : cli_fail(CLI_REFUSED, "cannot write %s: %s", path, strerror(err));
}
