/*
 * log_none.c - the bootloader without words; stands in for log.c and print.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log.h"
#include "print.h"

void boot_log_begin(enum twin_board_start cause)
{
    (void)cause;
}

void boot_log_event(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    (void)ctx;
    (void)event;
    (void)arg;
}

void boot_log_handover(const struct twin_boot_handover *handover)
{
    (void)handover;
}

void boot_log_hangs(twin_err_t err)
{
    (void)err;
}

void boot_log_recover(void)
{
}

void boot_log_recovery(void)
{
}

void boot_log_stop(void)
{
}

void twin_print(const char *text)
{
    (void)text;
}

void twin_print_hex(uint32_t value)
{
    (void)value;
}
