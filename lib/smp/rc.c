/*
 * rc.c - texts of result codes, for people. A device links none of it.
 * Spec: docs/spec-smp.md section 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include "twin/smp.h"

/* Texts, indexed by the group's code. */
#define TEXT(name, value, v1, text) [value] = text,

static const char *const os_texts[] = {TWIN_OS_RC_LIST(TEXT)};
static const char *const image_texts[] = {TWIN_IMAGE_RC_LIST(TEXT)};
static const char *const stat_texts[] = {
    [1] = "unknown error",
    [2] = "no such statistics group",
    [3] = "no such statistics group or value",
    [4] = "the value has an invalid size",
    [5] = "the values could not be read to the end",
};
static const char *const settings_texts[] = {
    [1] = "unknown error",
    [2] = "the name is too long",
    [3] = "no such setting",
    [4] = "this setting cannot be read",
    [5] = "the first part of the name is not known",
    [6] = "this setting cannot be written",
    [7] = "this setting cannot be deleted",
    [8] = "the settings could not be loaded or saved",
};
static const char *const fs_texts[] = {
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
static const char *const shell_texts[] = {
    [1] = "unknown error",
    [2] = "the command is too long",
    [3] = "the command is empty",
};
static const char *const enum_texts[] = {
    [1] = "unknown error",
    [2] = "too many groups asked for",
    [3] = "not enough heap",
    [4] = "the index is beyond the last group",
};
static const char *const zephyr_texts[] = {
    [1] = "unknown error",
    [2] = "the storage could not be opened",
    [3] = "the layout of the storage could not be read",
    [4] = "the storage could not be erased",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    uint8_t group, count;
    const char *const *texts;
} text_groups[] = {
    {TWIN_GRP_OS, COUNT(os_texts), os_texts},
    {TWIN_GRP_IMAGE, COUNT(image_texts), image_texts},
    {TWIN_GRP_STAT, COUNT(stat_texts), stat_texts},
    {TWIN_GRP_SETTINGS, COUNT(settings_texts), settings_texts},
    {TWIN_GRP_FS, COUNT(fs_texts), fs_texts},
    {TWIN_GRP_SHELL, COUNT(shell_texts), shell_texts},
    {TWIN_GRP_ENUM, COUNT(enum_texts), enum_texts},
    {TWIN_GRP_ZEPHYR, COUNT(zephyr_texts), zephyr_texts},
};

static const char *const generic_texts[] = {
#define X(name, value, text) [value] = text,
    TWIN_SMP_RC_LIST(X)
#undef X
};

const char *twin_smp_rc_str(int64_t rc)
{
    return (uint64_t)rc < COUNT(generic_texts) ? generic_texts[rc] : "unknown result code";
}

const char *twin_smp_group_rc_str(int64_t group, int64_t rc)
{
    for (size_t i = 0; i < COUNT(text_groups); i++) {
        if (text_groups[i].group == group && (uint64_t)rc < text_groups[i].count) {
            return text_groups[i].texts[rc];
        }
    }
    return NULL;
}
