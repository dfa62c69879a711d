/*
 * commands.h - one command = one struct cli_cmd in a cmd_*.c; commands.c lists them.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/ask.h"
#include "cli/cli.h"

extern const struct cli_cmd cmd_create, cmd_dumpinfo, cmd_getpriv, cmd_getpub, cmd_getpubhash,
    cmd_keygen, cmd_keyinfo, cmd_sign, cmd_verify, cmd_version;

extern const struct cli_cmd *const imgtool_commands[];

/* Where this run has its passphrases and PINs from. */
struct cli_secrets *imgtool_secrets(void);

/* The same for libraries. What asks is about to hold secrets: no core is dumped from here on. */
const struct twin_ask *imgtool_ask(void);
