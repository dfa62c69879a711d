/*
 * base/buf.h - bytes that grow while they are being put together.
 *
 * A buffer is sticky: when memory runs out it sets `failed`, keeps what it had, and everything
 * that is added afterwards is dropped. So additions return nothing, and whoever made the buffer
 * asks once at the end:
 *
 *     struct twin_buf buf = {0};
 *     twin_buf_text(&buf, "%s = ", name);
 *     twin_buf_add_span(&buf, value);
 *     enum twin_error_code code = twin_buf_check(&buf, error);
 *
 * Only what reaches into `data` itself has to ask earlier: behind a failure there are fewer bytes
 * than were added. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "twin/bytes.h"
#include <stdbool.h>

/* All zero is an empty buffer. */
struct twin_buf {
    uint8_t *data; /* NULL while empty */
    size_t len, cap;
    bool failed; /* memory ran out: something is missing */
};

/* TWIN_ERROR_NONE if all that was added is there; else an error that says that memory ran out. */
enum twin_error_code twin_buf_check(const struct twin_buf *buf, struct twin_error *error);

/* Room for at least len bytes in all, so that growing up to there moves nothing. */
void twin_buf_reserve(struct twin_buf *buf, size_t len);

void twin_buf_add(struct twin_buf *buf, const void *data, size_t len);
void twin_buf_add_span(struct twin_buf *buf, struct twin_span span);
void twin_buf_fill(struct twin_buf *buf, uint8_t value, size_t len);

/* What another buffer holds; buf fails too if that one has. */
void twin_buf_append(struct twin_buf *buf, const struct twin_buf *from);

/* Text, without the 0 at its end; there is one behind the buffer until the next addition. */
void twin_buf_text(struct twin_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Two lower-case hex digits for each byte, and a 0 behind the buffer as with text. */
void twin_buf_hex(struct twin_buf *buf, struct twin_span bytes);

/* Integers in the byte order of an image. */
void twin_buf_add_u16(struct twin_buf *buf, bool big_endian, uint16_t value);
void twin_buf_add_u32(struct twin_buf *buf, bool big_endian, uint32_t value);

/* Hand the bytes over: to gets those of from, which is empty afterwards; to's own are freed. */
void twin_buf_move(struct twin_buf *to, struct twin_buf *from);

/* What is in it; valid until it grows or is freed. */
struct twin_span twin_buf_span(const struct twin_buf *buf);

/* Free; with _secret the bytes are overwritten first. The buffer is empty afterwards. Growing
 * always overwrites the old place. */
void twin_buf_free(struct twin_buf *buf);
void twin_buf_free_secret(struct twin_buf *buf);
