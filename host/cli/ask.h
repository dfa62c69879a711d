/*
 * cli/ask.h - the struct twin_ask of a command line: passphrases and PINs come from a descriptor,
 * else from a variable of the environment, else from whoever sits in front of it; never from the
 * command line, where others can read them. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/ask.h"
#include <stdbool.h>

/* Where one kind of secret comes from without asking anybody. */
struct cli_secret_source {
    int fd;               /* a line for each; -1: none */
    const char *option;   /* that sets fd, for messages: "--pin-fd" */
    const char *variable; /* of the environment */
};

/*
 * One program's, which fills in the first members and leaves the rest zero. It outlives the struct
 * twin_ask that is made of it, and is overwritten with twin_wipe() at the end of the program.
 */
struct cli_secrets {
    struct cli_secret_source passphrase, pin;
    bool quiet; /* nobody is asked: what is not given is an error */

    struct twin_secret last; /* the passphrase read last, for the next key */
    bool has_last;
};

/*
 * Questions go to the terminal, without echo; where there is none they go to stderr, and a line of
 * stdin is the answer. Warnings and notes go to stderr.
 */
struct twin_ask cli_ask(struct cli_secrets *secrets);

/*
 * A passphrase for a new key, not empty: given as above, or asked for twice until both agree.
 * Returns as twin_ask.secret does.
 */
enum twin_error_code cli_ask_new_passphrase(struct cli_secrets *secrets,
                                            struct twin_secret *passphrase,
                                            struct twin_error *error);
