/*
 * twin/groups.h - the groups of SMP commands as people and tests see them: names, every command,
 * the texts of their error codes. What one group says: twin/grp_X.h. A device links none of it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

/* Of what a LIST or MAP field consists, when its items are messages of their own. */
struct twin_nested {
    const struct twin_msg *msg;
    uint8_t field;
    const struct twin_msg *item;
};

/* Bytes of the longest text of an error code, with its end. */
#define TWIN_RC_TEXT_MAX 56

/* One group. Texts stand in rows of one width, not behind pointers, so that a linker can leave them
 * out of a device. */
struct twin_group {
    char name[16];
    uint16_t id;
    uint8_t cmd_count; /* 0: only its texts are known here */
    uint8_t nested_count;
    uint8_t text_count;                    /* one more than the highest of its codes */
    const struct twin_cmd *const *cmds;    /* every row of the group */
    const struct twin_nested *nested;      /* every such field of its messages */
    const char (*texts)[TWIN_RC_TEXT_MAX]; /* of its error codes, by code; "" where there is none */
};

/* Every group that is known, NULL at the end: the table of lib/smp/groups.c. */
extern const struct twin_group *const twin_groups[];

/* The group with this number; NULL if it is not known. */
const struct twin_group *twin_group_find(int64_t id);

/* Text of an error code of one group (v2 "err"), for people; NULL if the group has no such code. */
const char *twin_group_rc_str(int64_t group, int64_t rc);

/* The row of a code in an array of texts, for the lists of codes in twin/grp_X.h. */
#define TWIN_RC_TEXT(name, value, v1, text) [value] = text,

TWIN_C_END
