/*
 * twin/shared.h - what a bootloader tells the application that it starts, in memory that outlives
 * the hand-over: entries of a type and a value, as MCUboot lays them out. Entries of others are
 * passed over. Spec: docs/spec-image.md section 5, docs/spec-boot-attempts.md section 5.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"
#include <stdbool.h>

TWIN_C_BEGIN

/* Types of entries; numbers are little endian. */
enum twin_shared_type {
    TWIN_SHARED_MODE = 0x2000,      /* 1 byte: enum twin_mode_id */
    TWIN_SHARED_SIGNATURE = 0x2001, /* 1 byte: 1 RSA, 2 ECDSA, 3 Ed25519 */
    TWIN_SHARED_RECOVERY = 0x2002,  /* 1 byte: 0 none, 1 serial */
    TWIN_SHARED_SLOT = 0x2003,      /* 1 byte: the one that runs */
    TWIN_SHARED_VERSION = 0x2004,   /* 8 bytes: of the bootloader, as in an image header */
    TWIN_SHARED_MAX_SIZE = 0x2005,  /* + image: 4 bytes, of the largest image */
    TWIN_SHARED_RECORD = 0xe000     /* + image: the latest record (twin/record.h) */
};

/* Bytes that are enough for all of these, of as many images as there may be. */
#define TWIN_SHARED_ENOUGH 192

/* The memory, the same for both. */
struct twin_shared {
    uint8_t *bytes;
    uint16_t cap; /* 0: there is none */
};

/* Empty it, before the first entry. Returns TWIN_OK or TWIN_E_SPACE. */
TWIN_MUST_CHECK twin_err_t twin_shared_begin(const struct twin_shared *shared);

/* Append an entry. Returns TWIN_OK; TWIN_E_STATE if there is one of this type; TWIN_E_SPACE;
 * TWIN_E_FORMAT if it was not begun. */
TWIN_MUST_CHECK twin_err_t twin_shared_add(const struct twin_shared *shared, uint16_t type,
                                           struct twin_span value);

/* Find an entry. value: out, points into the memory. Returns false if there is none, also when the
 * memory holds something else: after power on it is whatever the RAM is. */
bool twin_shared_find(const struct twin_shared *shared, uint16_t type, struct twin_span *value);

TWIN_C_END
