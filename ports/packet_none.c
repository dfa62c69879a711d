/*
 * packet_none.c - for boards without a datagram network. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"

size_t twin_board_packet_read(uint8_t *buf, size_t cap)
{
    (void)buf;
    (void)cap;
    return 0;
}

void twin_board_packet_write(const void *buf, size_t len)
{
    (void)buf;
    (void)len;
}
