/*
 * item.c - CBOR of any shape as JSON, and back. It calls itself for what containers hold: of an
 * item at most as deep as twin_cbor_skip() goes, of JSON as deep as jansson reads.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "report/item.h"
#include "base/hex.h"
#include "report/text.h"
#include "twin/cbor.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- To JSON ---- */

static json_t *read_item(struct twin_cbor_reader *r);

static json_t *bytes_json(struct twin_span bytes)
{
    char *hex = malloc(2 * bytes.len + 1);
    json_t *value = hex != NULL ? json_sprintf("h'%s'", twin_hex_text(bytes, hex)) : NULL;

    free(hex);
    return value;
}

static json_t *negative_json(uint64_t magnitude)
{
    if (magnitude <= INT64_MAX) {
        return json_integer(-1 - (json_int_t)magnitude);
    }
    return magnitude < UINT64_MAX ? json_sprintf("-%llu", (unsigned long long)magnitude + 1)
                                  : json_string("-18446744073709551616");
}

static double half_float(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023);
    const double size = exponent == 0    ? ldexp(fraction, -24)
                        : exponent == 31 ? NAN /* infinity too: JSON has neither */
                                         : ldexp(fraction + 1024, exponent - 25);

    return bits >> 15 != 0 ? -size : size;
}

/* A float, from its bytes behind the first. */
static json_t *float_json(const uint8_t *bytes, size_t len)
{
    double number = NAN;
    uint64_t bits = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | bytes[i];
    }
    if (len == sizeof(uint16_t)) {
        number = half_float(bits);
    } else if (len == sizeof(uint32_t)) {
        const uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof(single));
        number = (double)single;
    } else if (len == sizeof(uint64_t)) {
        memcpy(&number, &bits, sizeof(number));
    }
    return isfinite(number) ? json_real(number) : json_null();
}

static void skip_tags(struct twin_cbor_reader *r)
{
    while (r->off < r->len && r->buf[r->off] >> 5 == TWIN_CBOR_TAG) {
        const unsigned info = r->buf[r->off] & 31u;
        r->off += 1 + (info < 24 ? 0 : (size_t)1 << (info - 24)); /* well-formed: up to 27 */
    }
}

/* The key of a member; malloc'ed. What is no text is written as the JSON of it. */
static char *read_key(struct twin_cbor_reader *r)
{
    json_t *key = read_item(r);
    char *text = json_is_string(key) ? strdup(json_string_value(key))
                                     : json_dumps(key, JSON_ENCODE_ANY | JSON_COMPACT);

    json_decref(key);
    return text;
}

static json_t *array_json(struct twin_cbor_reader *r, uint32_t left)
{
    json_t *array = json_array();

    while (twin_cbor_next(r, &left)) {
        twin_report_json_append(&array, read_item(r));
    }
    return array;
}

static json_t *map_json(struct twin_cbor_reader *r, uint32_t left)
{
    json_t *object = json_object();

    while (twin_cbor_next(r, &left)) {
        char *key = read_key(r);
        json_t *value = read_item(r);
        if (key != NULL) {
            twin_report_json_set(&object, key, value);
        } else {
            json_decref(value);
            json_decref(object);
            object = NULL;
        }
        free(key);
    }
    return object;
}

static json_t *string_json(struct twin_cbor_reader *r, enum twin_cbor_major major, uint64_t len)
{
    const struct twin_span span = {&r->buf[r->off], (size_t)len};

    if (len == TWIN_CBOR_INDEFINITE) {
        r->failed = true;
        return NULL;
    }
    r->off += (size_t)len;
    return major == TWIN_CBOR_TSTR ? twin_report_json_text(span) : bytes_json(span);
}

static json_t *simple_json(uint64_t value)
{
    return value == TWIN_CBOR_TRUE || value == TWIN_CBOR_FALSE
               ? json_boolean(value == TWIN_CBOR_TRUE)
               : json_null();
}

static json_t *read_item(struct twin_cbor_reader *r)
{
    uint64_t value;

    skip_tags(r);
    const size_t start = r->off;
    const enum twin_cbor_major major = twin_cbor_get_head(r, &value);
    if (r->failed) {
        return NULL;
    }
    switch (major) {
    case TWIN_CBOR_UINT:
        return twin_report_json_unsigned(value);
    case TWIN_CBOR_NINT:
        return negative_json(value);
    case TWIN_CBOR_BSTR:
    case TWIN_CBOR_TSTR:
        return string_json(r, major, value);
    case TWIN_CBOR_ARRAY:
        return array_json(r, (uint32_t)value);
    case TWIN_CBOR_MAP:
        return map_json(r, (uint32_t)value);
    case TWIN_CBOR_TAG: /* were passed over */
    case TWIN_CBOR_SIMPLE:
    default:
        return value == TWIN_CBOR_OTHER ? float_json(&r->buf[start + 1], r->off - start - 1)
                                        : simple_json(value);
    }
}

json_t *twin_item_json(struct twin_span item)
{
    struct twin_cbor_reader check = {.buf = item.ptr, .len = item.len}, r = check;

    twin_cbor_skip(&check);
    json_t *value = check.failed ? NULL : read_item(&r);
    if (r.failed) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

/* ---- From JSON ---- */

static void put_head(struct twin_buf *out, enum twin_cbor_major major, uint64_t value)
{
    uint8_t room[9];
    struct twin_cbor_writer w = {.buf = room, .cap = sizeof(room)};

    twin_cbor_put_head(&w, major, value);
    twin_buf_add(out, room, w.len);
}

static void put_integer(struct twin_buf *out, json_int_t value)
{
    put_head(out, value < 0 ? TWIN_CBOR_NINT : TWIN_CBOR_UINT,
             (uint64_t)(value < 0 ? ~value : value));
}

static void put_real(struct twin_buf *out, double value)
{
    uint8_t bytes[9] = {0xfb};
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    for (unsigned i = 1; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(bits >> (64 - 8 * i));
    }
    twin_buf_add(out, bytes, sizeof(bytes));
}

/* h'HEX' as bytes. False if the text is another. */
static bool put_bytes(struct twin_buf *out, const char *text, size_t len)
{
    const bool is_hex =
        len >= 3 && len % 2 == 1 && memcmp(text, "h'", 2) == 0 && text[len - 1] == '\'';
    uint8_t *bytes = is_hex ? malloc(len) : NULL;
    const bool ok = bytes != NULL && twin_hex_bytes(&text[2], len - 3, bytes);

    out->failed = out->failed || (is_hex && bytes == NULL);
    if (ok) {
        put_head(out, TWIN_CBOR_BSTR, (len - 3) / 2);
        twin_buf_add(out, bytes, (len - 3) / 2);
    }
    free(bytes);
    return ok;
}

static void put_text(struct twin_buf *out, const char *text, size_t len)
{
    put_head(out, TWIN_CBOR_TSTR, len);
    twin_buf_add(out, text, len);
}

static void put_object(struct twin_buf *out, json_t *object)
{
    put_head(out, TWIN_CBOR_MAP, json_object_size(object));
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        put_text(out, key, strlen(key));
        twin_item_cbor(out, json_object_iter_value(at));
    }
}

void twin_item_cbor(struct twin_buf *out, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_INTEGER:
        put_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        put_real(out, json_real_value(value));
        break;
    case JSON_STRING:
        if (!put_bytes(out, json_string_value(value), json_string_length(value))) {
            put_text(out, json_string_value(value), json_string_length(value));
        }
        break;
    case JSON_ARRAY:
        put_head(out, TWIN_CBOR_ARRAY, json_array_size(value));
        for (size_t i = 0; i < json_array_size(value); i++) {
            twin_item_cbor(out, json_array_get(value, i));
        }
        break;
    case JSON_OBJECT:
        put_object(out, value);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
    default:
        put_head(out, TWIN_CBOR_SIMPLE,
                 json_is_true(value)    ? TWIN_CBOR_TRUE
                 : json_is_false(value) ? TWIN_CBOR_FALSE
                                        : TWIN_CBOR_NULL);
        break;
    }
}
