/*
 * commands.c - the commands of imgtool, in the order of its help.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include <stddef.h>

const struct cli_cmd *const imgtool_commands[] = {
    &cmd_create,     &cmd_dumpinfo, &cmd_getpriv, &cmd_getpub,
    &cmd_getpubhash, &cmd_keygen,   &cmd_keyinfo, &cmd_sign,
    &cmd_verify,     &cmd_version,  NULL,
};
