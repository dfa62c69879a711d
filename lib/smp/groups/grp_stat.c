/*
 * grp_stat.c - statistics group (2): the texts of its codes. Spec: docs/spec-smp.md section 2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "no such statistics group",
    [3] = "no such statistics group or value",
    [4] = "the value has an invalid size",
    [5] = "the values could not be read to the end",
};

const struct twin_group twin_stat_group = {
    .name = "statistics", .id = 2, .texts = texts, .text_count = TWIN_COUNT(texts)};
