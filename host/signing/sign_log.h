/*
 * sign_log.h - a file that remembers each signature: one line of JSON each, never changed
 * afterwards.
 *
 * Every line holds the SHA-256 of the line before it, so that a line cannot be changed or removed
 * without it showing. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"

struct twin_sign_log_event {
    const struct twin_sign_spec *spec;
    const struct twin_signed *image;
    const char *input, *output; /* names of files */
};

/*
 * Append a line and wait until it is on disk. Other processes that append to the same file wait
 * meanwhile; threads of one process have to take turns by themselves.
 *
 * TWIN_ERROR_REFUSED: there is no such line now, and an image that has to be remembered is not to
 * be used; `why` begins with the path. A hint says so where somebody has to look at the file first.
 */
enum twin_error_code twin_sign_log_append(const char *path, const struct twin_sign_log_event *event,
                                          struct twin_error *error);
