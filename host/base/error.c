/*
 * error.c - filling in an error. SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print(char *to, size_t size, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

static void print(char *to, size_t size, const char *format, va_list list)
{
    static const char cut[] = "...";

    if ((size_t)vsnprintf(to, size, format, list) >= size) {
        memcpy(&to[size - sizeof(cut)], cut, sizeof(cut));
    }
}

enum twin_error_code twin_error_set(struct twin_error *error, enum twin_error_code code,
                                    const char *format, ...)
{
    va_list list;

    *error = (struct twin_error){.code = code};
    va_start(list, format);
    print(error->why, sizeof(error->why), format, list);
    va_end(list);
    return code;
}

enum twin_error_code twin_error_what(struct twin_error *error, const char *format, ...)
{
    va_list list;

    if (error->what[0] == '\0') {
        va_start(list, format);
        print(error->what, sizeof(error->what), format, list);
        va_end(list);
    }
    return error->code;
}

enum twin_error_code twin_error_hint(struct twin_error *error, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    print(error->hint, sizeof(error->hint), format, list);
    va_end(list);
    return error->code;
}

enum twin_error_code twin_error_reason(struct twin_error *error, const char *reason)
{
    snprintf(error->reason, sizeof(error->reason), "%s", reason);
    return error->code;
}

enum twin_error_code twin_error_no_memory(struct twin_error *error)
{
    return twin_error_set(error, TWIN_ERROR_REFUSED, "out of memory");
}
