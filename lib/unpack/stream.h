/*
 * stream.h - the compressed payload as the bytes that come out of it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/unpack.h"

/* Is the stream made of whole chunks that come to payload_len bytes? TWIN_E_FORMAT if not. */
twin_err_t twin_unpack_stream_check(struct twin_unpack *unpack);

/* Read the payload from `at` on, which is 0 or the end of what was read before. */
twin_err_t twin_unpack_stream_read(struct twin_unpack *unpack, uint32_t at, uint8_t *buf,
                                   uint32_t len);
