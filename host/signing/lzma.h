/*
 * lzma.h - LZMA2 payloads. Spec: docs/spec-image.md section 6.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

enum twin_compression {
    TWIN_COMPRESSION_NONE,
    TWIN_COMPRESSION_LZMA2,
    TWIN_COMPRESSION_LZMA2_THUMB
};

/* Compress; out gets the raw stream without the two parameter bytes. False if liblzma fails. */
bool twin_lzma_pack(enum twin_compression kind, struct twin_span in, struct twin_buf *out);

/* The two bytes in front of the stream. */
#define TWIN_LZMA_HEADER_LEN 2
void twin_lzma_header(uint8_t header[TWIN_LZMA_HEADER_LEN]);

/*
 * Decompress a payload, parameter bytes included.
 *
 * out_len  bytes that have to come out, exactly.
 *
 * Returns false if the stream is damaged, ends early or goes on.
 */
bool twin_lzma_unpack(bool thumb, struct twin_span in, size_t out_len, struct twin_buf *out);
