/*
 * commands.h - one command = one struct cli_cmd in a cmd_*.c; commands.c lists them.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/ask.h"
#include "cli/cli.h"
#include "signing/downgrade.h"

extern const struct cli_cmd cmd_create, cmd_dumpinfo, cmd_getpriv, cmd_getpub, cmd_getpubhash,
    cmd_keygen, cmd_keyinfo, cmd_sign, cmd_verify, cmd_version;

extern const struct cli_cmd *const imgtool_commands[];

/* Where this run has its passphrases and PINs from. */
struct cli_secrets *imgtool_secrets(void);

/* The same for libraries. What asks is about to hold secrets: no core is dumped from here on. */
const struct twin_ask *imgtool_ask(void);

/*
 * --replaces: may an image be installed over the one in a file?
 *
 * error  out; code TWIN_ERROR_NONE: it may, else `why` says what is below what.
 *
 * Returns CLI_DONE, or an exit code after the message if there is no image in the file.
 */
int imgtool_check_replaces(struct twin_span next, const char *path, enum twin_downgrade_rule rule,
                           struct twin_error *error);
