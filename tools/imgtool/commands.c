/*
 * commands.c - the commands of imgtool, in the order of its help, and what several of them use.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "signing/image_file.h"
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

int imgtool_check_replaces(struct twin_span next, const char *path, enum twin_downgrade_rule rule,
                           struct twin_error *error)
{
    struct twin_view next_view, view;
    struct twin_image_file file;

    error->code = TWIN_ERROR_NONE;
    if (twin_image_file_read(path, 0, 0, &file, error) != TWIN_ERROR_NONE) {
        twin_buf_free(&file.bytes);
        return cli_fail_error(error);
    }
    enum twin_fault fault = twin_view_open(&view, twin_buf_span(&file.bytes));
    if (fault == TWIN_FAULT_NONE && twin_view_open(&next_view, next) == TWIN_FAULT_NONE) {
        twin_downgrade_check(&next_view, &view, rule, error);
    }
    twin_buf_free(&file.bytes);
    return fault == TWIN_FAULT_NONE
               ? CLI_DONE
               : cli_fail(CLI_REFUSED, "--replaces %s: %s", path, twin_fault_text(fault));
}
