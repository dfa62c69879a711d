/*
 * main.c - imgtool: sign firmware images, and what belongs to it. SPDX-License-Identifier:
 * Apache-2.0
 */
#include "commands.h"
#include <openssl/crypto.h>

int main(int argc, char **argv)
{
    static const struct cli_program program = {
        .name = "imgtool",
        .help = "Sign firmware images for the MCUboot format, check them, and manage keys.",
        .commands = imgtool_commands,
    };

    /* What a signature means must not depend on a configuration file of the machine. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return cli_main(&program, argc, argv);
}
