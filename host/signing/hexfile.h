/*
 * hexfile.h - Intel HEX in memory. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/* Bytes that follow each other in the address space. */
struct hex_segment {
    uint64_t addr;
    struct twin_span bytes;
};

enum hex_fault {
    HEX_OK,
    HEX_SYNTAX,   /* a line that is not a record */
    HEX_CHECKSUM, /* the last byte of a record does not fit the others */
    HEX_RECORD,   /* an unknown record type, or a wrong length for it */
    HEX_OVERLAP,  /* two records give the same address */
    HEX_NO_END,   /* the end record is missing: the file was cut */
    HEX_EMPTY,    /* no data */
    HEX_TOO_WIDE, /* the addresses span more than HEX_SPAN_MAX */
    HEX_TOO_HIGH  /* data behind the last 32-bit address */
};
extern const char *const hex_fault_text[];

#define HEX_SPAN_MAX 0x10000000u /* 256 MiB, so that a stray address cannot take all memory */

/*
 * Read records and lay the data out as one piece; gaps are filled with 0xff.
 *
 * text  the file.
 * out   is appended to.
 * addr  out: address of the first byte.
 * line  out: where a fault is, from 1; for an overlap the line that comes second.
 */
enum hex_fault hex_read(struct twin_span text, struct twin_buf *out, uint32_t *addr,
                        unsigned *line);

/*
 * Write segments, which ascend and do not overlap, as records of up to 16 bytes.
 * The last address must be below 2^32.
 */
void hex_write(struct twin_buf *out, const struct hex_segment *segments, size_t count);
