/*
 * grp_settings.c - settings group (3): the texts of its codes. Spec: docs/spec-smp.md section 2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "the name is too long",
    [3] = "no such setting",
    [4] = "this setting cannot be read",
    [5] = "the first part of the name is not known",
    [6] = "this setting cannot be written",
    [7] = "this setting cannot be deleted",
    [8] = "the settings could not be loaded or saved",
};

const struct twin_group twin_settings_group = {
    .name = "settings", .id = 3, .texts = texts, .text_count = TWIN_COUNT(texts)};
