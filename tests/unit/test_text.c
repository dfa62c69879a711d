/*
 * test_text.c - text from a device as one line of printable characters.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/text.h"
#include <stdbool.h>
#include <stdlib.h>

static char out[512];

/* Clean bytes that stand in an allocation of their exact size. */
static const char *clean(const char *bytes, size_t len, enum twin_text_keep keep, size_t cap)
{
    static uint8_t *exact;
    free(exact);
    exact = malloc(len + 1);
    memcpy(exact + 1, bytes, len);
    memset(out, '#', sizeof(out));
    const size_t written = twin_text_clean((struct twin_span){exact + 1, len}, keep, out, cap);
    CHECK(written < cap);
    CHECK_EQ(strlen(out), written);
    CHECK(cap >= sizeof(out) || out[cap] == '#');
    return out;
}

static void test_rows(void)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *ascii, *printable, *utf8;
    } rows[] = {
#define ROW(bytes, ascii, printable, utf8)                                                         \
    {(bytes), sizeof(bytes) - 1, (ascii), (printable), (utf8)}
        ROW("", "", "", ""),
        ROW("1.2.3+4", "1.2.3+4", "1.2.3+4", "1.2.3+4"),
        ROW("a\nhash: 00", "a\\nhash: 00", "a\\nhash: 00", "a\nhash: 00"),
        ROW("\r\t\x1b[m\x7f", "\\r\\t\\x1b[m\\x7f", "\\r\\t\\x1b[m\\x7f", "\r\t\x1b[m\x7f"),
        ROW("a\0b", "a\\x00b", "a\\x00b", "a\\x00b"),
        ROW("\x9b"
            "2J",
            "\\x9b2J", "\\x9b2J", "\\x9b2J"),
        ROW("\xc2\x9b", "\\xc2\\x9b", "\\xc2\\x9b", "\xc2\x9b"),
        ROW("K\xc3\xb6ln", "K\\xc3\\xb6ln", "K\xc3\xb6ln", "K\xc3\xb6ln"),
        ROW("\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae", "\xe2\x80\xae"), /* RLO */
        ROW("\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\xe2\\x81\\xa6", "\xe2\x81\xa6"), /* LRI */
        ROW("\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8", "\xe2\x80\xa8"), /* line end */
        ROW("\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\\xef\\xbb\\xbf", "\xef\xbb\xbf"), /* BOM */
        ROW("\xf0\x9f\x92\x89", "\\xf0\\x9f\\x92\\x89", "\xf0\x9f\x92\x89", "\xf0\x9f\x92\x89"),
        ROW("\xc0\x80", "\\xc0\\x80", "\\xc0\\x80", "\\xc0\\x80"), /* too long for NUL */
        ROW("\xe0\x80\x8a", "\\xe0\\x80\\x8a", "\\xe0\\x80\\x8a", "\\xe0\\x80\\x8a"),
        ROW("\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"),
        ROW("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80",
            "\\xf4\\x90\\x80\\x80"),
        ROW("\xe0\xa0\x80\xf0\x90\x80\x80", "\\xe0\\xa0\\x80\\xf0\\x90\\x80\\x80",
            "\xe0\xa0\x80\xf0\x90\x80\x80", "\xe0\xa0\x80\xf0\x90\x80\x80"),
        ROW("\xc3", "\\xc3", "\\xc3", "\\xc3"), /* cut */
        ROW("\xc3"
            "a",
            "\\xc3"
            "a",
            "\\xc3"
            "a",
            "\\xc3"
            "a"),
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *bytes = rows[i].bytes;
        const size_t len = rows[i].len, cap = TWIN_TEXT_GROWTH * len + 1;
        CHECK(strcmp(clean(bytes, len, TWIN_TEXT_ASCII, cap), rows[i].ascii) == 0);
        CHECK(strcmp(clean(bytes, len, TWIN_TEXT_PRINTABLE, cap), rows[i].printable) == 0);
        CHECK(strcmp(clean(bytes, len, TWIN_TEXT_UTF8, cap), rows[i].utf8) == 0);
    }
}

static size_t put_utf8(uint32_t character, char out8[4])
{
    if (character < 0x80) {
        out8[0] = (char)character;
        return 1;
    }
    const size_t len = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out8[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    out8[0] = (char)(0xf00u >> len | character);
    return len;
}

/* Both ends of what is hidden, and what is shown beside them. */
static void test_hidden(void)
{
    static const uint32_t hidden[][2] = {
        {0x01, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},         {0x34f, 0x34f},
        {0x61c, 0x61c},   {0x180b, 0x180f},   {0x200b, 0x200f},     {0x2028, 0x202e},
        {0x2060, 0x206f}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},     {0xfff0, 0xfffb},
        {0xfffe, 0xffff}, {0xe0000, 0xe0fff}, {0x10fffe, 0x10ffff},
    };
    char bytes[4];

    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        const uint32_t first = hidden[i][0], last = hidden[i][1];
        for (uint32_t c = first - 1; c <= last + 1; c++) {
            if (c == 0 || c > 0x10ffff) {
                continue;
            }
            const size_t len = put_utf8(c, bytes);
            const bool is_shown = c < first || c > last;
            const char *got = clean(bytes, len, TWIN_TEXT_PRINTABLE, sizeof(out));
            CHECK_EQ(strlen(got) == len && memcmp(got, bytes, len) == 0, is_shown);
        }
    }
}

/* Cut between characters and escapes, never within. */
static void test_cuts(void)
{
    static const char *const by_cap[] = {
        NULL, "", "a", "a", "a", "a", "a\\x01", "a\\x01", "a\\x01\xc3\xb6"};

    for (size_t cap = 1; cap < sizeof(by_cap) / sizeof(by_cap[0]); cap++) {
        const char *got = clean("a\x01\xc3\xb6", 4, TWIN_TEXT_PRINTABLE, cap);
        CHECK(strcmp(got, by_cap[cap]) == 0);
    }
}

/* Whatever comes in: no control character comes out, and nothing that is no UTF-8. */
static void test_random(void)
{
    char in[64];

    srand(5);
    for (int round = 0; round < 20000; round++) {
        const size_t len = (size_t)rand() % sizeof(in);
        for (size_t i = 0; i < len; i++) {
            in[i] = (char)(rand() % 3 == 0 ? "\xc2\xe2\x80\xa8\xf0\x9b\n"[rand() % 7] : rand());
        }
        clean(in, len, TWIN_TEXT_PRINTABLE, sizeof(out));
        for (const char *c = out; *c != '\0'; c++) {
            const bool is_c1 = *c == '\xc2' && (uint8_t)c[1] < 0xa0;
            if ((uint8_t)*c < 0x20 || *c == 0x7f || is_c1) {
                CHECK(false);
            }
        }
        char again[sizeof(out)];
        strcpy(again, out);
        CHECK(strcmp(clean(again, strlen(again), TWIN_TEXT_UTF8, sizeof(out)), again) == 0);
        clean(in, len, TWIN_TEXT_ASCII, sizeof(out));
        for (const char *c = out; *c != '\0'; c++) {
            if (*c < 0x20 || *c == 0x7f) {
                CHECK(false);
            }
        }
    }
}

int main(void)
{
    test_rows();
    test_hidden();
    test_cuts();
    test_random();
    return check_report();
}
