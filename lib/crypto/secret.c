/*
 * secret.c - see twin/unwrap.h. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/unwrap.h"

#define DEEP 2048 /* bytes: as far down as arithmetic with a private key goes */

void twin_erase_secret(void *secret, size_t len)
{
    volatile uint8_t *bytes = secret;

    while (len > 0) {
        bytes[--len] = 0;
    }
}

/* Never inlined: its array must lie where that of the functions before it lay. */
__attribute__((noinline)) void twin_erase_stack(void)
{
    uint8_t deep[DEEP];

    twin_erase_secret(deep, sizeof(deep));
}
