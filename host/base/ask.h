/*
 * base/ask.h - how a library of the host reaches whoever is in front of the program: it has no
 * terminal of its own. host/cli/ask.h is the one for command lines; a service answers from its
 * vault. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "base/secret.h"

enum twin_ask_for {
    TWIN_ASK_PASSPHRASE, /* of a key file; `of` is its name */
    TWIN_ASK_PIN         /* of a token; `of` is its label, perhaps padded with blanks */
};

/*
 * Each function may be NULL: then there are no secrets to be had, and nobody reads what is said.
 * The struct and its ctx have to live as long as what was made with it.
 */
struct twin_ask {
    void *ctx; /* first argument of each function */

    /*
     * Give a secret. Called only when one is needed, once for each thing that is protected.
     * Returns TWIN_ERROR_NONE, or the code of the error that it has set, which goes on upwards as
     * it is. An error with an empty `why` is one that was told already.
     */
    enum twin_error_code (*secret)(void *ctx, enum twin_ask_for what, const char *of,
                                   struct twin_secret *secret, struct twin_error *error);

    /* What does not stop the work but should be known: one sentence without a full stop. */
    void (*warn)(void *ctx, const char *text);

    /* What is to be done now, or is being done: whole sentences. */
    void (*note)(void *ctx, const char *text);
};

/*
 * Ask. ask may be NULL. Without an answer from the function: TWIN_ERROR_USAGE, and `why` says that
 * there is a protection but nobody to ask.
 */
enum twin_error_code twin_ask_secret(const struct twin_ask *ask, enum twin_ask_for what,
                                     const char *of, struct twin_secret *secret,
                                     struct twin_error *error);

/* Say. ask may be NULL. */
void twin_ask_warn(const struct twin_ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void twin_ask_note(const struct twin_ask *ask, const char *text);
