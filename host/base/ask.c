/*
 * ask.c - questions and warnings of libraries. SPDX-License-Identifier: Apache-2.0
 */
#include "base/ask.h"
#include <stdarg.h>
#include <stdio.h>

enum twin_error_code twin_ask_secret(const struct twin_ask *ask, enum twin_ask_for what,
                                     const char *of, struct twin_secret *secret,
                                     struct twin_error *error)
{
    if (ask != NULL && ask->secret != NULL) {
        return ask->secret(ask->ctx, what, of, secret, error);
    }
    return twin_error_set(error, TWIN_ERROR_USAGE,
                          "%s is protected with a %s, and there is nobody "
                          "to ask for it",
                          of, what == TWIN_ASK_PIN ? "PIN" : "passphrase");
}

void twin_ask_warn(const struct twin_ask *ask, const char *format, ...)
{
    char text[2048];
    va_list list;

    if (ask != NULL && ask->warn != NULL) {
        va_start(list, format);
        vsnprintf(text, sizeof(text), format, list);
        va_end(list);
        ask->warn(ask->ctx, text);
    }
}

void twin_ask_note(const struct twin_ask *ask, const char *text)
{
    if (ask != NULL && ask->note != NULL) {
        ask->note(ask->ctx, text);
    }
}
