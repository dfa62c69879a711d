/*
 * base/error.h - what went wrong, as a value: the libraries of host/ neither print nor exit.
 *
 * What can fail takes a struct twin_error as its last argument and returns its code:
 *
 *     struct twin_error error;
 *     if (twin_key_load(&key, "key.pem", &error) != TWIN_ERROR_NONE) {
 *         complain(error.what, error.why, error.hint);
 *     }
 *
 * An error is written once, where the cause is known; those above it pass it on, or say with
 * twin_error_what() what they were about. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* The kinds of failures. Programs end with these numbers; they are never renumbered. */
enum twin_error_code {
    TWIN_ERROR_NONE = 0,
    TWIN_ERROR_REFUSED = 1, /* the device, a file, a token or the system would not */
    TWIN_ERROR_USAGE = 2,   /* the caller asks for what cannot be meant */
    TWIN_ERROR_LINK = 3,    /* no answer, or no connection */
    TWIN_ERROR_VERIFY = 4,  /* something is not what it has to be */
    TWIN_ERROR_INTERRUPTED = 130
};

/* Texts are UTF-8 as far as what they quote is, without a full stop at the end. One that is too
 * long ends in "...". */
struct twin_error {
    enum twin_error_code code;
    char what[256];  /* completes "could not ..."; "": the caller knows */
    char why[2048];  /* the cause, and on what */
    char hint[512];  /* what to try, as sentences; "": nothing is known */
    char reason[32]; /* a word for programs, "wrong-key", where they want to tell it apart; or "" */
};

/* Set an error with its cause; no `what`, no hint. Returns code. */
enum twin_error_code twin_error_set(struct twin_error *error, enum twin_error_code code,
                                    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Say what was being done, unless that is said already. Returns the error's code. */
enum twin_error_code twin_error_what(struct twin_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what to try. Returns the error's code. */
enum twin_error_code twin_error_hint(struct twin_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give it the word for programs. Returns the error's code. */
enum twin_error_code twin_error_reason(struct twin_error *error, const char *reason);

/* Memory ran out. Returns TWIN_ERROR_REFUSED. */
enum twin_error_code twin_error_no_memory(struct twin_error *error);
