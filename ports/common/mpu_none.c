/*
 * mpu_none.c - for processors without memory protection; stands in for mpu.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

void cortex_m_protect(void)
{
}

void cortex_m_flash_writable(bool writable)
{
    (void)writable;
}
