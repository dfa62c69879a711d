/*
 * grp_zephyr.c - group of Zephyr's own commands (63): the texts of its codes. Spec:
 * docs/spec-smp.md section 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "the storage could not be opened",
    [3] = "the layout of the storage could not be read",
    [4] = "the storage could not be erased",
};

const struct twin_group twin_zephyr_group = {
    .name = "zephyr", .id = 63, .texts = texts, .text_count = TWIN_COUNT(texts)};
