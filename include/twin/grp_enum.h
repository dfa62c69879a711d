/*
 * twin/grp_enum.h - enumeration group (10): which groups of commands a device has.
 * Spec: docs/spec-smp.md section 3.8. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_ENUM = 10 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_ENUM_RC_LIST(X)                                                                       \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(TOO_MANY, 2, INVALID, "too many groups asked for")                                           \
    X(NO_HEAP, 3, UNKNOWN, "not enough heap")                                                      \
    X(INDEX_TOO_LARGE, 4, UNKNOWN, "the index is beyond the last group")

enum twin_enum_rc {
#define X(name, value, v1, text) TWIN_ENUM_RC_##name = value,
    TWIN_ENUM_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_ENUM_V1_##name = TWIN_RC_##v1,
    TWIN_ENUM_RC_LIST(X)
#undef X
};

/* How many groups there are. */
struct twin_enum_count_rsp {
    uint32_t present;
    uint32_t count;
};

/* The numbers of all of them, in the device's order. */
struct twin_enum_list_rsp {
    uint32_t present;
    struct twin_span groups; /* twin_msg_next_value() of U32 */
};

/* The number of one of them. */
struct twin_enum_single_req {
    uint32_t present;
    uint32_t index; /* in the list; 0 if absent */
};
enum { TWIN_ENUM_SINGLE_REQ_INDEX = 1 << 0 };
struct twin_enum_single_rsp {
    uint32_t present;
    uint32_t group;
    bool end; /* it is the last one */
};
enum { TWIN_ENUM_SINGLE_RSP_END = 1 << 1 };

/* What is known of all of them, or of those asked for; of groups that there are not, nothing. */
struct twin_enum_details_req {
    uint32_t present;
    struct twin_span groups; /* twin_msg_next_exact() of U32 */
};
enum { TWIN_ENUM_DETAILS_REQ_GROUPS = 1 << 0 };
struct twin_enum_group {
    uint32_t present;
    uint32_t group;
    struct twin_span name;
    uint32_t handlers; /* one more than the highest number of its commands */
};
enum { TWIN_ENUM_GROUP_NAME = 1 << 1, TWIN_ENUM_GROUP_HANDLERS = 1 << 2 };
struct twin_enum_details_rsp {
    uint32_t present;
    struct twin_span groups; /* twin_msg_items() over twin_enum_group_msg */
};

extern const struct twin_msg twin_enum_group_msg;
extern const struct twin_cmd twin_enum_count_cmd, twin_enum_list_cmd, twin_enum_single_cmd,
    twin_enum_details_cmd;

/* ---- On a device (lib/server/groups/srv_enum.c) ---- */

/* The group in the table of a server (twin/server.h): it tells of that table, so there is nothing
 * to set. Our server does not tell names, which the number stands for. */
#define TWIN_SRV_ENUM                                                                              \
    {                                                                                              \
        &twin_srv_enum, NULL, NULL                                                                 \
    }
extern const struct twin_srv_group twin_srv_enum;

TWIN_C_END
