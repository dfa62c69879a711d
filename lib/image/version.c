/*
 * version.c - image versions: order and text. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/bytes.h"
#include "twin/image.h"

void twin_version_get(const uint8_t raw[TWIN_VERSION_LEN], struct twin_version *version)
{
    version->major = raw[0];
    version->minor = raw[1];
    version->revision = twin_get_le16(&raw[2]);
    version->build = twin_get_le32(&raw[4]);
}

#define PARTS_MAX 4 /* major, minor, revision, build */

int twin_version_compare(const struct twin_version *a, const struct twin_version *b)
{
    const int order[] = {a->major - b->major, a->minor - b->minor, a->revision - b->revision};

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (order[i] != 0) {
            return order[i];
        }
    }
    return 0;
}

int twin_version_compare_build(const struct twin_version *a, const struct twin_version *b)
{
    const int order = twin_version_compare(a, b);

    return order != 0 ? order : (a->build > b->build) - (a->build < b->build);
}

static char *put_number(char *out, uint32_t value)
{
    char digits[10];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) {
        *out++ = digits[--count];
    }
    return out;
}

static char *put_three(char *out, const struct twin_version *version)
{
    out = put_number(out, version->major);
    *out++ = '.';
    out = put_number(out, version->minor);
    *out++ = '.';
    return put_number(out, version->revision);
}

static size_t put_build(char *out, char *end, char separator, uint32_t build)
{
    *end++ = separator;
    end = put_number(end, build);
    *end = '\0';
    return (size_t)(end - out);
}

size_t twin_version_print(const struct twin_version *version, char out[TWIN_VERSION_STR_MAX])
{
    char *end = put_three(out, version);

    if (version->build != 0) {
        return put_build(out, end, '.', version->build);
    }
    *end = '\0';
    return (size_t)(end - out);
}

size_t twin_version_print_full(const struct twin_version *version, char out[TWIN_VERSION_STR_MAX])
{
    return put_build(out, put_three(out, version), '+', version->build);
}

static bool is_digit(struct twin_span text, size_t at)
{
    return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

/* Decimal, without sign or leading zeros. One above 32 bits stays above. */
static twin_err_t take_number(struct twin_span text, size_t *at, uint64_t *number)
{
    if (!is_digit(text, *at) || (text.ptr[*at] == '0' && is_digit(text, *at + 1))) {
        return TWIN_E_FORMAT;
    }
    for (; is_digit(text, *at); (*at)++) {
        *number = *number > UINT32_MAX ? *number : *number * 10 + (uint64_t)(text.ptr[*at] - '0');
    }
    return TWIN_OK;
}

/* Does another number follow the first `count` ones? */
static bool take_separator(struct twin_span text, size_t *at, unsigned count)
{
    bool follows = *at < text.len && count < PARTS_MAX &&
                   (text.ptr[*at] == '.' || (text.ptr[*at] == '+' && count == PARTS_MAX - 1));

    *at += follows;
    return follows;
}

twin_err_t twin_version_parse(struct twin_span text, struct twin_version *version, unsigned *parts)
{
    static const uint32_t most[PARTS_MAX] = {UINT8_MAX, UINT8_MAX, UINT16_MAX, UINT32_MAX};
    uint64_t got[PARTS_MAX] = {0};
    unsigned count = 0;
    size_t at = 0;

    do {
        TWIN_TRY(take_number(text, &at, &got[count++]));
    } while (take_separator(text, &at, count));
    if (at != text.len) {
        return TWIN_E_FORMAT;
    }
    for (*parts = 1; *parts <= PARTS_MAX; (*parts)++) {
        if (got[*parts - 1] > most[*parts - 1]) {
            return TWIN_E_ARG;
        }
    }
    *version =
        (struct twin_version){(uint8_t)got[0], (uint8_t)got[1], (uint16_t)got[2], (uint32_t)got[3]};
    *parts = count;
    return TWIN_OK;
}
