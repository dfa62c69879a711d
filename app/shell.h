/*
 * shell.h - commands that come over SMP. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "monitor.h"
#include "twin/grp_shell.h"

/* Carry one out, as twin_srv_shell_config.exec wants it; ctx is the monitor. None changes anything:
 * they may run while a patient is connected. */
int32_t shell_exec(void *ctx, const char *line, struct twin_srv_shell_output *output);
