/*
 * base64.c - four characters for three bytes, and back. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t twin_base64_encode(const uint8_t *in, size_t len, char *out)
{
    size_t written = 0;

    for (size_t i = 0; i < len; i += 3) {
        size_t here = len - i; /* 3 or more: a whole unit */
        uint32_t bits = (uint32_t)in[i] << 16;
        bits |= here > 1 ? (uint32_t)in[i + 1] << 8 : 0;
        bits |= here > 2 ? in[i + 2] : 0;
        out[written] = alphabet[bits >> 18];
        out[written + 1] = alphabet[(bits >> 12) & 63];
        out[written + 2] = here > 1 ? alphabet[(bits >> 6) & 63] : '=';
        out[written + 3] = here > 2 ? alphabet[bits & 63] : '=';
        written += 4;
    }
    return written;
}

int twin_base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* How many '=' end the unit: 0, 1 or 2. A third one is not padding but a wrong character. */
static size_t padding_of(const char *in, size_t len)
{
    if (len == 0 || in[len - 1] != '=') {
        return 0;
    }
    return in[len - 2] == '=' ? 2 : 1;
}

twin_err_t twin_base64_decode(const char *in, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    uint32_t bits = 0;
    size_t written = 0;

    *out_len = 0;
    if (len % 4 != 0) {
        return TWIN_E_FORMAT;
    }
    size_t chars = len - padding_of(in, len);
    for (size_t i = 0; i < chars; i++) {
        int value = twin_base64_value(in[i]);
        if (value < 0) {
            return TWIN_E_FORMAT;
        }
        bits = (bits << 6) | (uint32_t)value;
        if (i % 4 == 0) {
            continue; /* six bits only: no whole byte yet */
        }
        if (written == cap) {
            return TWIN_E_SPACE;
        }
        out[written] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
        written++;
    }
    *out_len = written;
    return TWIN_OK;
}
