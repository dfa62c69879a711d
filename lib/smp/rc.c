/*
 * rc.c - result codes: texts for people, and what a v1 client gets to see.
 *
 * The two tables are apart so that a device links only the numbers.
 * Spec: docs/spec-smp.md section 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include "twin/smp.h"

/* Groups without messages here. Columns as in TWIN_IMAGE_RC_LIST. */
#define STAT_RC_LIST(X)                                                                            \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(INVALID_GROUP, 2, NO_ENTRY, "no such statistics group")                                      \
    X(INVALID_NAME, 3, NO_ENTRY, "no such statistics group or value")                              \
    X(INVALID_SIZE, 4, INVALID, "the value has an invalid size")                                   \
    X(ABORTED, 5, UNKNOWN, "the values could not be read to the end")

#define SETTINGS_RC_LIST(X)                                                                        \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(KEY_TOO_LONG, 2, INVALID, "the name is too long")                                            \
    X(KEY_NOT_FOUND, 3, NO_ENTRY, "no such setting")                                               \
    X(NO_READ, 4, NOT_SUPPORTED, "this setting cannot be read")                                    \
    X(NO_ROOT_KEY, 5, UNKNOWN, "the first part of the name is not known")                          \
    X(NO_WRITE, 6, NOT_SUPPORTED, "this setting cannot be written")                                \
    X(NO_DELETE, 7, NOT_SUPPORTED, "this setting cannot be deleted")                               \
    X(SAVE_FAILED, 8, UNKNOWN, "the settings could not be loaded or saved")

#define FS_RC_LIST(X)                                                                              \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(INVALID_NAME, 2, INVALID, "the file name is invalid")                                        \
    X(NOT_FOUND, 3, NO_ENTRY, "no such file")                                                      \
    X(IS_DIRECTORY, 4, UNKNOWN, "this is a directory")                                             \
    X(OPEN, 5, UNKNOWN, "the file could not be opened")                                            \
    X(SEEK, 6, UNKNOWN, "the place in the file could not be reached")                              \
    X(READ, 7, UNKNOWN, "the file could not be read")                                              \
    X(TRUNCATE, 8, UNKNOWN, "the file could not be cut")                                           \
    X(DELETE, 9, UNKNOWN, "the file could not be deleted")                                         \
    X(WRITE, 10, UNKNOWN, "the file could not be written")                                         \
    X(BAD_OFFSET, 11, UNKNOWN, "the offset does not follow the data before")                       \
    X(BEYOND_END, 12, UNKNOWN, "the offset is beyond the end of the file")                         \
    X(NO_HASH_TYPE, 13, INVALID, "this kind of hash is not built in")                              \
    X(NO_MOUNT, 14, NO_ENTRY, "no file system is mounted there")                                   \
    X(READ_ONLY, 15, UNKNOWN, "the file system is read-only")                                      \
    X(EMPTY, 16, UNKNOWN, "the file is empty")                                                     \
    X(CLOSE, 17, UNKNOWN, "the file could not be closed")

#define SHELL_RC_LIST(X)                                                                           \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(TOO_LONG, 2, INVALID, "the command is too long")                                             \
    X(EMPTY, 3, INVALID, "the command is empty")

#define ENUM_RC_LIST(X)                                                                            \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(TOO_MANY, 2, INVALID, "too many groups asked for")                                           \
    X(NO_HEAP, 3, UNKNOWN, "not enough heap")                                                      \
    X(INDEX_TOO_LARGE, 4, UNKNOWN, "the index is beyond the last group")

#define ZEPHYR_RC_LIST(X)                                                                          \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(FLASH_OPEN, 2, UNKNOWN, "the storage could not be opened")                                   \
    X(FLASH_CONFIG, 3, UNKNOWN, "the layout of the storage could not be read")                     \
    X(FLASH_ERASE, 4, UNKNOWN, "the storage could not be erased")

#define GROUP_LIST(G)                                                                              \
    G(TWIN_GRP_OS, os, TWIN_OS_RC_LIST)                                                            \
    G(TWIN_GRP_IMAGE, image, TWIN_IMAGE_RC_LIST)                                                   \
    G(TWIN_GRP_STAT, stat, STAT_RC_LIST)                                                           \
    G(TWIN_GRP_SETTINGS, settings, SETTINGS_RC_LIST)                                               \
    G(TWIN_GRP_FS, fs, FS_RC_LIST)                                                                 \
    G(TWIN_GRP_SHELL, shell, SHELL_RC_LIST)                                                        \
    G(TWIN_GRP_ENUM, enumeration, ENUM_RC_LIST)                                                    \
    G(TWIN_GRP_ZEPHYR, zephyr, ZEPHYR_RC_LIST)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For each group two arrays, indexed by the group's code. */
#define V1(name, value, v1, text)   [value] = TWIN_RC_##v1,
#define TEXT(name, value, v1, text) [value] = text,
#define ARRAYS(id, name, LIST)                                                                     \
    static const uint8_t name##_v1[] = {LIST(V1)};                                                 \
    static const char *const name##_texts[] = {LIST(TEXT)};
GROUP_LIST(ARRAYS)

static const struct {
    uint8_t group, count;
    const uint8_t *v1;
} v1_groups[] = {
#define ROW(id, name, LIST) {id, COUNT(name##_v1), name##_v1},
    GROUP_LIST(ROW)
#undef ROW
};

static const struct {
    uint8_t group, count;
    const char *const *texts;
} text_groups[] = {
#define ROW(id, name, LIST) {id, COUNT(name##_texts), name##_texts},
    GROUP_LIST(ROW)
#undef ROW
};

static const char *const generic_texts[] = {
#define X(name, value, text) [value] = text,
    TWIN_SMP_RC_LIST(X)
#undef X
};

const char *twin_smp_rc_str(uint32_t rc)
{
    return rc < COUNT(generic_texts) ? generic_texts[rc] : "unknown result code";
}

const char *twin_smp_group_rc_str(uint32_t group, uint32_t rc)
{
    for (size_t i = 0; i < COUNT(text_groups); i++) {
        if (text_groups[i].group == group && rc < text_groups[i].count) {
            return text_groups[i].texts[rc];
        }
    }
    return NULL;
}

enum twin_smp_rc twin_smp_group_rc_to_v1(uint32_t group, uint32_t rc)
{
    for (size_t i = 0; i < COUNT(v1_groups); i++) {
        if (v1_groups[i].group == group && rc < v1_groups[i].count) {
            return (enum twin_smp_rc)v1_groups[i].v1[rc];
        }
    }
    return TWIN_RC_UNKNOWN;
}
