/*
 * buf.c - bytes that grow. SPDX-License-Identifier: Apache-2.0
 */
#include "base/buf.h"
#include "base/hex.h"
#include "base/secret.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum twin_error_code twin_buf_check(const struct twin_buf *buf, struct twin_error *error)
{
    return buf->failed ? twin_error_no_memory(error) : TWIN_ERROR_NONE;
}

void twin_buf_reserve(struct twin_buf *buf, size_t len)
{
    if (len <= buf->cap || buf->failed) {
        return;
    }
    uint8_t *data = malloc(len);
    if (data == NULL) {
        buf->failed = true;
        return;
    }
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->len);
        twin_wipe(buf->data, buf->len); /* realloc() would leave a secret behind */
        free(buf->data);
    }
    buf->data = data;
    buf->cap = len;
}

/* Make the buffer longer. Returns where the new bytes go, or NULL: they are dropped. */
static uint8_t *extend(struct twin_buf *buf, size_t len)
{
    if (buf->cap - buf->len < len) {
        size_t twice = buf->cap * 2;
        if (len > SIZE_MAX / 2 - buf->len) {
            buf->failed = true;
        }
        twin_buf_reserve(buf, buf->len + len > twice ? buf->len + len : twice);
    }
    if (buf->failed) {
        return NULL;
    }
    buf->len += len;
    return buf->data + buf->len - len;
}

void twin_buf_add(struct twin_buf *buf, const void *data, size_t len)
{
    uint8_t *at = len > 0 ? extend(buf, len) : NULL;

    if (at != NULL) {
        memcpy(at, data, len);
    }
}

void twin_buf_add_span(struct twin_buf *buf, struct twin_span span)
{
    twin_buf_add(buf, span.ptr, span.len);
}

void twin_buf_append(struct twin_buf *buf, const struct twin_buf *from)
{
    twin_buf_add(buf, from->data, from->len);
    buf->failed = buf->failed || from->failed;
}

void twin_buf_fill(struct twin_buf *buf, uint8_t value, size_t len)
{
    uint8_t *at = len > 0 ? extend(buf, len) : NULL;

    if (at != NULL) {
        memset(at, value, len);
    }
}

void twin_buf_text(struct twin_buf *buf, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *at = (char *)extend(buf, (size_t)len + 1);
    if (at == NULL) {
        return;
    }
    va_start(list, format);
    vsnprintf(at, (size_t)len + 1, format, list);
    va_end(list);
    buf->len--; /* the terminator stays behind the end */
}

void twin_buf_hex(struct twin_buf *buf, struct twin_span bytes)
{
    char *at = (char *)extend(buf, 2 * bytes.len + 1);

    if (at != NULL) {
        twin_hex_text(bytes, at);
        buf->len--;
    }
}

void twin_buf_add_u16(struct twin_buf *buf, bool big_endian, uint16_t value)
{
    uint8_t bytes[2];

    bytes[big_endian] = (uint8_t)value;
    bytes[!big_endian] = (uint8_t)(value >> 8);
    twin_buf_add(buf, bytes, sizeof(bytes));
}

void twin_buf_add_u32(struct twin_buf *buf, bool big_endian, uint32_t value)
{
    twin_buf_add_u16(buf, big_endian, (uint16_t)(big_endian ? value >> 16 : value));
    twin_buf_add_u16(buf, big_endian, (uint16_t)(big_endian ? value : value >> 16));
}

void twin_buf_move(struct twin_buf *to, struct twin_buf *from)
{
    free(to->data);
    *to = *from;
    memset(from, 0, sizeof(*from));
}

struct twin_span twin_buf_span(const struct twin_buf *buf)
{
    return (struct twin_span){buf->data, buf->len};
}

void twin_buf_free(struct twin_buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof(*buf));
}

void twin_buf_free_secret(struct twin_buf *buf)
{
    if (buf->data != NULL) {
        twin_wipe(buf->data, buf->cap);
    }
    twin_buf_free(buf);
}
