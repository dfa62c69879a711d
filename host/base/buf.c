/*
 * buf.c - bytes that grow. SPDX-License-Identifier: Apache-2.0
 */
#include "base/buf.h"
#include "cli/cli.h"
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_reserve(struct buf *buf, size_t len)
{
    if (len <= buf->cap) {
        return;
    }
    uint8_t *data = malloc(len);
    if (data == NULL) {
        exit(cli_fail(CLI_REFUSED, "out of memory (%zu bytes)", len));
    }
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->len);
        OPENSSL_cleanse(buf->data, buf->len); /* realloc() would leave a secret behind */
        free(buf->data);
    }
    buf->data = data;
    buf->cap = len;
}

static uint8_t *extend(struct buf *buf, size_t len)
{
    if (buf->cap - buf->len < len) {
        size_t twice = buf->cap * 2;
        buf_reserve(buf, buf->len + len > twice ? buf->len + len : twice);
    }
    uint8_t *at = buf->data + buf->len;
    buf->len += len;
    return at;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
    if (len > 0) {
        memcpy(extend(buf, len), data, len);
    }
}

void buf_add_span(struct buf *buf, struct twin_span span)
{
    buf_add(buf, span.ptr, span.len);
}

void buf_fill(struct buf *buf, uint8_t value, size_t len)
{
    if (len > 0) {
        memset(extend(buf, len), value, len);
    }
}

void buf_text(struct buf *buf, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *at = (char *)extend(buf, (size_t)len + 1);
    va_start(list, format);
    vsnprintf(at, (size_t)len + 1, format, list);
    va_end(list);
    buf->len--; /* the terminator stays behind the end */
}

void buf_add_u16(struct buf *buf, bool big_endian, uint16_t value)
{
    uint8_t *at = extend(buf, 2);

    at[big_endian] = (uint8_t)value;
    at[!big_endian] = (uint8_t)(value >> 8);
}

void buf_add_u32(struct buf *buf, bool big_endian, uint32_t value)
{
    buf_add_u16(buf, big_endian, (uint16_t)(big_endian ? value >> 16 : value));
    buf_add_u16(buf, big_endian, (uint16_t)(big_endian ? value : value >> 16));
}

void buf_move(struct buf *to, struct buf *from)
{
    free(to->data);
    *to = *from;
    memset(from, 0, sizeof(*from));
}

struct twin_span buf_span(const struct buf *buf)
{
    return (struct twin_span){buf->data, buf->len};
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof(*buf));
}

void buf_free_secret(struct buf *buf)
{
    if (buf->data != NULL) {
        OPENSSL_cleanse(buf->data, buf->cap);
    }
    buf_free(buf);
}
