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
    const struct twin_signed *build; /* of the signed image */
    const char *input, *output;
};

/*
 * Append a line and wait until it is on disk.
 * Returns CLI_DONE, or an exit code after the message; then the image is not to be written.
 */
int twin_sign_log_append(const char *path, const struct twin_sign_log_event *event);
