/*
 * value.h - from the text of one option's value to the member of an options struct.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"

enum value_fault {
    VALUE_OK,
    VALUE_NOT_INTEGER,
    VALUE_OUT_OF_RANGE,
    VALUE_NOT_NUMBER,
    VALUE_NOT_A_CHOICE,
    VALUE_NOT_A_FLAG,
    VALUE_NO_MEMORY
};

/* Set the member that opt describes; opts is the whole struct. A REPEAT grows by one word. A
 * FLAG without a text is true. */
enum value_fault cli_value_set(const struct cli_opt *opt, void *opts, const char *text);

/* The same with the default. opts is zeroed before the first. */
enum value_fault cli_value_set_default(const struct cli_opt *opt, void *opts);

/* Texts that mean yes and no behind a flag's '=': 1, t, true, 0, f, false; any case of letters. */
bool cli_value_is_true(const char *text);
bool cli_value_is_false(const char *text);
