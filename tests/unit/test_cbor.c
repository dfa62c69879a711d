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
    CHECK_EQ(w.len, 1); /* the head of the text, and nothing after the fault */
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

/* ---- What others write ---- */

/* Numbers in every way in which they can be written, and what is none. */
static void test_foreign_numbers(void)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool ok, is_negative;
        uint64_t magnitude;
    } rows[] = {
#define ROW(bytes, ...) {(bytes), sizeof(bytes) - 1, __VA_ARGS__}
        ROW("\x07", true, false, 7),
        ROW("\x18\x07", true, false, 7),
        ROW("\x1b\xff\xff\xff\xff\xff\xff\xff\xff", true, false, UINT64_MAX),
        ROW("\x35", true, true, 21), /* -22 */
        ROW("\x3b\xff\xff\xff\xff\xff\xff\xff\xff", true, true, UINT64_MAX),
        ROW("\xd9\xd9\xf7\xc1\x07", true, false, 7),
        ROW("\xf4", true, false, 0),
        ROW("\xf5", true, false, 1),
        ROW("\xf6", false, false, 0),
        ROW("\xf7", false, false, 0),
        ROW("\xf8\xff", false, false, 0),
        ROW("\xf9\x3e\x00", true, false, 1),     /* 1.5 */
        ROW("\xf9\x7b\xff", true, false, 65504), /* the largest of 16 bits */
        ROW("\xf9\x00\x01", true, false, 0),     /* the smallest */
        ROW("\xf9\x80\x00", true, false, 0),     /* -0.0 */
        ROW("\xf9\xb8\x00", true, false, 0),     /* -0.5 */
        ROW("\xf9\xbc\x00", true, true, 0),      /* -1.0 */
        ROW("\xf9\x7c\x00", false, false, 0),    /* infinity */
        ROW("\xf9\x7e\x00", false, false, 0),    /* not a number */
        ROW("\xfa\x47\xc3\x50\x00", true, false, 100000),
        ROW("\xfa\x4f\x80\x00\x00", true, false, UINT64_C(1) << 32),
        ROW("\xfa\x5f\x80\x00\x00", false, false, 0), /* 2^64 */
        ROW("\xfa\x5f\x7f\xff\xff", true, false, UINT64_C(0xffffff0000000000)),
        ROW("\xfa\xff\x80\x00\x00", false, false, 0),
        ROW("\xfb\x41\xf0\x00\x00\x00\x00\x00\x00", true, false, UINT64_C(1) << 32),
        ROW("\xfb\xc0\x10\x66\x66\x66\x66\x66\x66", true, true, 3), /* -4.1 */
        ROW("\xfb\x43\xdf\xff\xff\xff\xff\xff\xff", true, false, UINT64_C(0x7ffffffffffffc00)),
        ROW("\xfb\x7f\xef\xff\xff\xff\xff\xff\xff", false, false, 0),
        ROW("\xc2\x42\x01\x00", true, false, 256),
        ROW("\xc3\x41\x15", true, true, 21),
        ROW("\xc2\x4a\0\0\x01\0\0\0\0\0\0\0", true, false, UINT64_C(1) << 56),
        ROW("\xc2\x49\x01\0\0\0\0\0\0\0\0", false, false, 0),
        ROW("\xc2\x40", true, false, 0),
        ROW("\xc2\x5f\xff", false, false, 0),
        ROW("\x41\x07", false, false, 0), /* bytes that are no number */
        ROW("\xc4\x82\x20\x01", false, false, 0),
        ROW("\x61"
            "7",
            false, false, 0),
        ROW("\x80", false, false, 0),
        ROW("\xdc\x01", false, false, 0), /* reserved */
        ROW("", false, false, 0),
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t cut = 0; cut <= rows[i].len; cut++) { /* a cut number is no number */
            struct twin_cbor_reader r = {.buf = (const uint8_t *)rows[i].bytes, .len = cut};
            struct twin_cbor_number number;
            const bool ok = twin_cbor_get_number(&r, &number);
            CHECK_EQ(ok, rows[i].ok && cut == rows[i].len);
            CHECK(!ok || (number.is_negative == rows[i].is_negative &&
                          number.magnitude == rows[i].magnitude && r.off == r.len));
        }
    }
}

static void check_join(const void *bytes, size_t len, const void *want, size_t want_len)
{
    uint8_t *buf = malloc(len + 3);

    for (size_t more = 0; more < 3; more++) { /* what stands behind is no concern of it */
        size_t joined = len + more;
        memcpy(buf, bytes, len);
        memset(buf + len, 0xff, more);
        CHECK_EQ(twin_cbor_join(buf, &joined), TWIN_OK);
        CHECK_EQ(joined, want_len);
        CHECK_MEM(buf, want, want_len);
    }
    for (size_t cut = 0; cut < len; cut++) {
        size_t joined = cut;
        memcpy(buf, bytes, cut);
        CHECK_EQ(twin_cbor_join(buf, &joined), TWIN_E_FORMAT);
    }
    free(buf);
}

static void test_join(void)
{
#define JOIN(bytes, want) check_join((bytes), sizeof(bytes) - 1, (want), sizeof(want) - 1)
    JOIN("\x01", "\x01");
    JOIN("\x5f\xff", "\x40");
    JOIN("\x7f\x61"
         "a\x62"
         "bc\x60\xff",
         "\x63"
         "abc");
    JOIN("\x7f\x78\x01"
         "a\xff",
         "\x61"
         "a");
    JOIN("\xc1\x7f\x61"
         "a\xff",
         "\x61"
         "a");
    JOIN("\xbf\x7f\x61"
         "a\xff\x9f\x5f\x41\xff\xff\xf5\xff\x61"
         "b\xfb\1\2\3\4\5\6\7\x5f\xff",
         "\xbf\x61"
         "a\x9f\x41\xff\xf5\xff\x61"
         "b\xfb\1\2\3\4\5\6\7\x5f\xff");
    JOIN("\x82\xd8\x18\x43\x5f\x5f\xff\xa1\x01\x5f\x42\x5f\x5f\x41\xff\xff",
         "\x82\xd8\x18\x43\x5f\x5f\xff\xa1\x01\x43\x5f\x5f\xff");

    static const char *const malformed[] = {"\x5f\x61"
                                            "a\xff",
                                            "\x5f\x01\xff",
                                            "\x5f\x5f\x41"
                                            "a\xff\xff",
                                            "\x5f\xc1\x41"
                                            "a\xff",
                                            "\xff"};
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        uint8_t buf[16];
        size_t len = strlen(malformed[i]);
        memcpy(buf, malformed[i], len);
        CHECK_EQ(twin_cbor_join(buf, &len), TWIN_E_FORMAT);
    }
}

/* Pieces of many lengths, so that heads of every size come before and after. */
static void test_join_lengths(void)
{
    enum { MAX = 70000 };
    uint8_t *buf = malloc(2 * MAX);
    uint8_t *content = malloc(MAX);

    srand(3);
    for (size_t i = 0; i < MAX; i++) {
        content[i] = (uint8_t)rand();
    }
    for (int round = 0; round < 300; round++) {
        const size_t total = (size_t)rand() % (round % 10 == 0 ? MAX : 400);
        struct twin_cbor_writer w = {.buf = buf, .cap = 2 * MAX};
        twin_cbor_put_raw(&w, (struct twin_span){(const uint8_t *)"\x9f\x5f", 2});
        for (size_t done = 0, len; done < total || rand() % 2 != 0; done += len) {
            const size_t most = total - done;
            len = most == 0 ? 0 : (size_t)rand() % (most < 300 ? most + 1 : most);
            len = rand() % 2 != 0 && len > 1 ? 1 : len;
            twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, (struct twin_span){content + done, len});
        }
        twin_cbor_put_raw(&w, (struct twin_span){(const uint8_t *)"\xff\x07\xff", 3});
        CHECK(!w.failed);
        size_t joined = w.len;
        CHECK_EQ(twin_cbor_join(buf, &joined), TWIN_OK);
        struct twin_cbor_reader r = {.buf = buf, .len = joined, .off = 1};
        struct twin_span s = twin_cbor_get_bytes(&r, TWIN_CBOR_BSTR);
        CHECK_EQ(s.len, total);
        CHECK(!r.failed && memcmp(s.ptr, content, total) == 0);
        CHECK_EQ(r.off + 2, joined);
        CHECK_MEM(buf + r.off, "\x07\xff", 2);
    }
    free(buf);
    free(content);
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
        struct twin_cbor_reader number_r = {.buf = buf + 64 - len, .len = len};
        struct twin_cbor_number number;
        if (twin_cbor_get_number(&number_r, &number) && number_r.off > number_r.len) {
            CHECK(false);
        }
        size_t joined = len;
        const size_t item = r.off;
        if (twin_cbor_join(buf + 64 - len, &joined) == TWIN_OK) { /* then it is still one item */
            struct twin_cbor_reader again = {.buf = buf + 64 - len, .len = joined};
            twin_cbor_skip(&again);
            CHECK(!r.failed && joined <= item && !again.failed && again.off == joined);
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
    test_foreign_numbers();
    test_join();
    test_join_lengths();
    test_random();
    return check_report();
}
