/*
 * twin/smp.h - the SMP packet: header, operations and result codes. No I/O.
 *
 * A packet is 8 header bytes, then `len` bytes of payload: a CBOR map. All fields big endian.
 * Spec: docs/spec-smp.md section 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"

TWIN_C_BEGIN

#define TWIN_SMP_HEADER_LEN 8

enum twin_smp_op {
    TWIN_SMP_READ = 0,
    TWIN_SMP_READ_RSP = 1,
    TWIN_SMP_WRITE = 2,
    TWIN_SMP_WRITE_RSP = 3
};

/* Version bits of the header. V2 replies may carry {"err": {"group", "rc"}}. */
enum twin_smp_version { TWIN_SMP_V1 = 0, TWIN_SMP_V2 = 1 };

/* Generic result codes: name, value on the wire, text for people. */
#define TWIN_SMP_RC_LIST(X)                                                                        \
    X(TWIN_RC_OK, 0, "ok")                                                                         \
    X(TWIN_RC_UNKNOWN, 1, "unknown error")                                                         \
    X(TWIN_RC_NO_MEMORY, 2, "not enough memory")                                                   \
    X(TWIN_RC_INVALID, 3, "invalid value")                                                         \
    X(TWIN_RC_TIMEOUT, 4, "timed out")                                                             \
    X(TWIN_RC_NO_ENTRY, 5, "no such entry")                                                        \
    X(TWIN_RC_BAD_STATE, 6, "not possible in the present state")                                   \
    X(TWIN_RC_TOO_LARGE, 7, "message too large")                                                   \
    X(TWIN_RC_NOT_SUPPORTED, 8, "not supported")                                                   \
    X(TWIN_RC_CORRUPT, 9, "corrupt payload")                                                       \
    X(TWIN_RC_BUSY, 10, "busy, try again later")                                                   \
    X(TWIN_RC_ACCESS_DENIED, 11, "access denied")                                                  \
    X(TWIN_RC_TOO_OLD, 12, "protocol version too old")                                             \
    X(TWIN_RC_TOO_NEW, 13, "protocol version too new")

enum twin_smp_rc {
#define X(name, value, text) name = value,
    TWIN_SMP_RC_LIST(X)
#undef X
};

struct twin_smp_header {
    enum twin_smp_op op;
    enum twin_smp_version version;
    uint16_t len; /* payload bytes */
    uint16_t group;
    uint8_t seq;
    uint8_t id;
};

/* Write the header's 8 bytes; flags and reserved bits are 0. Cannot fail. */
void twin_smp_header_write(uint8_t out[TWIN_SMP_HEADER_LEN], const struct twin_smp_header *header);

/*
 * Read a header. Flags and reserved bits are ignored, as every known server does.
 *
 * packet    at least the header; the payload is not looked at.
 * header    out; version is the raw 2-bit number, so it may be 2 or 3: the caller refuses those.
 *
 * Returns TWIN_OK; TWIN_E_FORMAT if packet is shorter than 8 bytes or op is above 3.
 */
TWIN_MUST_CHECK twin_err_t twin_smp_header_read(struct twin_span packet,
                                                struct twin_smp_header *header);

/* Text of a generic result code, for people. Never NULL. */
const char *twin_smp_rc_str(int64_t rc);

TWIN_C_END
