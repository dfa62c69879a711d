/*
 * grp_fs.c - file system group (8): the texts of its codes. Spec: docs/spec-smp.md section 2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

static const char texts[][TWIN_RC_TEXT_MAX] = {
    [1] = "unknown error",
    [2] = "the file name is invalid",
    [3] = "no such file",
    [4] = "this is a directory",
    [5] = "the file could not be opened",
    [6] = "the place in the file could not be reached",
    [7] = "the file could not be read",
    [8] = "the file could not be cut",
    [9] = "the file could not be deleted",
    [10] = "the file could not be written",
    [11] = "the offset does not follow the data before",
    [12] = "the offset is beyond the end of the file",
    [13] = "this kind of hash is not built in",
    [14] = "no file system is mounted there",
    [15] = "the file system is read-only",
    [16] = "the file is empty",
    [17] = "the file could not be closed",
};

const struct twin_group twin_fs_group = {
    .name = "files", .id = 8, .texts = texts, .text_count = TWIN_COUNT(texts)};
