/*
 * test_item.c - CBOR of any shape as JSON, and back. SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "check.h"
#include "report/item.h"
#include <stdlib.h>

static char *to_text(const void *bytes, size_t len)
{
    uint8_t *exact = malloc(len + 1);

    memcpy(exact + 1, bytes, len);
    json_t *value = twin_item_json((struct twin_span){exact + 1, len});
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    json_decref(value);
    free(exact);
    return text;
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    CHECK(twin_hex_bytes(hex, strlen(hex), out));
    return strlen(hex) / 2;
}

/* Is this item read so, and, unless JSON cannot say it, written so again? Every cut is refused. */
static void check_item(const char *hex, const char *want, bool comes_back)
{
    uint8_t bytes[64];
    const size_t len = from_hex(hex, bytes);
    char *text = to_text(bytes, len);
    struct twin_buf out = {0};

    CHECK(text != NULL && strcmp(text, want) == 0);
    free(text);
    for (size_t i = 0; i < len; i++) {
        CHECK(to_text(bytes, i) == NULL);
    }
    json_t *value = json_loads(want, JSON_DECODE_ANY, NULL);
    twin_item_cbor(&out, value);
    CHECK(!out.failed);
    CHECK_EQ(comes_back, out.len == len && memcmp(out.data, bytes, len) == 0);
    twin_buf_free(&out);
    json_decref(value);
}

static void test_both_ways(void)
{
    check_item("00", "0", true);
    check_item("1818", "24", true);
    check_item("1b7fffffffffffffff", "9223372036854775807", true);
    check_item("3903e7", "-1000", true);
    check_item("3b7fffffffffffffff", "-9223372036854775808", true);
    check_item("fb3fe8000000000000", "0.75", true);
    check_item("6161", "\"a\"", true);
    check_item("43010aff", "\"h'010aff'\"", true);
    check_item("40", "\"h''\"", true);
    check_item("63682767", "\"h'g\"", true); /* no bytes: no end, no hex */
    check_item("6468276727", "\"h'g'\"", true);
    check_item("65682767"
               "6727",
               "\"h'gg'\"", true);
    check_item("8301820203a0", "[1,[2,3],{}]", true);
    check_item("a26161f56162f6", "{\"a\":true,\"b\":null}", true);
    check_item("f4", "false", true);
}

static void test_read_only(void)
{
    check_item("1bffffffffffffffff", "\"18446744073709551615\"", false);
    check_item("3b8000000000000000", "\"-9223372036854775809\"", false);
    check_item("3bffffffffffffffff", "\"-18446744073709551616\"", false);
    check_item("f93e00", "1.5", false);
    check_item("f9c400", "-4.0", false);
    check_item("f90001", "5.9604644775390625e-8", false);
    check_item("fa3f400000", "0.75", false);
    check_item("f97c00", "null", false); /* infinity */
    check_item("f97e00", "null", false); /* not a number */
    check_item("f7", "null", false);     /* undefined */
    check_item("f8ff", "null", false);
    check_item("c11a514b67b0", "1363896240", false);
    check_item("d818f93e00", "1.5", false);
    check_item("9f01ff", "[1]", false);
    check_item("bf616101ff", "{\"a\":1}", false);
    check_item("a3010220034101f5", "{\"1\":2,\"-1\":3,\"h'01'\":true}", false);
    check_item("a2616101616102", "{\"a\":2}", false);
    check_item("62c328", "\"\\\\xc3(\"", false);
}

static void test_malformed(void)
{
    static const char *const bad[] = {"ff", "1c", "8101ff80", "7f6161ff", "a1"};
    uint8_t bytes[64];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const size_t len = from_hex(bad[i], bytes);
        char *text = to_text(bytes, len);
        CHECK_EQ(text != NULL, i == 2); /* what follows an item is not of it */
        free(text);
    }
    memset(bytes, 0x81, sizeof(bytes)); /* deeper than anything sensible */
    bytes[sizeof(bytes) - 1] = 0;
    CHECK(to_text(bytes, sizeof(bytes)) == NULL);
}

static void test_random(void)
{
    uint8_t bytes[48];

    srand(1);
    for (int i = 0; i < 20000; i++) {
        const size_t len = 1 + (size_t)rand() % sizeof(bytes);
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)rand();
        }
        free(to_text(bytes, len)); /* the sanitizers look on */
    }
}

int main(void)
{
    test_both_ways();
    test_read_only();
    test_malformed();
    test_random();
    return check_report();
}
