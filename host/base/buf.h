/*
 * buf.h - bytes that grow while they are being put together.
 *
 * Memory that runs out ends the program with exit code 1: files are written whole or not at all,
 * so nothing half done stays behind. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <stdbool.h>

struct twin_buf {
    uint8_t *data; /* NULL while empty */
    size_t len, cap;
};

/* Room for at least len bytes in all, so that growing up to there moves nothing. */
void twin_buf_reserve(struct twin_buf *buf, size_t len);

void twin_buf_add(struct twin_buf *buf, const void *data, size_t len);
void twin_buf_add_span(struct twin_buf *buf, struct twin_span span);
void twin_buf_fill(struct twin_buf *buf, uint8_t value, size_t len);
void twin_buf_text(struct twin_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Integers in the byte order of the image. */
void twin_buf_add_u16(struct twin_buf *buf, bool big_endian, uint16_t value);
void twin_buf_add_u32(struct twin_buf *buf, bool big_endian, uint32_t value);

/* Hand the bytes over: to gets those of from, which is empty afterwards; to's own are freed. */
void twin_buf_move(struct twin_buf *to, struct twin_buf *from);

struct twin_span twin_buf_span(const struct twin_buf *buf);

/* Free; with _secret the bytes are overwritten first. The buffer is empty afterwards. */
void twin_buf_free(struct twin_buf *buf);
void twin_buf_free_secret(struct twin_buf *buf);
