/*
 * text.c - what a device sent, as text and as JSON. SPDX-License-Identifier: Apache-2.0
 */
#include "report/text.h"
#include "base/hex.h"
#include <stdlib.h>

/* Text as one line, malloc'ed; NULL without memory. */
static char *clean(struct twin_span text, enum twin_text_keep keep)
{
    const size_t cap = TWIN_TEXT_GROWTH * text.len + 1;
    char *copy = malloc(cap);

    if (copy != NULL) {
        twin_text_clean(text, keep, copy, cap);
    }
    return copy;
}

void twin_report_text(struct twin_buf *out, struct twin_span text, enum twin_text_keep keep)
{
    char *copy = clean(text, keep);

    if (copy != NULL) {
        twin_buf_text(out, "%s", copy);
    } else {
        out->failed = true;
    }
    free(copy);
}

char *twin_report_hash(struct twin_span hash, char out[TWIN_REPORT_HASH_DIGITS + 1])
{
    const size_t most = TWIN_REPORT_HASH_DIGITS / 2;

    return twin_hex_text((struct twin_span){hash.ptr, hash.len < most ? hash.len : most}, out);
}

json_t *twin_report_json_text(struct twin_span text)
{
    json_t *value = json_stringn((const char *)text.ptr, text.len);

    if (value == NULL) { /* not UTF-8 */
        char *copy = clean(text, TWIN_TEXT_UTF8);
        value = json_string(copy);
        free(copy);
    }
    return value;
}

json_t *twin_report_json_hex(struct twin_span bytes)
{
    char *hex = malloc(2 * bytes.len + 1);
    json_t *value = hex != NULL ? json_string(twin_hex_text(bytes, hex)) : NULL;

    free(hex);
    return value;
}

json_t *twin_report_json_unsigned(uint64_t number)
{
    return number <= INT64_MAX ? json_integer((json_int_t)number)
                               : json_sprintf("%llu", (unsigned long long)number);
}

static void drop(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

void twin_report_json_set(json_t **object, const char *key, json_t *value)
{
    if (json_object_set_new(*object, key, value) != 0) {
        drop(object);
    }
}

void twin_report_json_append(json_t **array, json_t *value)
{
    if (json_array_append_new(*array, value) != 0) {
        drop(array);
    }
}
