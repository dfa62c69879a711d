/*
 * text.c - text from a device as one line of printable characters. UTF-8: RFC 3629.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/text.h"
#include <stdbool.h>

#define ESCAPE_LEN 4 /* \xNN */

/* Characters that show nothing, or change how what is around them is shown. */
static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x0000, 0x001f},     {0x007f, 0x009f},   /* control characters */
    {0x00ad, 0x00ad},     {0x034f, 0x034f},   /* soft hyphen, joiner */
    {0x061c, 0x061c},     {0x180b, 0x180f},   /* Arabic letter mark; Mongolian selectors */
    {0x200b, 0x200f},     {0x2028, 0x202e},   /* of no width, directions; line ends, directions */
    {0x2060, 0x206f},     {0xfe00, 0xfe0f},   /* of no width, directions; selectors */
    {0xfeff, 0xfeff},     {0xfff0, 0xfffb},   /* byte order mark; specials */
    {0xfffe, 0xffff},     {0xe0000, 0xe0fff}, /* no characters; tags */
    {0x10fffe, 0x10ffff},
};

static bool is_shown(uint32_t character)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (character >= hidden[i].first && character <= hidden[i].last) {
            return false;
        }
    }
    return true;
}

/* Bytes of the character at the beginning of text; 0 if that is not UTF-8. */
static size_t get_character(struct twin_span text, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = text.ptr[0];
    const size_t len = first < 0x80             ? 1
                       : (first & 0xe0) == 0xc0 ? 2
                       : (first & 0xf0) == 0xe0 ? 3
                       : (first & 0xf8) == 0xf0 ? 4
                                                : 0;

    if (len == 0 || len > text.len) {
        return 0;
    }
    *character = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((text.ptr[i] & 0xc0) != 0x80) {
            return 0;
        }
        *character = *character << 6 | (text.ptr[i] & 0x3fu);
    }
    const bool is_surrogate = *character >= 0xd800 && *character <= 0xdfff;
    return *character < least[len] || *character > 0x10ffff || is_surrogate ? 0 : len;
}

/* How many bytes at the beginning of text stay as they are; 0: the first one is escaped. */
static size_t kept_len(struct twin_span text, enum twin_text_keep keep)
{
    uint32_t character;
    const size_t len = get_character(text, &character);

    if (len == 0 || character == 0 || (keep == TWIN_TEXT_ASCII && len > 1)) {
        return 0;
    }
    return keep == TWIN_TEXT_UTF8 || is_shown(character) ? len : 0;
}

static size_t put_escape(uint8_t byte, char out[ESCAPE_LEN])
{
    static const char digits[] = "0123456789abcdef";
    const char letter = (char)(byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : 'x');

    out[0] = '\\';
    out[1] = letter;
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
    return letter == 'x' ? ESCAPE_LEN : 2;
}

size_t twin_text_clean(struct twin_span text, enum twin_text_keep keep, char *out, size_t cap)
{
    size_t written = 0;

    while (text.len > 0) {
        char escape[ESCAPE_LEN];
        const size_t kept = kept_len(text, keep);
        const size_t len = kept > 0 ? kept : put_escape(text.ptr[0], escape);
        if (len >= cap - written) {
            break;
        }
        memcpy(&out[written], kept > 0 ? (const char *)text.ptr : escape, len);
        written += len;
        text.ptr += kept > 0 ? kept : 1;
        text.len -= kept > 0 ? kept : 1;
    }
    out[written] = '\0';
    return written;
}
