/*
 * hex.c - bytes as hex digits. SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"

char *twin_hex_text(struct twin_span bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes.ptr[i] >> 4];
        out[2 * i + 1] = digits[bytes.ptr[i] & 15];
    }
    out[2 * bytes.len] = '\0';
    return out;
}

int twin_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const int letter = digit | 0x20; /* small letters */
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool twin_hex_bytes(const char *digits, size_t len, uint8_t *out)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        int high = twin_hex_digit(digits[i]), low = twin_hex_digit(digits[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return len % 2 == 0;
}
