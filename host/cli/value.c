/*
 * value.c - from the text of one option's value to the member of an options struct.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/value.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Base that a prefix names; *digits is set behind it. A leading 0 alone names none: 010 could mean
 * eight or ten. */
static int integer_base(const char *text, const char **digits)
{
    static const struct {
        char letter;
        int base;
    } prefixes[] = {{'x', 16}, {'X', 16}, {'o', 8}, {'O', 8}, {'b', 2}, {'B', 2}};

    *digits = text;
    if (text[0] != '0' || text[1] == '\0') {
        return 10;
    }
    *digits = text + 2;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (text[1] == prefixes[i].letter) {
            return prefixes[i].base;
        }
    }
    return 0;
}

static bool is_digit(char c, int base)
{
    static const char all[] = "0123456789abcdefABCDEF";
    const char *found = c == '\0' ? NULL : strchr(all, c);

    return found != NULL && (found - all < base || base == 16);
}

bool cli_parse_integer(const char *text, int64_t *value)
{
    bool negative = text[0] == '-';
    const char *digits;
    int base = integer_base(text + (negative || text[0] == '+'), &digits);
    char *end;

    if (base == 0 || !is_digit(digits[0], base)) {
        return false;
    }
    errno = 0;
    unsigned long long got = strtoull(digits, &end, base);
    if (errno != 0 || *end != '\0' || got > INT64_MAX) {
        return false;
    }
    *value = negative ? -(int64_t)got : (int64_t)got;
    return true;
}

static enum value_fault set_integer(const struct cli_opt *opt, void *member, const char *text)
{
    int64_t value;
    bool narrow = opt->type == CLI_U32;
    bool limited = opt->min != 0 || opt->max != 0;

    if (!cli_parse_integer(text, &value)) {
        return VALUE_NOT_INTEGER;
    }
    if ((limited && (value < opt->min || value > opt->max)) ||
        (narrow && (value < 0 || value > UINT32_MAX))) {
        return VALUE_OUT_OF_RANGE;
    }
    if (narrow) {
        *(uint32_t *)member = (uint32_t)value;
    } else {
        *(int64_t *)member = value;
    }
    return VALUE_OK;
}

static enum value_fault set_double(const struct cli_opt *opt, void *member, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    const bool limited = opt->min != 0 || opt->max != 0;

    if (end == text || *end != '\0' || !isfinite(value)) {
        return VALUE_NOT_NUMBER;
    }
    if (limited && (value < (double)opt->min || value > (double)opt->max)) {
        return VALUE_OUT_OF_RANGE;
    }
    *(double *)member = value;
    return VALUE_OK;
}

static enum value_fault set_text(const struct cli_opt *opt, void *member, const char *text)
{
    (void)opt;
    *(const char **)member = text;
    return VALUE_OK;
}

static enum value_fault set_choice(const struct cli_opt *opt, void *member, const char *text)
{
    for (int i = 0; opt->choices[i] != NULL; i++) {
        if (strcmp(opt->choices[i], text) == 0) {
            *(int *)member = i;
            return VALUE_OK;
        }
    }
    return VALUE_NOT_A_CHOICE;
}

static enum value_fault append(const struct cli_opt *opt, void *member, const char *text)
{
    struct cli_list *list = member;
    const char **longer = realloc(list->items, (list->count + 1) * sizeof(*longer));

    (void)opt;
    if (longer == NULL) {
        return VALUE_NO_MEMORY;
    }
    list->items = longer;
    list->items[list->count++] = text;
    return VALUE_OK;
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcasecmp(text, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

bool cli_value_is_true(const char *text)
{
    return is_one_of(text, (const char *const[]){"1", "t", "true", NULL});
}

bool cli_value_is_false(const char *text)
{
    return is_one_of(text, (const char *const[]){"0", "f", "false", NULL});
}

static enum value_fault set_flag(const struct cli_opt *opt, void *member, const char *text)
{
    (void)opt;
    if (text != NULL && !cli_value_is_true(text) && !cli_value_is_false(text)) {
        return VALUE_NOT_A_FLAG;
    }
    *(bool *)member = text == NULL || cli_value_is_true(text);
    return VALUE_OK;
}

enum value_fault cli_value_set(const struct cli_opt *opt, void *opts, const char *text)
{
    static enum value_fault (*const setters[])(const struct cli_opt *, void *, const char *) = {
        [CLI_FLAG] = set_flag,     [CLI_U32] = set_integer, [CLI_I64] = set_integer,
        [CLI_DOUBLE] = set_double, [CLI_TEXT] = set_text,   [CLI_CHOICE] = set_choice,
        [CLI_REPEAT] = append,
    };

    return setters[opt->type](opt, (char *)opts + opt->offset, text);
}

enum value_fault cli_value_set_default(const struct cli_opt *opt, void *opts)
{
    void *member = (char *)opts + opt->offset;

    if (opt->def != NULL) {
        return cli_value_set(opt, opts, opt->def);
    }
    if (opt->type == CLI_I64) {
        *(int64_t *)member = CLI_I64_NONE;
    } else if (opt->type == CLI_CHOICE) {
        *(int *)member = CLI_CHOICE_NONE;
    }
    return VALUE_OK;
}
