/*
 * p256_key.h - how every P-256 key begins: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT
 * STRING of an uncompressed point }. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdint.h>

#define P256_COORD   32
#define P256_SIG_MAX 72

static const uint8_t p256_key_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                        0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
