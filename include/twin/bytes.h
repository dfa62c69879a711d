/*
 * twin/bytes.h - arrays, spans, and integers in a byte order that does not depend on the processor.
 *
 * A struct is never laid over a buffer: wire and flash bytes go through these.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/err.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

TWIN_C_BEGIN

/* Things in an array. */
#define TWIN_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes owned by someone else; valid as long as the buffer they point into. */
struct twin_span {
    const uint8_t *ptr;
    size_t len; /* bytes */
};

/* A C string without its terminator. */
static inline struct twin_span twin_span_text(const char *text)
{
    struct twin_span span = {(const uint8_t *)text, strlen(text)};

    return span;
}

static inline uint16_t twin_get_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (p[1] << 8));
}

static inline uint32_t twin_get_le32(const uint8_t *p)
{
    return twin_get_le16(p) | ((uint32_t)twin_get_le16(p + 2) << 16);
}

static inline uint16_t twin_get_be16(const uint8_t *p)
{
    return (uint16_t)((p[0] << 8) | p[1]);
}

static inline void twin_put_le16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void twin_put_le32(uint8_t *p, uint32_t value)
{
    twin_put_le16(p, (uint16_t)value);
    twin_put_le16(p + 2, (uint16_t)(value >> 16));
}

static inline void twin_put_be16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* Round up or down to a multiple of unit (unit > 0; nothing may overflow). */
static inline uint32_t twin_align_down(uint32_t value, uint32_t unit)
{
    return value - value % unit;
}

static inline uint32_t twin_align_up(uint32_t value, uint32_t unit)
{
    return twin_align_down(value + unit - 1, unit);
}

TWIN_C_END
