/*
 * buf.h - bytes that grow while they are being put together.
 *
 * Memory that runs out ends the program with exit code 1: files are written whole or not at all,
 * so nothing half done stays behind. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include <stdbool.h>

struct buf {
    uint8_t *data; /* NULL while empty */
    size_t len, cap;
};

/* Room for at least len bytes in all, so that growing up to there moves nothing. */
void buf_reserve(struct buf *buf, size_t len);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_span(struct buf *buf, struct twin_span span);
void buf_fill(struct buf *buf, uint8_t value, size_t len);
void buf_text(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Integers in the byte order of the image. */
void buf_add_u16(struct buf *buf, bool big_endian, uint16_t value);
void buf_add_u32(struct buf *buf, bool big_endian, uint32_t value);

/* Hand the bytes over: to gets those of from, which is empty afterwards; to's own are freed. */
void buf_move(struct buf *to, struct buf *from);

struct twin_span buf_span(const struct buf *buf);

/* Free; with _secret the bytes are overwritten first. The buffer is empty afterwards. */
void buf_free(struct buf *buf);
void buf_free_secret(struct buf *buf);
