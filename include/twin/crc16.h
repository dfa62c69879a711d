/*
 * twin/crc16.h - CRC-16/XMODEM: polynomial 0x1021, start 0, not reflected.
 *
 * Used by the console framing. "123456789" gives 0x31c3; running on over the two big-endian bytes
 * of the CRC itself gives 0. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/err.h"
#include <stddef.h>
#include <stdint.h>

TWIN_C_BEGIN

/* Continue a CRC over len bytes. Start with crc = 0. Cost: about 8 shifts a byte, no table. */
uint16_t twin_crc16(uint16_t crc, const uint8_t *data, size_t len);

TWIN_C_END
