/*
 * hsm_token.h - a PKCS#11 module, one token in it, and a session with it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/hsm_uri.h"
#include "keys/secret.h"
#include <p11-kit/pkcs11.h>

struct twin_hsm_token {
    const char *name; /* the URI, for messages */
    struct twin_hsm_uri uri;
    void *library;
    CK_FUNCTION_LIST *api;
    bool must_finalize; /* the module was started here */
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    CK_SESSION_HANDLE session;
    bool has_session, logged_in;
    char pin[TWIN_SECRET_MAX];
    int pin_len;
};

/*
 * Each returns CLI_DONE, or an exit code after the message.
 */

/* Load the module that the URI names, find the one token that fits, open a session. */
int twin_hsm_token_open(struct twin_hsm_token *token, const char *uri, bool writable);

/* Log in as the user, once. The PIN comes from pin-source, --pin-fd, IMGTOOL_PIN or a prompt. */
int twin_hsm_token_login(struct twin_hsm_token *token);

/* The same again for one operation, which some keys ask for (CKA_ALWAYS_AUTHENTICATE). */
int twin_hsm_token_login_again(struct twin_hsm_token *token);

/* Can the token do this? what is for the message. */
int twin_hsm_token_check_mechanism(const struct twin_hsm_token *token, CK_MECHANISM_TYPE mechanism,
                                   const char *what);

/* Log out, end the session, unload; overwrites the PIN. */
void twin_hsm_token_close(struct twin_hsm_token *token);

/* Say that a call failed. Returns CLI_REFUSED. */
int twin_hsm_token_fail(const struct twin_hsm_token *token, const char *what, CK_RV rv);
