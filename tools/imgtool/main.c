/*
 * main.c - imgtool: sign firmware images, and what belongs to it.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "keys/openssl.h"
#include "twin_config.h"
#include <limits.h>

struct common_opts {
    int64_t pin_fd, passphrase_fd;
};

static const struct cli_opt common_options[] = {
    {.name = "pin-fd",
     .type = CLI_I64,
     .offset = offsetof(struct common_opts, pin_fd),
     .arg = "N",
     .min = 0,
     .max = INT_MAX,
     .help = "Read the PIN of a token from this file descriptor"},
    {.name = "passphrase-fd",
     .type = CLI_I64,
     .offset = offsetof(struct common_opts, passphrase_fd),
     .arg = "N",
     .min = 0,
     .max = INT_MAX,
     .help = "Read the passphrase of a key file from this file descriptor, a line for each "
             "protected key; IMGTOOL_PASSPHRASE in the environment is the other way"},
    {.name = NULL},
};

static int before(const struct cli_call *call)
{
    const struct common_opts *opts = call->common;

    imgtool_secrets()->pin.fd = opts->pin_fd == CLI_I64_NONE ? -1 : (int)opts->pin_fd;
    imgtool_secrets()->passphrase.fd =
        opts->passphrase_fd == CLI_I64_NONE ? -1 : (int)opts->passphrase_fd;
    return CLI_DONE;
}

int main(int argc, char **argv)
{
    static const struct cli_program program = {
        .name = "imgtool",
        .help = "Sign firmware images for the MCUboot format, check them, and manage keys.",
        .commands = imgtool_commands,
        .options = common_options,
        .opts_size = sizeof(struct common_opts),
        .version = "imgtool of twinslot " CONFIG_TWIN_VERSION,
        .before = before,
    };

    twin_openssl_harden();
    int rc = cli_main(&program, argc, argv);
    twin_wipe(imgtool_secrets(), sizeof(struct cli_secrets));
    return rc;
}
