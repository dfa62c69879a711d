/*
 * grp_enum.c - enumeration group (10): the texts of its codes. Spec: docs/spec-smp.md section 2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "too many groups asked for",
    [3] = "not enough heap",
    [4] = "the index is beyond the last group",
};

const struct twin_group twin_enum_group = {
    .name = "enumeration", .id = 10, .texts = texts, .text_count = TWIN_COUNT(texts)};
