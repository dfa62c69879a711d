/*
 * verify_priv.h - what the parts of a verification share. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/verify.h"

struct twin_check {
    const struct twin_verify_input *input;
    struct twin_verify_result *result;
    struct twin_error *error;
    struct twin_view view;
    struct twin_buf plain; /* what the hash covers, if that is not in the file as it is */
};

/*
 * Note what is wrong, and why it is thought so (NULL: nothing is known besides). Returns false, as
 * everything here does that finds a fault or meets an error.
 */
bool twin_check_fail(struct twin_check *check, enum twin_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The bytes that the hash covers, decrypted. */
struct twin_span twin_check_hashed(const struct twin_check *check);

/* Which keys signed, and that nothing can be read as a signature in another way. */
bool twin_check_signatures(struct twin_check *check);

/* That a compressed payload gives the image which it says it was. */
bool twin_check_packed(struct twin_check *check);
