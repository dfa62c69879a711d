/*
 * hsm_token.h - a PKCS#11 module, one token in it, and a session with it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/ask.h"
#include "keys/hsm_uri.h"
#include <p11-kit/pkcs11.h>

struct twin_hsm_token {
    const char *name;           /* the URI, for messages */
    const struct twin_ask *ask; /* for the PIN, and who reads warnings */
    struct twin_hsm_uri uri;
    void *library;
    CK_FUNCTION_LIST *api;
    bool must_finalize; /* the module was started here */
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    CK_SESSION_HANDLE session;
    bool has_session, logged_in;
    struct twin_secret pin;
};

/*
 * Load the module that the URI names, find the one token that fits, open a session.
 *
 * token  zeroed but for ask; to be closed also after an error.
 * uri    must live as long as the token.
 */
enum twin_error_code twin_hsm_token_open(struct twin_hsm_token *token, const char *uri,
                                         bool writable, struct twin_error *error);

/* Log in as the user, once. The PIN comes from pin-source, else from token->ask. */
enum twin_error_code twin_hsm_token_login(struct twin_hsm_token *token, struct twin_error *error);

/* The same again for one operation, which some keys ask for (CKA_ALWAYS_AUTHENTICATE). */
enum twin_error_code twin_hsm_token_login_again(struct twin_hsm_token *token,
                                                struct twin_error *error);

/* Can the token do this? what is for the message. */
enum twin_error_code twin_hsm_token_check_mechanism(const struct twin_hsm_token *token,
                                                    CK_MECHANISM_TYPE mechanism, const char *what,
                                                    struct twin_error *error);

/* Log out, end the session, unload; overwrites the PIN. */
void twin_hsm_token_close(struct twin_hsm_token *token);

/* Set the error of a call that failed with rv. Returns TWIN_ERROR_REFUSED. */
enum twin_error_code twin_hsm_token_fail(const struct twin_hsm_token *token, const char *what,
                                         CK_RV rv, struct twin_error *error);
