/*
 * grp_shell.c - shell group (9): the texts of its codes. Spec: docs/spec-smp.md section 2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "the command is too long",
    [3] = "the command is empty",
};

const struct twin_group twin_shell_group = {
    .name = "shell", .id = 9, .texts = texts, .text_count = TWIN_COUNT(texts)};
