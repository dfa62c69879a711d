/*
 * groups.c - the table of groups, as people and tests see them. A new group is a file in groups/
 * and a row here. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/groups.h"

/* In the order of their numbers. */
#define GROUPS(X)                                                                                  \
    X(os)                                                                                          \
    X(image)                                                                                       \
    X(stat)                                                                                        \
    X(settings)                                                                                    \
    X(fs)                                                                                          \
    X(shell)                                                                                       \
    X(enum)                                                                                        \
    X(zephyr)                                                                                      \
    X(history)

#define DECLARE(name) extern const struct twin_group twin_##name##_group;
GROUPS(DECLARE)

#define ROW(name) &twin_##name##_group,
const struct twin_group *const twin_groups[] = {GROUPS(ROW) NULL};

const struct twin_group *twin_group_find(int64_t id)
{
    const struct twin_group *const *group = twin_groups;

    while (*group != NULL && (*group)->id != id) {
        group++;
    }
    return *group;
}

const char *twin_group_rc_str(int64_t id, int64_t rc)
{
    const struct twin_group *group = twin_group_find(id);

    if (group == NULL || (uint64_t)rc >= group->text_count || group->texts[rc][0] == '\0') {
        return NULL;
    }
    return group->texts[rc];
}
