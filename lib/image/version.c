/*
 * version.c - image versions: order and text. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

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

size_t twin_version_print(const struct twin_version *version, char out[TWIN_VERSION_STR_MAX])
{
    char *end = put_number(out, version->major);

    *end++ = '.';
    end = put_number(end, version->minor);
    *end++ = '.';
    end = put_number(end, version->revision);
    if (version->build != 0) {
        *end++ = '.';
        end = put_number(end, version->build);
    }
    *end = '\0';
    return (size_t)(end - out);
}
