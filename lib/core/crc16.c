/*
 * crc16.c - CRC-16/XMODEM, bit by bit: the line is slower than this loop.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/crc16.h"

#define POLYNOMIAL 0x1021u

uint16_t twin_crc16(uint16_t crc, const uint8_t *data, size_t len)
{
    unsigned sum = crc; /* its low 16 bits; what is shifted beyond them does not come back */

    for (size_t i = 0; i < len; i++) {
        sum ^= (unsigned)data[i] << 8;
        for (int bit = 0; bit < 8; bit++) {
            sum = (sum & 0x8000u) != 0 ? (sum << 1) ^ POLYNOMIAL : sum << 1;
        }
    }
    return (uint16_t)sum;
}
