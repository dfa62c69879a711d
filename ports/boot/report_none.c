/*
 * report_none.c - a bootloader that neither logs nor records: nobody hears of an event, and linked
 * as one piece nothing is left of saying so. Stands in for lib/boot/report.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/boot.h"

void twin_boot_report(const struct twin_boot *boot, enum twin_boot_event event, uint32_t arg)
{
    (void)boot;
    (void)event;
    (void)arg;
}
