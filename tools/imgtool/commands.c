/*
 * commands.c - the commands of imgtool, in the order of its help, and what several of them use.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include <stddef.h>

const struct cli_cmd *const imgtool_commands[] = {
    &cmd_create,     &cmd_dumpinfo, &cmd_getpriv, &cmd_getpub,
    &cmd_getpubhash, &cmd_keygen,   &cmd_keyinfo, &cmd_sign,
    &cmd_verify,     &cmd_version,  NULL,
};

static struct cli_secrets secrets = {
    .passphrase = {-1, "--passphrase-fd", "IMGTOOL_PASSPHRASE"},
    .pin = {-1, "--pin-fd", "IMGTOOL_PIN"},
};
static struct twin_ask ask;

struct cli_secrets *imgtool_secrets(void)
{
    return &secrets;
}

const struct twin_ask *imgtool_ask(void)
{
    twin_secret_no_dumps();
    ask = cli_ask(&secrets);
    return &ask;
}
