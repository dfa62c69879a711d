/*
 * sign_check.h - `imgtool sign`: options that contradict each other, or do nothing, and inputs that
 * are not what they are taken for. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"

/* Each returns CLI_DONE, or an exit code after the message. Warnings are no failure. */

/* Of the options alone. */
int sign_check_options(struct sign_job *job);

/* That no output would replace a key, or another output. */
int sign_check_files(struct sign_job *job);

/* What the input looks like. */
int sign_check_input(struct sign_job *job);

/* With the keys at hand. */
int sign_check_key(struct sign_job *job);
