/*
 * twin/grp_stat.h - statistics group (2): commands and messages, and what a device sets for it.
 * Spec: docs/spec-smp.md section 3.3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_STAT = 2 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_STAT_RC_LIST(X)                                                                       \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(INVALID_GROUP, 2, NO_ENTRY, "no such statistics group")                                      \
    X(INVALID_NAME, 3, NO_ENTRY, "no such statistics group or value")                              \
    X(INVALID_SIZE, 4, INVALID, "the value has an invalid size")                                   \
    X(WALK_ABORTED, 5, UNKNOWN, "the values could not be read to the end")

enum twin_stat_rc {
#define X(name, value, v1, text) TWIN_STAT_RC_##name = value,
    TWIN_STAT_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_STAT_V1_##name = TWIN_RC_##v1,
    TWIN_STAT_RC_LIST(X)
#undef X
};

/* The names of all groups of counters. */
struct twin_stat_list_rsp {
    uint32_t present;
    struct twin_span groups; /* twin_msg_next_value() of TSTR */
};

/* The counters of one of them. */
struct twin_stat_show_req {
    uint32_t present;
    struct twin_span name;
};
struct twin_stat_show_rsp {
    uint32_t present;
    struct twin_span fields; /* twin_msg_next_value() of U64; the keys are the names */
    struct twin_span name;   /* of the group */
};

extern const struct twin_cmd twin_stat_list_cmd, twin_stat_show_cmd;

/* ---- On a device (lib/server/groups/srv_stat.c) ---- */

struct twin_stat_counter {
    const char *group, *name;
    uint64_t value;
};

#define TWIN_STAT_COUNTERS_MAX 255 /* of all groups together */

struct twin_srv_stat_config {
    /*
     * Describe counter number index; false after the last one. Those of one group follow each
     * other. Asked several times for one answer: names and their order have to stay.
     */
    bool (*counter)(void *ctx, unsigned index, struct twin_stat_counter *counter);
    void *ctx; /* given back to it */
};

/* The group in the table of a server (twin/server.h); config must live as long as the server.
 * twin_srv_init() returns TWIN_E_ARG without `counter`. */
#define TWIN_SRV_STAT(config_)                                                                     \
    {                                                                                              \
        &twin_srv_stat, 1 ? (config_) : (const struct twin_srv_stat_config *)0, NULL               \
    }
extern const struct twin_srv_group twin_srv_stat;

TWIN_C_END
