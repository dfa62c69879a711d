/*
 * hexfile.h - Intel HEX in memory. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

/* Bytes that follow each other in the address space. */
struct twin_hexfile_segment {
    uint64_t addr;
    struct twin_span bytes;
};

enum twin_hexfile_fault {
    TWIN_HEXFILE_OK,
    TWIN_HEXFILE_SYNTAX,   /* a line that is not a record */
    TWIN_HEXFILE_CHECKSUM, /* the last byte of a record does not fit the others */
    TWIN_HEXFILE_RECORD,   /* an unknown record type, or a wrong length for it */
    TWIN_HEXFILE_OVERLAP,  /* two records give the same address */
    TWIN_HEXFILE_NO_END,   /* the end record is missing: the file was cut */
    TWIN_HEXFILE_EMPTY,    /* no data */
    TWIN_HEXFILE_TOO_WIDE, /* the addresses span more than TWIN_HEXFILE_SPAN_MAX */
    TWIN_HEXFILE_TOO_HIGH, /* data behind the last 32-bit address */
    TWIN_HEXFILE_NO_MEMORY
};
extern const char *const twin_hexfile_fault_text[];

#define TWIN_HEXFILE_SPAN_MAX                                                                      \
    0x10000000u /* 256 MiB, so that a stray address cannot take all memory */

/*
 * Read records and lay the data out as one piece; gaps are filled with 0xff.
 *
 * text  the file.
 * out   is appended to.
 * addr  out: address of the first byte.
 * line  out: where a fault is, from 1; for an overlap the line that comes second.
 */
enum twin_hexfile_fault twin_hexfile_read(struct twin_span text, struct twin_buf *out,
                                          uint32_t *addr, unsigned *line);

/*
 * Write segments, which ascend and do not overlap, as records of up to 16 bytes.
 * The last address must be below 2^32.
 */
void twin_hexfile_write(struct twin_buf *out, const struct twin_hexfile_segment *segments,
                        size_t count);
