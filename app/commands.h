/*
 * commands.h - commands that a person types on the console. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "monitor.h"

#define COMMANDS_LINE_MAX 64

struct commands {
    char line[COMMANDS_LINE_MAX]; /* what was typed so far */
    size_t len;
};

/* Read the console and do what is asked. Never blocks for input. */
void commands_run(struct commands *commands, struct monitor *monitor);
