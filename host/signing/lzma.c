/*
 * lzma.c - LZMA2 payloads through liblzma. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/lzma.h"
#include <lzma.h>
#include <string.h>

/* The parameters that existing loaders are built for. */
#define DICT_BYTES       131072
#define DICT_CODE        0x0a
#define PRESET           9
#define LITERAL_CONTEXT  3
#define LITERAL_POSITION 1
#define POSITION         2
#define DICT_CODE_MAX    30 /* 128 MiB */

void twin_lzma_header(uint8_t header[TWIN_LZMA_HEADER_LEN])
{
    header[0] = DICT_CODE;
    header[1] = (POSITION * 5 + LITERAL_POSITION) * 9 + LITERAL_CONTEXT;
}

bool twin_lzma_pack(enum twin_compression kind, struct twin_span in, struct twin_buf *out)
{
    lzma_options_lzma options;
    lzma_filter filters[3];
    size_t count = 0, done = 0;

    if (lzma_lzma_preset(&options, PRESET)) {
        return false;
    }
    options.dict_size = DICT_BYTES;
    options.lc = LITERAL_CONTEXT;
    options.lp = LITERAL_POSITION;
    options.pb = POSITION;
    if (kind == TWIN_COMPRESSION_LZMA2_THUMB) {
        filters[count++] = (lzma_filter){.id = LZMA_FILTER_ARMTHUMB};
    }
    filters[count++] = (lzma_filter){.id = LZMA_FILTER_LZMA2, .options = &options};
    filters[count] = (lzma_filter){.id = LZMA_VLI_UNKNOWN};

    size_t room = lzma_stream_buffer_bound(in.len);
    if (room == 0) {
        return false;
    }
    twin_buf_reserve(out, out->len + room);
    if (out->failed) {
        return false;
    }
    lzma_ret ret =
        lzma_raw_buffer_encode(filters, NULL, in.ptr, in.len, out->data + out->len, &done, room);
    out->len += done;
    return ret == LZMA_OK;
}

/* Byte 1 of the header: lc + 9 * (lp + 5 * pb). LZMA2 itself does not need it, loaders do. */
static bool parameters_fit(uint8_t code)
{
    unsigned lc = code % 9, lp = code / 9 % 5, pb = code / 45;

    return pb <= 4 && lc + lp <= 4;
}

bool twin_lzma_unpack(bool thumb, struct twin_span in, size_t out_len, struct twin_buf *out)
{
    lzma_options_lzma options;
    lzma_filter filters[3];
    size_t count = 0, in_at = TWIN_LZMA_HEADER_LEN, done = 0;

    if (in.len < TWIN_LZMA_HEADER_LEN || in.ptr[0] > DICT_CODE_MAX || !parameters_fit(in.ptr[1]) ||
        lzma_lzma_preset(&options, PRESET)) {
        return false;
    }
    options.dict_size = (2u | (in.ptr[0] & 1u)) << (in.ptr[0] / 2 + 11);
    if (thumb) {
        filters[count++] = (lzma_filter){.id = LZMA_FILTER_ARMTHUMB};
    }
    filters[count++] = (lzma_filter){.id = LZMA_FILTER_LZMA2, .options = &options};
    filters[count] = (lzma_filter){.id = LZMA_VLI_UNKNOWN};

    twin_buf_reserve(out, out->len + out_len);
    if (out->failed) {
        return false;
    }
    lzma_ret ret = lzma_raw_buffer_decode(filters, NULL, in.ptr, &in_at, in.len,
                                          out->data + out->len, &done, out_len);
    out->len += done;
    return ret == LZMA_OK && done == out_len && in_at == in.len;
}
