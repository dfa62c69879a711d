/*
 * fuzz_hex.c - any bytes as Intel HEX. What is read is written and read again as the same.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "signing/hexfile.h"
#include <stdlib.h>
#include <string.h>

#define SMALL 100000 /* bytes; larger results are not written again */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct twin_buf out = {0}, text = {0}, again = {0};
    uint32_t addr = 0, addr_again = 0;
    unsigned line;

    if (twin_hexfile_read((struct twin_span){data, len}, &out, &addr, &line) == TWIN_HEXFILE_OK &&
        out.len < SMALL) {
        struct twin_hexfile_segment segment = {addr, twin_buf_span(&out)};
        twin_hexfile_write(&text, &segment, 1);
        if (twin_hexfile_read(twin_buf_span(&text), &again, &addr_again, &line) !=
                TWIN_HEXFILE_OK ||
            addr != addr_again || again.len != out.len ||
            memcmp(again.data, out.data, out.len) != 0) {
            abort();
        }
    }
    twin_buf_free(&out);
    twin_buf_free(&text);
    twin_buf_free(&again);
    return 0;
}
