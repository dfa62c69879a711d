/*
 * log.h - what the bootloader says on the console. log.c says it in words; log_none.c takes its
 * place where each byte counts. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"

void boot_log_begin(enum twin_board_start cause);
void boot_log_event(void *ctx, enum twin_boot_event event, uint32_t arg);
void boot_log_handover(const struct twin_boot_handover *handover);
/* err: of twin_boot_replace(). */
void boot_log_hangs(twin_err_t err);
void boot_log_recover(void);
void boot_log_recovery(void);
void boot_log_stop(void);
