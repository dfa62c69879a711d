/*
 * test_cbor.c - CBOR reader and writer. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/cbor.h"
#include <stdlib.h>

#define READER(bytes)                                                                              \
    {                                                                                              \
        .buf = (const uint8_t *)(bytes), .len = sizeof(bytes) - 1                                  \
    }

/* Numbers and their shortest form, from RFC 8949 appendix A. */
static void test_numbers(void)
{
    static const struct {
        uint64_t value;
        const char *bytes;
        size_t len;
    } rows[] = {
        {0, "\x00", 1},
        {23, "\x17", 1},
        {24, "\x18\x18", 2},
        {255, "\x18\xff", 2},
        {256, "\x19\x01\x00", 3},
        {65535, "\x19\xff\xff", 3},
        {65536, "\x1a\x00\x01\x00\x00", 5},
        {UINT32_MAX, "\x1a\xff\xff\xff\xff", 5},
        {UINT64_C(1) << 32, "\x1b\x00\x00\x00\x01\x00\x00\x00\x00", 9},
        {UINT64_MAX, "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", 9},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t buf[9];
        struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
        twin_cbor_put_head(&w, TWIN_CBOR_UINT, rows[i].value);
        CHECK(!w.failed);
        CHECK_EQ(w.len, rows[i].len);
        CHECK_MEM(buf, rows[i].bytes, rows[i].len);

        struct twin_cbor_reader r = {.buf = buf, .len = w.len};
        uint64_t value;
        CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_UINT);
        CHECK_EQ(value, rows[i].value);
        CHECK(!r.failed && r.off == r.len);
    }
}

static void test_long_forms(void)
{
    /* Longer than needed is legal. */
    struct twin_cbor_reader r =
        READER("\x18\x05\x1b\0\0\0\0\0\0\0\x07\x1b\0\0\0\x01\0\0\0\x07\x01");
    uint64_t value;

    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_UINT);
    CHECK_EQ(value, 5);
    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_UINT);
    CHECK_EQ(value, 7);
    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_UINT);
    CHECK_EQ(value, (UINT64_C(1) << 32) + 7);
    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_UINT);
    CHECK_EQ(value, 1);
    CHECK(!r.failed);
}

static void test_floats_are_not_booleans(void)
{
    /* The bits of these floats, taken as a number, are "true". */
    struct twin_cbor_reader r = READER("\xfa\0\0\0\x15\xf9\0\x15\xfb\0\0\0\0\0\0\0\x15\xf5");
    uint64_t value;

    for (int i = 0; i < 3; i++) {
        CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_SIMPLE);
        CHECK_EQ(value, TWIN_CBOR_OTHER);
    }
    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_SIMPLE);
    CHECK_EQ(value, 21);
    CHECK(!r.failed);
}

static void test_strings(void)
{
    uint8_t buf[16];
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
    struct twin_cbor_reader r = {.buf = buf};

    twin_cbor_put_text(&w, "hi");
    twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, (struct twin_span){(const uint8_t *)"\x01\x02", 2});
    twin_cbor_put_bool(&w, true);
    twin_cbor_put_bytes(&w, TWIN_CBOR_TSTR, (struct twin_span){NULL, 0});
    CHECK(!w.failed);
    CHECK_EQ(w.len, 8);
    CHECK_MEM(buf, "\x62hi\x42\x01\x02\xf5\x60", 8);

    r.len = w.len;
    struct twin_span s = twin_cbor_get_bytes(&r, TWIN_CBOR_TSTR);
    CHECK_EQ(s.len, 2);
    CHECK(s.ptr == buf + 1);
    s = twin_cbor_get_bytes(&r, TWIN_CBOR_TSTR); /* of the other type */
    CHECK(r.failed && s.len == 0);
    uint64_t value;
    CHECK_EQ(twin_cbor_get_head(&r, &value), TWIN_CBOR_SIMPLE); /* sticks */
}

static void test_writer_is_sticky(void)
{
    uint8_t buf[3];
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};

    twin_cbor_put_text(&w, "abc");
    CHECK(w.failed);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, 1);
    twin_cbor_put_raw(&w, twin_span_text(""));
    CHECK(w.failed);
    CHECK(w.len <= w.cap);
}

static void test_skip(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } items[] = {
        {"\x00", 1},
        {"\x3a\xff\xff\xff\xff", 5},
        {"\x43"
         "abc",
         4},
        {"\x80", 1},
        {"\xa0", 1},
        {"\x9f\xff", 2},
        {"\xbf\x61"
         "a\x9f\x01\xff\xff",
         7},
        {"\x82\x01\xa1\x61"
         "a\x81\xf6",
         7},
        {"\xc0\x61"
         "x",
         3},
        {"\x82\xc1\x01\x02", 4},
        {"\xfb\0\0\0\0\0\0\0\0", 9},
        {"\xf8\xff", 2},
        {"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", 16},
        {"\x5f\x41"
         "a\x40\xff",
         5},
        {"\xd8\x18\x7f\xff", 4},
    };

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        struct twin_cbor_reader r = {.buf = (const uint8_t *)items[i].bytes, .len = items[i].len};
        twin_cbor_skip(&r);
        CHECK(!r.failed);
        CHECK_EQ(r.off, items[i].len);
        for (size_t len = 0; len < items[i].len; len++) { /* every truncation is a fault */
            struct twin_cbor_reader cut = {.buf = (const uint8_t *)items[i].bytes, .len = len};
            twin_cbor_skip(&cut);
            CHECK(cut.failed);
        }
    }
}

static void test_faults(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } items[] = {
        {"\xff", 1},                                 /* break outside */
        {"\x1c", 1},                                 /* reserved head */
        {"\x1f", 1},                                 /* indefinite number */
        {"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", 9}, /* endless string */
        {"\x9a\xff\xff\xff\xff\x01\xff", 7},         /* count that looks like "indefinite" */
        {"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
        {"\xba\x80\x00\x00\x00\x01", 6}, /* twice this count overflows */
        {"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00",
         17},                /* nested too deep */
        {"\xa2\x01\x02", 3}, /* more pairs than bytes */
        {"\xc1", 1},         /* nothing is tagged */
    };

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        struct twin_cbor_reader r = {.buf = (const uint8_t *)items[i].bytes, .len = items[i].len};
        twin_cbor_skip(&r);
        CHECK(r.failed);
    }
}

/* Whatever the bytes are, reading stays inside the buffer and ends. */
static void test_random(void)
{
    uint8_t *buf = malloc(64);

    srand(2);
    for (int round = 0; round < 100000; round++) {
        size_t len = (size_t)rand() % 64;
        for (size_t i = 0; i < len; i++) {
            buf[i] = (uint8_t)(rand() % 3 == 0 ? 0x80 + rand() % 128 : rand());
        }
        struct twin_cbor_reader r = {.buf = buf + 64 - len, .len = len};
        memmove(buf + 64 - len, buf, len);
        twin_cbor_skip(&r);
        if (r.off > r.len) {
            CHECK(r.off <= r.len);
        }
    }
    CHECK(buf != NULL);
    free(buf);
}

int main(void)
{
    test_numbers();
    test_long_forms();
    test_floats_are_not_booleans();
    test_strings();
    test_writer_is_sticky();
    test_skip();
    test_faults();
    test_random();
    return check_report();
}
